"""The checks of `tao doctor` that are about the machine: pure; the figures are those of NVIDIA's documentation."""
from __future__ import annotations

from ...engine import remedies
from .findings import GIB, Finding, gpu_rows, numbers

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .findings import MachineFacts

WITHOUT_GPU = 'tao --gpus none TASK …'


def memory(facts: MachineFacts) -> Finding | None:
    if not facts.memory or facts.is_remote:
        return None
    text = f'{facts.memory / GIB:.0f} GiB; at least 8, 32 are recommended'
    # a machine sold with 8 GB shows a little less
    return Finding('memory', 'ok' if facts.memory > 7 * GIB else 'warn', text)


def cores(facts: MachineFacts) -> Finding | None:
    if not facts.cores or facts.is_remote:
        return None
    return Finding('cores', 'ok' if facts.cores >= 8 else 'warn', f'{facts.cores}; at least 8 are asked for')


def driver(facts: MachineFacts) -> Finding | None:
    if facts.is_remote:
        return None
    if facts.is_tegra:
        return Finding('driver', 'ok', 'Tegra: the driver is part of the system')
    is_ubuntu = facts.system.get('ID') == 'ubuntu'
    install = remedies.as_root(facts.machine, 'ubuntu-drivers install') if is_ubuntu else remedies.INSTALL_DRIVER
    if facts.nvidia_smi is None and not facts.has_gpu:
        return Finding('driver', 'warn', 'no NVIDIA GPU found: only --gpus none will work', WITHOUT_GPU)
    if facts.nvidia_smi is None:
        text = 'there is an NVIDIA GPU, but no nvidia-smi: no driver is installed; only --gpus none will work'
        return Finding('driver', 'warn', text, install)
    rows = gpu_rows(facts.nvidia_smi)
    if not rows:
        first = (facts.nvidia_smi.strip().splitlines() or ['nothing'])[0][:160]
        return Finding('driver', 'warn', f'nvidia-smi says: {first}', 'nvidia-smi  (after a driver update: reboot)')
    version = rows[0][3]
    if numbers(version) <= (525, 85):
        return Finding('driver', 'warn', f'{version}; above 525.85 is asked for', install)
    return Finding('driver', 'ok', version)


def gpus(facts: MachineFacts) -> Finding | None:
    rows = gpu_rows(facts.nvidia_smi or '')
    if not rows or facts.is_remote:
        return None
    small = [index for index, _, size, _ in rows if size.isdigit() and int(size) < 4000]
    text = ', '.join(f'{index}: {name}{_size(size)}' for index, name, size, _ in rows)
    if small:
        others = [index for index, *_ in rows if index not in small]
        fix = f'--gpus {",".join(others)}' if others else WITHOUT_GPU
        return Finding('GPUs', 'warn', f'{text}; at least 4 GB each are asked for', fix)
    return Finding('GPUs', 'ok', text)


def _size(mebibytes: str) -> str:
    return f' ({mebibytes} MiB)' if mebibytes.isdigit() else ''  # [N/A] where memory is shared


def old_packages(facts: MachineFacts) -> Finding | None:
    if facts.packages:
        found = f'{", ".join(facts.packages)}: replaced by nvidia-container-toolkit'
        return Finding('packages', 'info', found, remedies.INSTALL_TOOLKIT)
    return None


def platform(facts: MachineFacts) -> Finding | None:
    if 'microsoft' in facts.kernel.lower():
        return Finding('platform', 'info', 'WSL2: the GPU driver is the one of Windows')
    name, version = facts.system.get('ID', ''), facts.system.get('VERSION_ID', '')
    if name == 'ubuntu' and numbers(version) < (18, 4):
        fix = remedies.as_root(facts.machine, 'do-release-upgrade')
        return Finding('platform', 'warn', f'Ubuntu {version}; 18.04 or later is asked for', fix)
    return Finding('platform', 'info', facts.system.get('PRETTY_NAME', 'Linux') + (', Tegra' if facts.is_tegra else ''))


def selinux(facts: MachineFacts) -> Finding | None:
    if facts.selinux and not facts.is_remote:
        return Finding('SELinux', 'info', 'enforcing: a mount may need "mode": "z"')
    return None


def python(facts: MachineFacts) -> Finding:
    version = '.'.join(map(str, facts.python))
    if facts.python < (3, 8):
        return Finding('python', 'fail', f'{version}; 3.8 or later is needed')
    if facts.pip and numbers(facts.pip) <= (21, 6):
        text = f'{version}, pip {facts.pip}; pip above 21.06 is asked for'
        return Finding('python', 'warn', text, 'python3 -m pip install --upgrade pip')
    return Finding('python', 'ok', f'{version}{f", pip {facts.pip}" if facts.pip else ""}')


def program(facts: MachineFacts) -> Finding | None:
    """Whether `tao` is this launcher; NVIDIA's package has a program of the same name."""
    found = facts.rivals
    if found.package:
        text = f'{found.package} is installed in the same place; whichever was installed last is tao there'
        return Finding('program', 'warn', text, found.remedy)
    if found.first:
        fix = 'put this one earlier on PATH, or pip uninstall nvidia-tao'
        return Finding('program', 'warn', f'the shell finds another tao first: {found.first}', fix)
    if found.behind:
        return Finding('program', 'info', f'another tao stands behind this one on PATH: {", ".join(found.behind)}')
    return None


def variables(facts: MachineFacts) -> Finding | None:
    if facts.variables:
        return Finding('variables', 'info', ', '.join(f'{name}={value}' for name, value in facts.variables.items()))
    return None
