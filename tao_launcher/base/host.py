"""Asks the host: who calls, which terminals there are, what the files hold. Every launch needs that."""
from __future__ import annotations

import os
import sys

from . import json_value, reading
from .errors import FileError
from .json_text import MAX_BYTES
from .record import Record
from .text import encoded

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping


NO_ID = (1 << 32) - 1  # what means no user, above every id


class Terminals(Record):
    """Which of the three standard streams are terminals, and whether the launcher is in the foreground."""

    stdin: bool = False
    stdout: bool = False
    stderr: bool = False
    foreground: bool = False


class ProgramFile(Record):
    """A program's own file: its path, links followed ('' where there is none), and its text if it is a script."""

    path: str = ''
    script: str = ''


class Host(Record):
    """The facts of this machine and caller that a plan depends on."""

    uid: int
    gid: int
    is_root: bool  # the launcher runs as root, if perhaps for someone else (sudo)
    home: str
    cwd: str  # '' for one that was removed
    hostname: str
    machine: str  # x86_64, aarch64
    is_tegra: bool
    arg_max: int  # bytes that the argv and environment of a process may take
    terminals: Terminals
    called: tuple[str, ...] = ()  # the launcher's own command line: the program's name, and its words


def _own_home() -> str:
    """The caller's home where HOME is empty, or not set."""
    import pwd  # seldom needed

    try:
        return pwd.getpwuid(os.getuid()).pw_dir or '/'
    except KeyError:
        return '/'


def survey(environ: Mapping[str, str]) -> Host:
    """The facts of this machine. Under sudo the caller is the one who called sudo."""
    is_root = os.geteuid() == 0
    uid, gid = sudo_caller(environ) or (os.getuid(), os.getgid())
    uname = os.uname()
    return Host(
        uid=uid,
        gid=gid,
        is_root=is_root,
        home=environ.get('HOME') or _own_home(),
        cwd=_cwd(),
        hostname=uname.nodename,
        machine=uname.machine,
        is_tegra=os.path.exists('/etc/nv_tegra_release'),
        arg_max=os.sysconf('SC_ARG_MAX'),
        terminals=terminals(),
    )


def sudo_caller(environ: Mapping[str, str]) -> tuple[int, int] | None:
    """(uid, gid) of the one who called sudo to start this process as root, or None."""
    called = [environ.get(name, '') for name in ('SUDO_UID', 'SUDO_GID')]
    if os.geteuid() or not all(
        text.isdecimal() and len(text) <= 10 and int(text) < NO_ID for text in called
    ):
        return None
    return int(called[0]), int(called[1])


def terminals() -> Terminals:
    """Which streams are terminals."""
    return Terminals(os.isatty(0), os.isatty(1), os.isatty(2), _foreground())


def _cwd() -> str:
    try:
        return os.getcwd()
    except OSError:  # the folder was removed, whatever the shell still calls it
        return ''


def current_folder(environ: Mapping[str, str]) -> tuple[str, ...]:
    """The path of the current folder, and what the shell calls it if that leads there through links."""
    cwd, shown = _cwd(), environ.get('PWD', '')
    try:
        is_other = shown.startswith('/') and shown != cwd and os.path.samefile(shown, cwd)
    except (OSError, ValueError):
        is_other = False
    return (cwd, os.path.normpath(shown)) if is_other else (cwd,)


def _foreground() -> bool:
    try:
        return os.tcgetpgrp(0) == os.getpgrp()
    except OSError:
        return False


SCRIPT = 1 << 16  # bytes: longer than any script that starts another program, and shorter than any client


def program(word: str, path: str) -> ProgramFile:
    """The file of a program, looked for in the folders of `path` (as PATH has them)."""
    places = [word] if '/' in word else [f'{folder or "."}/{word}' for folder in path.split(':')]
    for place in places:
        try:
            found = os.stat(place)
        except OSError:
            continue
        if found.st_mode & 0o170000 == 0o100000 and found.st_mode & 0o111:  # a file that may be executed
            return ProgramFile(os.path.realpath(place), _script(place) if found.st_size <= SCRIPT else '')
    return ProgramFile()


def _script(path: str) -> str:
    try:
        with open(path, 'rb') as f:
            text = f.read(SCRIPT)
    except OSError:
        return ''
    return text.decode('utf-8', 'replace') if text.startswith(b'#!') else ''


def environment() -> dict[str, str]:
    """A copy of the environment; a HOME that is relative to the current folder is made absolute."""
    found = dict(os.environ)
    if found.get('HOME') and not found['HOME'].startswith('/'):
        found['HOME'] = os.path.normpath(os.path.join(_cwd(), found['HOME']))
    return found


def arguments() -> list[str]:
    """The words of the command line, without the program's name."""
    return sys.argv[1:]


def package_data(name: str) -> bytes:
    """A file of the package's data folder, also out of a zip file."""
    path = os.path.join(os.path.dirname(os.path.dirname(__file__)), 'data', name)
    data: bytes = __loader__.get_data(path)  # type: ignore[name-defined]
    return data


def read(path: str, what: str, *, required: bool) -> bytes | None:
    """The content of a file of ours; None when it is not there.

    One that is required may be a pipe of the caller's own, such as /dev/fd/63 of a shell's <(...): the user has named
    it. It may stay silent for up to 30 s. `what` names the file's role.
    Raises FileError when it is required and missing, too large, unreadable, or not a regular file.
    """
    try:
        return reading.content(path, MAX_BYTES, takes_pipe=required)
    except (OSError, ValueError) as e:
        if not required and is_absent(path, e):
            return None
        from .unreadable import of_file

        raise of_file(e, path, what) from None


def is_absent(path: str, error: Exception) -> bool:
    """Whether what cannot be read is not there, or in a folder of someone else's, as with root's HOME."""
    if isinstance(error, (FileNotFoundError, NotADirectoryError)):
        return not os.path.lexists(path)
    return isinstance(error, PermissionError) and look(path) is None


def standard_input() -> bytes:
    """What is in standard input, up to a byte above the size limit. Raises FileError."""
    try:
        return sys.stdin.buffer.read(MAX_BYTES + 1) if sys.stdin else b''
    except OSError as e:
        raise FileError('standard input', f'cannot be read ({e.strerror})') from None


def json_file(path: str) -> object:
    """The value of someone else's JSON file, or None; it is theirs to complain about it."""
    try:
        data = read(path, 'configuration', required=False)
        return json_value.value(data) if data else None
    except (FileError, ValueError, RecursionError):
        return None


def memory_kills() -> int | None:
    """How many processes the kernel has ended because memory ran out since the start; None where it does not say."""
    try:
        with open('/proc/vmstat', 'rb') as f:
            counted = f.read().partition(b'\noom_kill ')[2].partition(b'\n')[0]
    except OSError:
        return None
    return int(counted) if counted.isdigit() else None


CONTAINER_MARKS = ('/.dockerenv', '/run/.containerenv')  # that docker and podman put into containers


def container_mark(socket: str) -> str:
    """The file that shows that we are in a container, whose socket may be of a daemon outside of it; or ''.

    Then the socket was mounted, or our root is not that of the machine's first process: a mark alone may have been left
    in a file system that someone starts a machine from.
    """
    mark = next(filter(os.path.exists, CONTAINER_MARKS), '')
    if not mark:
        return ''
    try:
        is_mounted = os.stat(socket).st_dev != os.stat(os.path.dirname(socket)).st_dev
    except (OSError, ValueError):
        is_mounted = False
    return mark if is_mounted or _has_own_root() else ''


def _has_own_root() -> bool:
    """Whether / is another folder than that of the machine's first process, where that can be seen."""
    try:
        return not os.path.samestat(os.stat('/'), os.stat('/proc/1/root/'))
    except OSError:
        return False


def exists(path: str) -> bool:
    """Whether a path exists, links followed."""
    return os.path.exists(path)


def is_there(path: str) -> bool:
    """Whether a path exists, be it as a link that leads nowhere."""
    return os.path.lexists(encoded(path))


def is_folder(path: str) -> bool:
    """Whether a path is a folder, links followed."""
    return os.path.isdir(encoded(path))


def is_file(path: str) -> bool:
    """Whether a path is a file, links followed."""
    return os.path.isfile(encoded(path))


def look(path: str) -> bool | None:
    """Whether a path exists, links followed; None when the caller may not know.

    A folder that the caller may not search (another user's) may well hold what the daemon can see.
    """
    try:
        os.stat(encoded(path))
    except (FileNotFoundError, NotADirectoryError):
        return False
    except (OSError, ValueError):
        return None
    return True


def link(path: str) -> str | None:
    """What a symbolic link holds; None for what is none, or cannot be seen."""
    try:
        return os.fsdecode(os.readlink(encoded(path)))
    except (OSError, ValueError):
        return None


LONGEST_PATH = 4096  # of which the kernel takes one


class RealPaths:
    """Paths with all links followed, as far as there is something; each is looked at once."""

    def __init__(self) -> None:
        self._known: dict[str, str] = {}

    def __call__(self, path: str) -> str:
        """The real path; one that cannot be looked at is as it was."""
        if path not in self._known:
            try:
                found = os.fsdecode(os.path.realpath(encoded(path))) if len(path) < LONGEST_PATH else path
            except (OSError, ValueError):
                found = path
            self._known[path] = found
        return self._known[path]


def path_of(path: str) -> str:
    """The absolute form of a path; links are kept, but for one before "..", as that is above where it leads.

    ~ means home. Raises FileError for one that is relative to a folder that was removed.
    """
    whole = os.path.join(_cwd(), os.path.expanduser(path))
    if not whole.startswith('/'):
        raise FileError(
            path, 'is relative to the current folder, which is gone',
            advice='cd to one that exists, or an absolute path',
        )
    found = ''
    for part in whole.split('/'):
        if part == '..':
            found = (os.path.realpath(found) if os.path.islink(encoded(found)) else found).rpartition('/')[0]
        elif part not in ('', '.'):
            found += f'/{part}'
    return found or '/'
