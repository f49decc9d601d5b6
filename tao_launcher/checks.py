"""The checks of `tao doctor`: pure, each from the facts that were gathered to a finding and its fix.

The figures are those of NVIDIA's documentation for TAO.
"""
from __future__ import annotations

import re

from . import explain
from .record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

GIB = 1 << 30


class Facts(Record):
    """What was gathered; None where a probe does not apply or got no answer."""

    engine: tuple[str, ...]
    program: str = ''  # the engine's program, with its path
    address: str = ''
    is_remote: bool = False
    is_podman: bool = False
    version: Mapping[str, Any] = {}  # docker version, as JSON
    engine_code: int | None = 0
    engine_error: str = ''
    info: Mapping[str, Any] = {}  # docker info, as JSON
    disk_free: int | None = None  # bytes
    memory: int = 0  # bytes
    cores: int = 0
    nvidia_smi: str | None = None  # index, name, memory in MiB, driver, a line each; None: no such program
    kernel: str = ''
    is_tegra: bool = False
    selinux: bool = False
    has_systemd: bool = True
    system: Mapping[str, str] = {}  # /etc/os-release
    python: tuple[int, int] = (0, 0)
    pip: str = ''
    packages: tuple[str, ...] = ()  # names of old NVIDIA packages that are installed
    mounts_path: str = ''
    mounts_error: str = ''
    missing: tuple[str, ...] = ()
    unwritable: tuple[str, ...] = ()
    job_user: str = ''
    login: bool | None = None
    catalogue: str = ''
    catalogue_error: str = ''
    shadowed: str = ''
    variables: Mapping[str, str] = {}


class Finding(Record):
    """One check's result; status is ok, warn, fail (a launch will not work) or info."""

    name: str
    status: str
    found: str
    fix: str = ''


def numbers(text: str) -> tuple[int, ...]:
    """The numbers of a version: "535.104.05" is (535, 104, 5)."""
    return tuple(int(n) for n in re.findall(r'\d+', text.partition('-')[0].partition('+')[0]))


def client(facts: Facts) -> Finding:
    if not facts.program:
        return Finding(
            'client', 'fail', f'no program {facts.engine[-1]} on PATH',
            'sudo apt-get install docker.io  (or see https://docs.docker.com/engine/install/)',
        )
    version = str((facts.version.get('Client') or {}).get('Version', ''))
    if facts.program.startswith('/snap/'):
        return Finding(
            'client', 'warn', f'{facts.program} {version} is a snap: it sees only folders below your home',
            'sudo snap remove docker && sudo apt-get install docker.io',
        )
    return Finding('client', 'ok', f'{facts.program} {version}'.rstrip())


def daemon(facts: Facts) -> Finding | None:
    if not facts.program:
        return None
    start = 'sudo systemctl start docker' if facts.has_systemd else 'sudo service docker start'
    wrong = explain.engine_failure(facts.engine, facts.engine_code, facts.engine_error, facts.address, start)
    if wrong:
        return Finding('daemon', 'fail', *wrong)
    where = f' at {facts.address}' if facts.address else ''
    return Finding('daemon', 'ok', f'answers{where}{" (remote)" if facts.is_remote else ""}')


def server(facts: Facts) -> Finding | None:
    found = facts.version.get('Server') or {}
    version, api = str(found.get('Version', '')), str(found.get('ApiVersion', ''))
    if not version:
        return None
    if facts.is_podman:
        return Finding('server', 'ok', f'podman {version}')
    if numbers(version) < (19, 3, 5) or (api and numbers(api) < (1, 40)):
        return Finding(
            'server', 'fail', f'docker {version}, API {api}; 19.03.5 and API 1.40 are needed',
            'sudo apt-get install --only-upgrade docker.io  (or docker-ce)',
        )
    return Finding('server', 'ok', f'docker {version}, API {api}')


def rootless(facts: Facts) -> Finding | None:
    if any('rootless' in str(option) for option in facts.info.get('SecurityOptions') or []):
        text = 'the daemon is rootless: root in the container is you; memlock can not be raised'
        return Finding('rootless', 'info', text)
    return None


def disk(facts: Facts) -> Finding | None:
    root = facts.info.get('DockerRootDir')
    if facts.disk_free is None or not root:
        return None
    text = f'{facts.disk_free / GIB:.0f} GiB free in {root}; 100 are recommended'
    if facts.disk_free < 100 * GIB:
        return Finding('disk', 'warn', text, 'docker system prune  (or move data-root in /etc/docker/daemon.json)')
    return Finding('disk', 'ok', text)


def memory(facts: Facts) -> Finding | None:
    if not facts.memory:
        return None
    text = f'{facts.memory / GIB:.0f} GiB; at least 8, 32 are recommended'
    # a machine sold with 8 GB shows a little less
    return Finding('memory', 'ok' if facts.memory > 7 * GIB else 'warn', text)


def cores(facts: Facts) -> Finding | None:
    if not facts.cores:
        return None
    return Finding('cores', 'ok' if facts.cores >= 8 else 'warn', f'{facts.cores}; at least 8 are asked for')


def driver(facts: Facts) -> Finding:
    if facts.is_tegra:
        return Finding('driver', 'ok', 'Tegra: the driver is part of the system')
    if facts.nvidia_smi is None:
        return Finding(
            'driver', 'warn', 'no nvidia-smi: no NVIDIA driver here; only --gpus none will work',
            'sudo ubuntu-drivers install  (or your distribution\'s NVIDIA driver)',
        )
    rows = gpu_rows(facts.nvidia_smi)
    if not rows:
        first = (facts.nvidia_smi.strip().splitlines() or ['nothing'])[0][:120]
        return Finding('driver', 'warn', f'nvidia-smi says: {first}', 'nvidia-smi  (after a driver update: reboot)')
    version = rows[0][3]
    if numbers(version) <= (525, 85):
        return Finding('driver', 'warn', f'{version}; above 525.85 is asked for', 'sudo ubuntu-drivers install')
    return Finding('driver', 'ok', version)


def gpu_rows(text: str) -> list[list[str]]:
    """Index, name, memory in MiB and driver version of every GPU, out of nvidia-smi's answer."""
    rows = [[field.strip() for field in line.split(',')] for line in text.splitlines()]
    return [row for row in rows if len(row) == 4 and row[0].isdigit()]


def gpus(facts: Facts) -> Finding | None:
    rows = gpu_rows(facts.nvidia_smi or '')
    if not rows:
        return None
    text = ', '.join(f'{index}: {name} ({memory} MiB)' for index, name, memory, _ in rows)
    small = [index for index, _, memory, _ in rows if memory.isdigit() and int(memory) < 4000]
    if small:
        fix = f'leave out {",".join(small)}: --gpus IDS'
        return Finding('GPUs', 'warn', f'{text}; at least 4 GB each are asked for', fix)
    return Finding('GPUs', 'ok', text)


def toolkit(facts: Facts) -> Finding | None:
    if not facts.info or facts.nvidia_smi is None or facts.is_podman:
        return None
    if explain.has_nvidia(facts.info):
        return Finding('toolkit', 'ok', 'docker has an nvidia runtime or CDI devices')
    return Finding(
        'toolkit', 'warn', 'docker shows no nvidia runtime and no CDI devices; --gpus needs the container toolkit',
        'sudo apt-get install nvidia-container-toolkit && sudo nvidia-ctk runtime configure, then restart docker',
    )


def old_packages(facts: Facts) -> Finding | None:
    if facts.packages:
        return Finding(
            'packages', 'info', f'{", ".join(facts.packages)}: replaced by nvidia-container-toolkit',
            'sudo apt-get install nvidia-container-toolkit',
        )
    return None


def platform(facts: Facts) -> Finding | None:
    if 'microsoft' in facts.kernel.lower():
        return Finding('platform', 'info', 'WSL2: the GPU driver is the one of Windows')
    name, version = facts.system.get('ID', ''), facts.system.get('VERSION_ID', '')
    if name == 'ubuntu' and numbers(version) < (18, 4):
        return Finding('platform', 'warn', f'Ubuntu {version}; 18.04 or later is asked for')
    return Finding('platform', 'info', facts.system.get('PRETTY_NAME', 'Linux') + (', Tegra' if facts.is_tegra else ''))


def selinux(facts: Facts) -> Finding | None:
    if facts.selinux:
        return Finding('SELinux', 'info', 'enforcing: a mount may need "mode": "z"')
    return None


def mounts(facts: Facts) -> Finding:
    if facts.mounts_error:
        return Finding('mounts file', 'fail', facts.mounts_error, f'correct {facts.mounts_path}')
    if not facts.mounts_path:
        return Finding('mounts file', 'info', 'none; only --volume mounts anything')
    return Finding('mounts file', 'ok', facts.mounts_path)


def sources(facts: Facts) -> Finding | None:
    if facts.missing:
        return Finding('sources', 'fail', f'missing: {", ".join(facts.missing)}', f'mkdir -p {" ".join(facts.missing)}')
    if facts.unwritable:
        return Finding(
            'sources', 'warn', f'not writable by {facts.job_user}, who the job runs as: {", ".join(facts.unwritable)}',
            f'sudo chown -R {facts.job_user} {" ".join(facts.unwritable)}',
        )
    return Finding('sources', 'ok', 'all there') if facts.mounts_path and not facts.mounts_error else None


def login(facts: Facts) -> Finding:
    if facts.login is False:
        return Finding(
            'login', 'info', 'none stored for nvcr.io; images that are here, and public ones, need none',
            "docker login nvcr.io -u '$oauthtoken'",
        )
    return Finding('login', 'ok', 'stored for nvcr.io' if facts.login else 'left to a credential helper')


def catalogue(facts: Facts) -> Finding | None:
    if facts.catalogue_error:
        return Finding('catalogue', 'fail', facts.catalogue_error, f'correct or remove {facts.catalogue}')
    if facts.catalogue:
        return Finding('catalogue', 'info', f'{facts.catalogue} replaces the built-in releases')
    return None


def python(facts: Facts) -> Finding:
    version = '.'.join(map(str, facts.python))
    if facts.python < (3, 8):
        return Finding('python', 'fail', f'{version}; 3.8 or later is needed')
    return Finding('python', 'ok', f'{version}{f", pip {facts.pip}" if facts.pip else ""}')


def shadow(facts: Facts) -> Finding | None:
    if facts.shadowed:
        return Finding(
            'program', 'warn', f'the shell finds another tao first: {facts.shadowed}',
            'put this one earlier on PATH, or pip uninstall nvidia-tao',
        )
    return None


def variables(facts: Facts) -> Finding | None:
    if facts.variables:
        return Finding('variables', 'info', ', '.join(f'{name}={value}' for name, value in facts.variables.items()))
    return None


CHECKS: tuple[Callable[[Facts], Finding | None], ...] = (
    client, daemon, server, rootless, disk, memory, cores, driver, gpus, toolkit, old_packages, platform, selinux,
    mounts, sources, login, catalogue, python, shadow, variables,
)


def run(facts: Facts, is_root: bool) -> list[Finding]:
    """Every check's finding, in their order; root needs no sudo, and may have none."""
    found = [finding for check in CHECKS for finding in [check(facts)] if finding]
    return [f._replace(fix=f.fix.replace('sudo ', '')) if is_root else f for f in found]
