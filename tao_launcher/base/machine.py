"""Asks the machine and its user what only some commands want to know; host.py asks what every launch needs."""
from __future__ import annotations

import os
import sys
import time

from . import reading, users
from .late import shutil

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


def which(program: str, environ: Mapping[str, str]) -> str:
    """The program's path, or '' when PATH has none."""
    return shutil.which(program, path=environ.get('PATH', os.defpath)) or ''


# Where programs are that a PATH may lack: that of a service, of cron, or of a shell that has lost it.
USUAL = ('/usr/local/bin', '/usr/bin', '/bin', '/snap/bin', '/usr/local/sbin', '/usr/sbin', '/opt/podman/bin')


def usual_place(program: str) -> str:
    """The path of a program that PATH lacks, where it is in one of the usual folders; '' for none, or for a path."""
    found = '' if '/' in program else shutil.which(program, path=':'.join(USUAL))
    return found or ''


def process_owner(pid: str) -> str:
    """The user that a process belongs to, or ''."""
    try:
        uid = os.stat(f'/proc/{pid}').st_uid
    except (OSError, ValueError):
        return ''
    return users.user_name(uid) or str(uid)


def has_program(program: str, environ: Mapping[str, str]) -> bool:
    """Whether a program is installed, if only where root's PATH has it."""
    path = f'{environ.get("PATH", os.defpath)}:/usr/local/sbin:/usr/sbin:/sbin'
    return bool(shutil.which(program, path=path))


def text(path: str, size: int = 4096) -> str:
    """The content of one of the system's small files, up to `size` bytes, or ''."""
    try:
        return reading.start(path, size).decode('utf-8', 'replace').strip()
    except OSError:
        return ''


def has_nvidia_gpu() -> bool:
    """Whether the PCI bus has a display or 3D controller of NVIDIA's."""
    folder = '/sys/bus/pci/devices'
    try:
        devices = os.listdir(folder)
    except OSError:
        return False
    return any(
        text(f'{folder}/{device}/vendor') == '0x10de' and text(f'{folder}/{device}/class').startswith('0x03')
        for device in devices
    )


def has_cdi() -> bool:
    """Whether a file describes NVIDIA's GPUs as devices (CDI), which podman takes."""
    for folder in ('/etc/cdi', '/var/run/cdi'):
        try:
            names = os.listdir(folder)
        except OSError:
            continue
        if any('nvidia.com/gpu' in text(f'{folder}/{name}', 1 << 20) for name in names):
            return True
    return False


def os_release() -> Mapping[str, str]:
    """/etc/os-release, by name."""
    pairs = [line.partition('=') for line in text('/etc/os-release').splitlines()]
    return {name: value.strip('"\'') for name, _, value in pairs}


def memory() -> int:
    """The machine's memory in bytes."""
    return os.sysconf('SC_PHYS_PAGES') * os.sysconf('SC_PAGE_SIZE')


def cores() -> int:
    """The processors that this process may use."""
    return len(os.sched_getaffinity(0))


def package_version(name: str) -> str:
    """The version of an installed Python package, or ''."""
    from importlib import metadata

    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return ''


def python() -> tuple[int, int]:
    """The version of Python that the launcher runs in."""
    return sys.version_info[0], sys.version_info[1]


def own_folders() -> tuple[str, str]:
    """(the folder that has the package in it, the folder of the program that was started), links followed."""
    package = os.path.dirname(os.path.dirname(os.path.realpath(__file__)))
    return os.path.dirname(package), os.path.dirname(os.path.realpath(sys.argv[0]))


def real_path(path: str) -> str:
    """The absolute form of a path, links followed."""
    return os.path.realpath(path)


def may_write(path: str) -> bool:
    """Whether the launcher may write to a file or socket, or into a folder."""
    return os.access(path, os.W_OK, effective_ids=os.access in os.supports_effective_ids)


def columns() -> int:
    """The width of the terminal that the result goes to; 0 when it goes elsewhere."""
    return text_columns() if os.isatty(1) else 0


def text_columns() -> int:
    """What shutil.get_terminal_size says of columns: $COLUMNS, the terminal's, or 80."""
    given = os.environ.get('COLUMNS', '')
    if given.isdecimal() and int(given):
        return int(given)
    try:
        return os.get_terminal_size(1).columns or 80
    except OSError:
        return 80


def now() -> float:
    """Seconds since 1970."""
    return time.time()


def minute() -> str:
    """The local time as YYYYMMDDHHMM."""
    return time.strftime('%Y%m%d%H%M')


def can_ask() -> bool:
    """Whether there is someone to be asked: a terminal to write questions to, and one that answers come from."""
    return os.isatty(0) and os.isatty(2)


def answer(question: str, ask: Callable[[str], None]) -> str | None:
    """The line that answers a question; None when there will be none."""
    ask(question)
    try:
        line = sys.stdin.buffer.readline().decode('utf-8', 'surrogateescape') if sys.stdin else ''
    except OSError:  # the terminal is gone
        return None
    return line.strip() if line else None


def agrees(question: str, ask: Callable[[str], None]) -> bool:
    """Have the user asked on the terminal; False where there is none."""
    return can_ask() and (answer(question, ask) or '').lower() in ('y', 'yes')
