"""Finds a job's status file on this machine, or reads its end inside the container.

On a file system whose server is gone this may take forever: see base/patience.
"""
from __future__ import annotations

from ..base import host, reading
from ..base.record import Record
from . import results
from .paths import follow, to_host

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from ..engine.process import Answer
    from .results import Ran

SPEC = 1 << 18  # bytes of a spec file: larger than any
COARSE = 0.1  # seconds: a file's time may be a tick of the kernel's clock earlier than the moment it was written
PATIENCE = 5.0  # seconds for an answer from inside a container


class Found(Record):
    """A job's status file: its path in the container, our path of it, and when it was last written to."""

    path: str
    host_path: str
    modified: float  # seconds since 1970


def find(ran: Ran, since: float) -> Found | None:
    """The status file that a job, started at `since` (seconds since 1970), writes; None where it is not seen here.

    A file that was not written to since then is another run's.
    """
    spec = ''
    if not results.by_words(ran).own:
        spec = _text(_host_path(results.spec_file(ran), ran))
    for path in results.files(ran, spec):
        host_path = _host_path(path, ran)
        modified = reading.modified(host_path) if host_path else None
        if modified is not None and modified >= since - COARSE:
            return Found(path, host_path, modified)
    return None


def _host_path(path: str, ran: Ran) -> str:
    """Our path of a container path, '' for none.

    Links are followed as in the container: a job may have made one to what only its reader has.
    """
    led = follow(path, ran.mounts, host.link) if path else None
    found = to_host(led.path, ran.mounts) if led else None
    return found if found and found.startswith('/') else ''


def _text(path: str) -> str:
    if not path:
        return ''
    try:
        return reading.start(path, SPEC, follows=False).decode('utf-8', 'replace')
    except (OSError, ValueError):
        return ''


def inside(ran: Ran, size: int, exec_: Callable[..., Answer]) -> tuple[str, str] | None:
    """(the container path of a job's status file, its last `size` bytes), read in its running container.

    None where it is not there, or nobody answers. exec_(*words, timeout=seconds) runs a command in the container.
    """
    words = results.by_words(ran)
    name = '' if words.own or words.common else results.spec_file(ran)
    spec = exec_('head', '-c', str(SPEC), name, timeout=PATIENCE) if name else None
    if spec and spec.code is None:
        return None
    for path in results.files(ran, spec.out if spec and spec.code == 0 else ''):
        answer = exec_('tail', '-c', str(size), path, timeout=PATIENCE)
        if answer.code == 0:
            return path, answer.out
        if answer.code is None:
            return None
    return None
