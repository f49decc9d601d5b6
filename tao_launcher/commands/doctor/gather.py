"""What `tao doctor` wants to know: every question to a program has a time limit, and nothing is changed."""
from __future__ import annotations

from ...base import host, machine
from ...base.errors import Fatal, FileError, UsageError
from ...engine import daemon, failures, installed, profiles
from ...engine.init import lacks_init, with_init
from ...engine.logins import is_logged_in, logins
from ...launch import identity
from ...settings.locate import read_mounts_file
from ...settings.mounts_file import MountsFile
from ...settings.settings import merge
from . import rivals
from .findings import MachineFacts

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from ...base.host import Host
    from ...settings.invocation import Invocation
    from ...settings.settings import Settings

PATIENCE = 10.0  # seconds for one probe
GPU_QUERY = ('nvidia-smi', '--query-gpu=index,name,memory.total,driver_version', '--format=csv,noheader,nounits')
OLD_PACKAGES = ('nvidia-docker2', 'nvidia-container-runtime')
SHOWN_VARIABLES = (
    'DOCKER_HOST', 'DOCKER_CONTEXT', 'DOCKER_CONFIG', 'CONTAINER_HOST', 'CONTAINER_CONNECTION', 'LAUNCHER_MOUNTS',
    'OVERRIDE_REGISTRY', 'TAO_ENGINE', 'TAO_GPUS', 'TAO_PULL', 'TAO_RELEASE', 'TAO_DRY_RUN', 'SLURM_JOB_ID',
    'CUDA_VISIBLE_DEVICES',
)


def gather(invocation: Invocation) -> MachineFacts:
    """The facts that the checks need. Raises UsageError for options that are wrong themselves."""
    environ, here = invocation.environ, invocation.here
    settings, faults = _settings(invocation)
    found = with_init(daemon.find(settings.engine, environ, here.home, host.json_file))
    facts = MachineFacts(
        engine=settings.engine, machine=installed.for_remedies(here, environ), environ=environ, address=found.address,
        is_remote=found.is_remote, lacks_init=lacks_init(found),
        variables={name: environ[name] for name in SHOWN_VARIABLES if environ.get(name)},
        registry=settings.registry.partition('/')[0] or 'nvcr.io', **faults,
    )
    facts = _of_the_machine(facts, environ, here)
    if not found.is_remote:
        facts = _sources(facts, settings, here)
    return _engine(_catalogue(facts, here), environ)


def _settings(invocation: Invocation) -> tuple[Settings, dict[str, Any]]:
    """The settings without what is refused, and what is to be said of that."""
    options, environ, here, _ = invocation
    faults: dict[str, Any] = {}
    try:
        file, _ = read_mounts_file(invocation)
        faults['mounts_path'] = file.path
    except FileError as e:
        file = MountsFile()
        faults.update(mounts_path=e.path, mounts_error=e.on_one_line())
    try:
        return merge(options, environ, file, {}, here.cwd, here.home), faults
    except UsageError as e:
        kept = {name: value for name, value in environ.items() if not name.startswith(('TAO_', 'OVERRIDE_'))}
        settings = merge(options, kept, file, {}, here.cwd, here.home)
        return settings, {**faults, 'settings_error': e.on_one_line()}


def _of_the_machine(facts: MachineFacts, environ: Mapping[str, str], here: Host) -> MachineFacts:
    from ...engine.process import ask

    program = machine.which(profiles.program(facts.engine), environ)
    smi = ask(GPU_QUERY, environ, PATIENCE) if machine.which('nvidia-smi', environ) else None
    return facts._replace(
        program=program, real_program=machine.real_path(program) if program else '',
        has_daemon=machine.has_program('dockerd', environ), nvidia_smi=(smi.out or smi.err) if smi else None,
        has_gpu=machine.has_nvidia_gpu(), has_toolkit=machine.has_program('nvidia-container-runtime-hook', environ),
        has_toolkit_setup=machine.has_program('nvidia-ctk', environ), has_cdi=machine.has_cdi(),
        memory=machine.memory(), cores=machine.cores(), kernel=machine.text('/proc/version'), is_tegra=here.is_tegra,
        selinux=machine.text('/sys/fs/selinux/enforce') == '1', system=machine.os_release(),
        python=machine.python(), pip=machine.package_version('pip'),
        packages=tuple(name for name in OLD_PACKAGES if host.exists(f'/var/lib/dpkg/info/{name}.list')),
        login=is_logged_in(facts.registry, logins(facts.engine, environ)), rivals=rivals.find(environ),
    )


def _sources(facts: MachineFacts, settings: Settings, here: Host) -> MachineFacts:
    missing = tuple(m.source for m in settings.mounts if host.look(m.source) is False)
    own = identity.is_caller(settings.user, here) if settings.user else False
    user = f'{here.uid}:{here.gid}' if own else settings.user
    uid, _, gid = user.partition(':')
    unwritable: tuple[str, ...] = ()
    if uid.isdigit() and uid != '0':
        written = [m.source for m in settings.mounts if 'ro' not in m.mode.split(',') and m.source not in missing]
        groups = {int(gid) if gid.isdigit() else 0, *(host.supplementary_groups(here) if own else ())}
        unwritable = tuple(path for path in written if not machine.writable_by(path, int(uid), groups))
    return facts._replace(
        missing=missing, unwritable=unwritable, job_user=user,
        can_create=all(machine.may_write(host.nearest_parent(path)) for path in missing),
    )


def _catalogue(facts: MachineFacts, here: Host) -> MachineFacts:
    from ...settings.locate import override_path
    from ...tasks.load import read_override

    path = override_path(here)
    try:
        found = read_override(path)
    except Fatal as e:
        return facts._replace(catalogue=path, catalogue_error=e.on_one_line())
    return facts._replace(catalogue=path if found else '')


def _engine(facts: MachineFacts, environ: Mapping[str, str]) -> MachineFacts:
    from ...engine.process import ask

    if not facts.program:
        return facts
    version = ask((*facts.engine, 'version', '--format', '{{json .}}'), environ, PATIENCE)
    facts = facts._replace(version=version.json(), engine_code=version.code, engine_error=version.err)
    if version.code != 0:
        return facts
    info = ask((*facts.engine, 'info', '--format', '{{json .}}'), environ, PATIENCE).json()
    folder = failures.image_folder(info)
    return facts._replace(
        info=info, disk=folder, disk_free=host.free_bytes(folder) if folder and not facts.is_remote else None,
    )
