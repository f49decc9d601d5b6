"""Asks the machine and its user what only some commands want to know; host.py asks what every launch needs."""
from __future__ import annotations

import os
import shutil
import sys
import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping


def which(program: str, environ: Mapping[str, str]) -> str:
    """The program's path, or '' when PATH has none."""
    return shutil.which(program, path=environ.get('PATH', os.defpath)) or ''


def shadowed(name: str, environ: Mapping[str, str]) -> str:
    """The program of that name which a shell finds instead of the running one, or ''."""
    found = which(name, environ)
    running = os.path.realpath(sys.argv[0])
    if not found or os.path.basename(running) != name or os.path.realpath(found) == running:
        return ''
    return found


def text(path: str) -> str:
    """The content of one of the kernel's small files, or ''."""
    try:
        with open(path, encoding='utf-8', errors='replace') as f:
            return f.read(4096).strip()
    except OSError:
        return ''


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


def writable_by(path: str, uid: int, gid: int) -> bool:
    """Whether a folder's mode lets this user write into it (access lists are not looked at)."""
    try:
        found = os.stat(path)
    except OSError:
        return True  # not known
    bit = 0o200 if found.st_uid == uid else 0o020 if found.st_gid == gid else 0o002
    return bool(found.st_mode & bit)


def columns() -> int:
    """The width of the terminal that the result goes to; 0 when it goes elsewhere."""
    return shutil.get_terminal_size().columns if os.isatty(1) else 0


def now() -> float:
    """Seconds since 1970."""
    return time.time()


def agrees(question: str) -> bool:
    """Ask on the terminal; False where there is none."""
    if not (os.isatty(0) and os.isatty(2)):
        return False
    sys.stderr.write(question)
    sys.stderr.flush()
    return sys.stdin.readline().strip().lower() in ('y', 'yes')
