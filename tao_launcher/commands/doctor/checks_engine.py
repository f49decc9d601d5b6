"""The checks of `tao doctor` that are about docker: pure, each from the gathered facts to a finding and its fix."""
from __future__ import annotations

from ...engine import failures, profiles, remedies
from ...engine.docker import DOCKER
from ...engine.podman import PODMAN
from ...launch import causes
from .findings import GIB, Finding, gpu_rows, numbers

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .findings import MachineFacts


NO_IDS = 'podman is rootless, and you have no further ids (/etc/subuid), so images can not be unpacked'


def _has_no_daemon(facts: MachineFacts) -> bool:
    return not profiles.profile(facts.engine).service


def client(facts: MachineFacts) -> Finding:
    if not facts.program:
        name, profile = profiles.program(facts.engine), profiles.profile(facts.engine)
        is_usual = name == profile.name
        fix = remedies.install(facts.machine, profile) if is_usual else 'correct --engine (or TAO_ENGINE)'
        return Finding('client', 'fail', f'no program {name} on PATH', fix)
    version = str((facts.version.get('Client') or {}).get('Version', ''))
    if '/snap/' in facts.program or facts.real_program.endswith('/bin/snap'):
        return Finding(
            'client', 'warn', f'{facts.program} is a snap: it sees only folders below your home',
            f'{remedies.as_root(facts.machine, "snap remove docker")} && {remedies.install(facts.machine, DOCKER)}',
        )
    own = profiles.profile(facts.engine)
    actual = profiles.known(facts.real_program) or own
    if own.service and 'host' in facts.info:  # the answer of podman, which has no daemon
        actual = PODMAN
    if actual is not own:
        return Finding('client', 'warn', f'{facts.program} is actually {actual.name}', f'--engine {actual.name}')
    return Finding('client', 'ok', f'{facts.program} {version}'.rstrip())


def daemon(facts: MachineFacts) -> Finding | None:
    if not facts.program:
        return None
    wrong = failures.engine_failure(
        facts.engine, facts.engine_code, facts.engine_error, facts.address,
        facts.machine._replace(has_daemon=facts.has_daemon), facts.environ,
    )
    if wrong:
        return Finding('daemon', 'fail', *wrong)
    if not facts.address and not profiles.profile(facts.engine).service:
        return None  # it has none
    where = f' at {facts.address}' if facts.address else ''
    return Finding('daemon', 'ok', f'answers{where}{" (remote)" if facts.is_remote else ""}')


def server(facts: MachineFacts) -> Finding | None:
    found = facts.version.get('Server') or {}
    parts = found.get('Components') or []
    if _has_no_daemon(facts) or any(part.get('Name') == 'Podman Engine' for part in parts):
        version = str((found or facts.version.get('Client') or {}).get('Version', ''))
        return Finding('server', 'ok', f'podman {version}') if version else None
    version, api = str(found.get('Version', '')), str(found.get('ApiVersion', ''))
    if not version:
        return None
    if numbers(version) < (19, 3, 5) or (api and numbers(api) < (1, 40)):
        return Finding(
            'server', 'fail', f'docker {version}, API {api}; 19.03.5 and API 1.40 are needed',
            remedies.install(facts.machine, DOCKER),
        )
    return Finding('server', 'ok', f'docker {version}, API {api}')


def rootless(facts: MachineFacts) -> Finding | None:
    security = (facts.info.get('host') or {}).get('security') or {}  # podman's
    options = facts.info.get('SecurityOptions') or []
    maps = ((facts.info.get('host') or {}).get('idMappings') or {}).get('uidmap') or []
    if security.get('rootless') is True and len(maps) == 1:
        return Finding('rootless', 'fail', NO_IDS, f'{remedies.add_ids(facts.machine)} && podman system migrate')
    if security.get('rootless') is True or any('rootless' in str(option) for option in options):
        what = 'root in the container is you; memlock can not be raised'
        return Finding('rootless', 'info', f'{"podman" if security else "the daemon"} is rootless: {what}')
    return None


def disk(facts: MachineFacts) -> Finding | None:
    if facts.disk_free is None:
        return None
    text = f'{facts.disk_free / GIB:.0f} GiB free in {facts.disk}; 100 are recommended'
    engine, profile = ' '.join(facts.engine), profiles.profile(facts.engine)
    if facts.disk_free < causes.LOW_ON_DISK:
        text = f'{facts.disk_free >> 20} MB free in {facts.disk}; no image fits; 100 GiB are recommended'
    if facts.disk_free < 100 * GIB:
        return Finding('disk', 'warn', text, f'{engine} image prune  (or move {profile.storage})')
    return Finding('disk', 'ok', text)


def toolkit(facts: MachineFacts) -> Finding | None:
    has_gpus = facts.is_tegra or bool(gpu_rows(facts.nvidia_smi or ''))
    if not facts.info or (not has_gpus and not facts.is_remote):
        return None
    if profiles.profile(facts.engine).uses_cdi and not facts.is_remote:
        return _cdi(facts)
    if 'host' in facts.info:
        return None  # podman, asked through docker's client
    if failures.has_nvidia(facts.info):
        return Finding('toolkit', 'ok', 'docker has an nvidia runtime or CDI devices')
    if facts.has_toolkit and not facts.is_remote and not facts.is_tegra:
        return Finding('toolkit', 'ok', 'its hook is installed, which is enough for --gpus')
    text = 'docker shows no nvidia runtime and no CDI devices; --gpus needs the container toolkit'
    if facts.is_remote:
        return Finding('toolkit', 'info', f'{text} there')
    if not facts.has_toolkit_setup:
        return Finding('toolkit', 'warn', text, remedies.INSTALL_TOOLKIT)
    configure = remedies.as_root(facts.machine, 'nvidia-ctk runtime configure --runtime=docker')
    return Finding('toolkit', 'warn', text, f'{configure} && {remedies.restart(facts.machine)}')


def _cdi(facts: MachineFacts) -> Finding:
    if facts.has_cdi:
        return Finding('toolkit', 'ok', 'the GPUs are described as devices (CDI)')
    text = 'nothing describes the GPUs as devices (CDI), which --gpus needs'
    if not facts.has_toolkit_setup:
        return Finding('toolkit', 'warn', text, remedies.INSTALL_TOOLKIT)
    return Finding('toolkit', 'warn', text, remedies.describe_gpus(facts.machine))


def init(facts: MachineFacts) -> Finding | None:
    if not facts.lacks_init:
        return None
    name = profiles.profile(facts.engine).name
    fix = remedies.as_root(facts.machine, 'apt-get install -y catatonit')
    return Finding('init', 'fail', f'{name} has no program for --init, so no job starts', fix)


def login(facts: MachineFacts) -> Finding | None:
    if facts.login is False:
        user = " -u '$oauthtoken'" if facts.registry == 'nvcr.io' else ''
        return Finding(
            'login', 'info', f'none stored for {facts.registry}; images that are here, and public ones, need none',
            f'{" ".join(facts.engine)} login {facts.registry}{user}',
        )
    stored = f'stored for {facts.registry}' if facts.login else 'left to a credential helper'
    return Finding('login', 'ok', stored)
