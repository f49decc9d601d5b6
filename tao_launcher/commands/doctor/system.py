"""Checks of the operating system and of the Python that the launcher runs in."""
from __future__ import annotations

from ...base import machine
from ...base.record import Record
from ...base.text import numbers
from ...engine import profiles, remedies
from .findings import Finding, asking

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .facts import Gathered, MachineFacts


def _kernel(gathered: Gathered) -> str:
    return machine.text('/proc/version')


def platform(facts: MachineFacts, kernel: str) -> Finding | None:
    """Which system this is, and whether it is recent enough."""
    if 'microsoft' in kernel.lower():
        return Finding('platform', 'info', 'WSL2: the GPU driver is the one of Windows')
    name, version = facts.system.get('ID', ''), facts.system.get('VERSION_ID', '')
    if name == 'ubuntu' and numbers(version) < (18, 4):
        fix = remedies.as_root(facts.machine, 'do-release-upgrade')
        return Finding('platform', 'warn', f'Ubuntu {version}; TAO asks for 18.04 or later', fix)
    return Finding('platform', 'info', facts.system.get('PRETTY_NAME', 'Linux') + (', Tegra' if facts.is_tegra else ''))


def _selinux(gathered: Gathered) -> str:
    return machine.text('/sys/fs/selinux/enforce')


def selinux(facts: MachineFacts, enforce: str) -> Finding | None:
    """Whether a mount may need a label; `enforce` is the kernel's "1" where SELinux enforces its rules."""
    if enforce == '1' and not facts.is_remote and not profiles.profile(facts.engine).is_child:
        return Finding('SELinux', 'info', 'enforcing: a mount may need "mode": "z"')
    return None


class Python(Record):
    """The interpreter's version, and pip's or ''."""

    version: tuple[int, ...]
    pip: str = ''


def _python(gathered: Gathered) -> Python:
    return Python(machine.python(), machine.package_version('pip'))


def python(facts: MachineFacts, found: Python) -> Finding:
    """Whether Python and pip are recent enough."""
    version = '.'.join(map(str, found.version))
    asked = facts.requirements
    least, pip = asked.least('python'), asked.least('pip')
    if found.version < (3, 8):
        return Finding('python', 'fail', f'{version}; 3.8 or later is needed')
    if found.version < numbers(least):
        return Finding('python', 'warn', f'{version}; TAO {asked.release} asks for {least} or later')
    if found.pip and pip and numbers(found.pip) <= numbers(pip):
        text = f'{version}, pip {found.pip}; TAO {asked.release} asks for pip above {pip}'
        return Finding('python', 'warn', text, 'python3 -m pip install --upgrade pip')
    return Finding('python', 'ok', f'{version}{f", pip {found.pip}" if found.pip else ""}')


PLATFORM, SELINUX, PYTHON = asking(_kernel, platform), asking(_selinux, selinux), asking(_python, python)
