"""Checks of the GPUs: the driver, the GPUs themselves, and what gives them to containers."""
from __future__ import annotations

import re

from ...base import host, machine
from ...base.record import Record
from ...base.shell import quote
from ...engine import answers, failures, profiles, remedies
from .findings import Check, Finding, asking

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from .facts import Gathered, MachineFacts

PATIENCE = 5.0  # seconds
WITHOUT_GPU = 'tao --gpus none TASK …'
REPLACED_PACKAGES = ('nvidia-docker2', 'nvidia-container-runtime')


def gpu_rows(text: str) -> list[list[str]]:
    """Index, name, memory in MiB and driver version of every GPU, out of nvidia-smi's answer."""
    found = [[field.strip() for field in line.split(',')] for line in text.splitlines()]
    return [row for row in found if len(row) == 4 and answers.digits(row[0]) is not None]


class Bus(Record):
    """What the PCI bus shows, with or without a driver."""

    has_gpu: bool = False  # one of NVIDIA's


def _bus(gathered: Gathered) -> Bus:
    return Bus(machine.has_nvidia_gpu())


def driver(facts: MachineFacts, bus: Bus) -> Finding | None:
    """Whether NVIDIA's driver is installed, works and is recent enough."""
    if facts.is_remote:
        return None
    if facts.is_tegra:
        return Finding('driver', 'ok', 'Tegra: the driver is part of the system')
    is_ubuntu = facts.system.get('ID') == 'ubuntu'
    install = remedies.as_root(facts.machine, 'ubuntu-drivers install') if is_ubuntu else remedies.INSTALL_DRIVER
    if facts.nvidia_smi is None and not bus.has_gpu:
        return Finding('driver', 'warn', 'no NVIDIA GPU found: only --gpus none will work', WITHOUT_GPU)
    if facts.nvidia_smi is None:
        text = 'there is an NVIDIA GPU, but no nvidia-smi: no driver is installed; only --gpus none will work'
        return Finding('driver', 'warn', text, install)
    rows = gpu_rows(facts.nvidia_smi)
    if not rows:
        first = (facts.nvidia_smi.strip().splitlines() or ['nothing'])[0][:160]
        return Finding('driver', 'warn', f'nvidia-smi says: {first}', 'nvidia-smi  (after a driver update: reboot)')
    version = rows[0][3]
    return too_old('driver', version, facts, install) or Finding('driver', 'ok', version)


def too_old(key: str, version: str, facts: MachineFacts, install: str) -> Finding | None:
    """What is to be said of a driver or toolkit that is older than the release in use asks for, or None."""
    asked = facts.requirements
    if not answers.digits(version.partition('.')[0]) or asked.is_met(key, version):
        return None
    fit = asked.newest_for(key, version, facts.releases)
    others = f'; release {fit} is the newest that this {key} is for' if fit else ''
    what = f'{version}; TAO {asked.release} asks for {asked.least(key)} or later{others}'
    if not fit:
        return Finding(key, 'warn', what, install)
    return Finding(key, 'warn', what, f'{install}, or --release {quote(fit)} before the task name')


def gpus(facts: MachineFacts) -> Finding | None:
    """Which GPUs there are, and whether each has enough memory."""
    rows = gpu_rows(facts.nvidia_smi or '')
    if not rows or facts.is_remote:
        return None
    sizes = {index: answers.digits(size) for index, _, size, _ in rows}
    small = [index for index, size in sizes.items() if size is not None and size < 4000]
    text = ', '.join(f'{index}: {name}{_size(size)}' for index, name, size, _ in rows)
    if small:
        others = [index for index, *_ in rows if index not in small]
        fix = f'--gpus {",".join(others)}' if others else WITHOUT_GPU
        return Finding('GPUs', 'warn', f'{text}; TAO asks for at least 4 GB each', fix)
    return Finding('GPUs', 'ok', text)


def _size(mebibytes: str) -> str:
    return f' ({mebibytes} MiB)' if answers.digits(mebibytes) is not None else ''  # [N/A] where memory is shared


class Toolkit(Record):
    """What is installed of the container toolkit."""

    has_hook: bool = False  # which dockerd looks for
    has_setup: bool = False  # nvidia-ctk
    has_cdi: bool = False  # a file describes the GPUs as devices
    version: str = ''  # that nvidia-ctk says


def _toolkit(gathered: Gathered) -> Toolkit:
    environ = gathered.facts.environ
    has_setup = machine.has_program('nvidia-ctk', environ)
    return Toolkit(
        has_hook=machine.has_program('nvidia-container-runtime-hook', environ),
        has_setup=has_setup, has_cdi=machine.has_cdi(), version=_toolkit_version(environ) if has_setup else '',
    )


def _toolkit_version(environ: Mapping[str, str]) -> str:
    from ...engine.ask import ask

    said = ask(('nvidia-ctk', '--version'), environ, PATIENCE).out
    found = re.search(r'\bversion v?([0-9]+(?:\.[0-9]+)+)', said)
    return found.group(1) if found else ''


def toolkit(facts: MachineFacts, found: Toolkit) -> Finding | None:
    """Whether the engine can give GPUs to a container."""
    has_gpus = facts.is_tegra or bool(gpu_rows(facts.nvidia_smi or ''))
    if not facts.info or (not has_gpus and not facts.is_remote):
        return None
    if profiles.profile(facts.engine).uses_cdi and not facts.is_remote:
        return _cdi(facts, found)
    if 'host' in facts.info:
        return None  # podman, asked through docker's client
    old = too_old('toolkit', found.version, facts, remedies.INSTALL_TOOLKIT) if not facts.is_remote else None
    if failures.has_nvidia(facts.info):
        return old or Finding('toolkit', 'ok', _with_version('docker has an nvidia runtime or CDI devices', found))
    if found.has_hook and old:
        return old
    if found.has_hook and not facts.is_remote and not facts.is_tegra:
        return Finding('toolkit', 'ok', 'its hook is installed, which is enough for --gpus')
    text = 'docker shows no nvidia runtime and no CDI devices; --gpus needs the container toolkit'
    if facts.is_remote:
        return Finding('toolkit', 'info', f'{text} there')
    if not found.has_setup:
        return Finding('toolkit', 'warn', text, remedies.INSTALL_TOOLKIT)
    configure = remedies.as_root(facts.machine, 'nvidia-ctk runtime configure --runtime=docker')
    return Finding('toolkit', 'warn', text, f'{configure} && {remedies.restart(facts.machine)}')


def _with_version(what: str, found: Toolkit) -> str:
    return f'{found.version}; {what}' if found.version else what


def _cdi(facts: MachineFacts, found: Toolkit) -> Finding:
    if found.has_cdi:
        old = too_old('toolkit', found.version, facts, remedies.INSTALL_TOOLKIT)
        return old or Finding('toolkit', 'ok', _with_version('the GPUs are described as devices (CDI)', found))
    text = 'nothing describes the GPUs as devices (CDI), which --gpus needs'
    if not found.has_setup:
        return Finding('toolkit', 'warn', text, remedies.INSTALL_TOOLKIT)
    return Finding('toolkit', 'warn', text, remedies.describe_gpus(facts.machine))


def _old_packages(gathered: Gathered) -> tuple[str, ...]:
    return tuple(name for name in REPLACED_PACKAGES if host.exists(f'/var/lib/dpkg/info/{name}.list'))


def old_packages(facts: MachineFacts, names: tuple[str, ...]) -> Finding | None:
    """Whether packages are installed that the toolkit has replaced."""
    if names:
        found = f'{", ".join(names)}: replaced by nvidia-container-toolkit'
        return Finding('packages', 'info', found, remedies.INSTALL_TOOLKIT)
    return None


DRIVER, GPUS = asking(_bus, driver), Check(gpus)
TOOLKIT, OLD_PACKAGES = asking(_toolkit, toolkit), asking(_old_packages, old_packages)
