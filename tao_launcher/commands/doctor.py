"""tao doctor: is this machine ready, and if not, what is the one command that helps."""
from __future__ import annotations

import json
import sys

from .. import catalogue, checks, daemon, host, identity, machine
from ..checks import Facts, Finding
from ..errors import ConfigError, Fatal
from ..login import is_logged_in
from ..plan import Target
from ..settings import merge
from .diagnose import docker_configuration
from .prepare import mounts_file, prepare

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from ..catalogue import Catalogue
    from ..cli import Values
    from ..host import Host
    from ..output import Output
    from ..settings import Settings

PATIENCE = 10.0  # seconds for one probe
GPU_QUERY = ('nvidia-smi', '--query-gpu=index,name,memory.total,driver_version', '--format=csv,noheader,nounits')
OLD_PACKAGES = ('nvidia-docker2', 'nvidia-container-runtime')
SHOWN_VARIABLES = (
    'DOCKER_HOST', 'DOCKER_CONTEXT', 'DOCKER_CONFIG', 'LAUNCHER_MOUNTS', 'OVERRIDE_REGISTRY', 'TAO_ENGINE', 'TAO_GPUS',
    'TAO_PULL', 'TAO_RELEASE', 'TAO_DRY_RUN', 'SLURM_JOB_ID', 'CUDA_VISIBLE_DEVICES',
)


def doctor(
    options: Values, environ: Mapping[str, str], as_json: bool, dev: bool, gpu_test: bool, output: Output,
) -> int:
    """Print what was found, as a table or JSON. Returns 1 if something that a launch needs is missing.

    Nothing is changed, and no container is started but with `gpu_test`.
    """
    here = host.survey(environ)
    findings = checks.run(gather(options, environ, here), here.is_root)
    if dev:
        from .runner import findings as of_checkouts

        findings += of_checkouts(environ, here)
    output.result(json.dumps([f._asdict() for f in findings], indent=2) + '\n' if as_json else table(findings))
    if any(finding.status == 'fail' for finding in findings):
        return 1
    return _gpu_test(options, environ, here, output) if gpu_test else 0


def table(findings: list[Finding]) -> str:
    """The findings for a person: a line each, with the fix below it."""
    width = max(len(finding.name) for finding in findings)
    lines = []
    for finding in findings:
        lines.append(f'{finding.status:<5} {finding.name:<{width}}  {finding.found}')
        lines += [f'{"":<{width + 8}}fix: {finding.fix}'] if finding.fix else []
    failed = sum(finding.status == 'fail' for finding in findings)
    ready = 'ready' if not failed else f'not ready: {failed} to fix (fail)'
    return '\n'.join([*lines, ready]) + '\n'


def gather(options: Values, environ: Mapping[str, str], here: Host) -> Facts:
    """The facts that the checks need; every question has a time limit."""
    settings, mounts = _settings(options, environ, here)
    found = daemon.find(settings.engine, environ, here.home, host.json_file)
    facts = Facts(
        engine=settings.engine, address=found.address, is_remote=found.is_remote, is_podman=found.is_podman,
        program=machine.which(settings.engine[-1], environ), memory=machine.memory(), cores=machine.cores(),
        kernel=machine.text('/proc/version'), is_tegra=here.is_tegra,
        selinux=machine.text('/sys/fs/selinux/enforce') == '1', has_systemd=host.exists('/run/systemd/system'),
        system=machine.os_release(), python=sys.version_info[:2], pip=machine.package_version('pip'),
        packages=tuple(name for name in OLD_PACKAGES if host.exists(f'/var/lib/dpkg/info/{name}.list')),
        login=is_logged_in('nvcr.io', docker_configuration(environ)), shadowed=machine.shadowed('tao', environ),
        variables={name: environ[name] for name in SHOWN_VARIABLES if environ.get(name)}, **mounts,
    )
    facts = _sources(facts, settings, here) if not found.is_remote else facts
    facts = _catalogue(facts, here)
    return _engine(facts, environ)


def _settings(options: Values, environ: Mapping[str, str], here: Host) -> tuple[Settings, dict[str, Any]]:
    """The settings, without the mounts file where that is refused, and what is to be said of the file."""
    from ..config import MountsFile

    try:
        file, _ = mounts_file(options, environ, here)
        return merge(options, environ, file, {}, here.cwd, here.home), {'mounts_path': file.path}
    except ConfigError as e:
        path = e.what.partition(':')[0]
        wrong = '; '.join((e.what, *e.why))
        settings = merge(options, environ, MountsFile(), {}, here.cwd, here.home)
        return settings, {'mounts_path': path, 'mounts_error': wrong}


def _sources(facts: Facts, settings: Settings, here: Host) -> Facts:
    missing = tuple(m.source for m in settings.mounts if host.look(m.source) is False)
    user = f'{here.uid}:{here.gid}' if identity.is_caller(settings.user, here) else settings.user
    uid, _, gid = user.partition(':')
    unwritable: tuple[str, ...] = ()
    if uid.isdigit() and uid != '0':
        written = [m.source for m in settings.mounts if 'ro' not in m.mode.split(',') and m.source not in missing]
        unwritable = tuple(path for path in written if not machine.writable_by(path, int(uid), int(gid or 0)))
    return facts._replace(missing=missing, unwritable=unwritable, job_user=user)


def _catalogue(facts: Facts, here: Host) -> Facts:
    from .task import override_path, read_override

    path = override_path(here)
    try:
        found = read_override(path, {})
    except Fatal as e:
        return facts._replace(catalogue=path, catalogue_error='; '.join((e.what, *e.why)))
    return facts._replace(catalogue=path if found else '')


def _engine(facts: Facts, environ: Mapping[str, str]) -> Facts:
    from ..process import ask

    smi = ask(GPU_QUERY, environ, PATIENCE)
    if machine.which('nvidia-smi', environ):
        facts = facts._replace(nvidia_smi=smi.out or smi.err)
    if not facts.program:
        return facts
    version = ask((*facts.engine, 'version', '--format', '{{json .}}'), environ, PATIENCE)
    facts = facts._replace(version=_object(version.out), engine_code=version.code, engine_error=version.err)
    if version.code != 0:
        return facts
    info = _object(ask((*facts.engine, 'info', '--format', '{{json .}}'), environ, PATIENCE).out)
    root = str(info.get('DockerRootDir') or '')
    return facts._replace(info=info, disk_free=host.free_bytes(root) if root and not facts.is_remote else None)


def _object(text: str) -> Mapping[str, Any]:
    try:
        value = json.loads(text)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def _gpu_test(options: Values, environ: Mapping[str, str], here: Host, output: Output) -> int:
    """Run nvidia-smi in the newest image, which has to be here; its exit code."""
    from .launch import launch
    from .task import load_catalogue

    known: Catalogue = load_catalogue(here, output)
    image = catalogue.find(known, 'model', 'dino', '', '').image
    target = Target('doctor/gpu-test', image, ('nvidia-smi', '-L'))
    plan, _ = prepare({**options, 'pull': 'never'}, {}, environ, here, output, lambda settings: target)
    return launch(plan, '', environ, here.arg_max, output)
