"""Finds a job's status file on this machine and reads its end, or does so inside the container."""
from __future__ import annotations

from ..base import host, patience, reading
from ..base.record import Record
from ..status import latest, reader
from . import results
from .paths import follow, to_host

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ..engine.daemon import Daemon
    from ..engine.process import Answer
    from ..status.status import Status
    from .results import Ran

SOCKET = '/var/run/docker.sock'
SPEC = 1 << 18  # bytes of a spec file: larger than any
COARSE = 0.1  # seconds: a file's time may be a tick of the kernel's clock earlier than the moment it was written
LATE = 2.0  # seconds: how much later than a job's end its last line may seem, of which the file system has the time
PATIENCE = 5.0  # seconds for an answer from inside a container
TOGETHER = 2.0  # seconds for the files of all jobs: someone waits at a terminal


class Run(Record):
    """A job, and when it ran, in seconds since 1970; `ended` and `over` are infinite for one that runs.

    Its file was last written to from `started` to `ended`, as far as a file system tells; it was over by `over`.
    """

    ran: Ran
    started: float
    ended: float = float('inf')
    over: float = float('inf')


class Found(Record):
    """A job's status file: its path in the container, our path of it, and when it was last written to."""

    path: str
    host_path: str
    modified: float  # seconds since 1970


def has_our_paths(daemon: Daemon) -> bool:
    """Whether an engine's paths are those of this machine as we see it: we may be in a container, and it is not."""
    is_inside = daemon.profile.service and host.container_mark(daemon.address.partition('://')[2] or SOCKET)
    return not daemon.is_remote and not is_inside


def find(run: Run) -> Found | None:
    """The status file that a job writes, or has written; None where it is not seen here.

    A file that was last written to before or after that is another job's. On a file system whose server is gone this
    may take forever: see base/patience.
    """
    said = results.said(run.ran)
    spec = '' if said.dirs.own else _text(_host_path(said.spec, run.ran))
    for path in [*results.files(said, spec), *_below(results.folder(said, spec), run.ran)]:
        host_path = _host_path(path, run.ran)
        modified = reading.modified(host_path) if host_path else None
        if modified is not None and run.started - COARSE <= modified <= run.ended + LATE:
            return Found(path, host_path, modified)
    return None


def _below(folder: str, ran: Ran) -> list[str]:
    """The container paths of the status files in the folders of a container folder, the newest first."""
    host_path = _host_path(folder, ran)
    try:
        found = sorted(reader.below(host_path), reverse=True) if host_path else []
    except OSError:  # not there, or closed
        return []
    return [folder + place[len(host_path):] for _, place in found]


def told(runs: Sequence[Run], seconds: float = TOGETHER) -> list[Status | None]:
    """What these jobs tell of themselves, None for nothing, and for what takes longer than that: all at once."""
    found: dict[int, Status | None] = {}

    def look(place: int, run: Run) -> Callable[[], None]:
        def one() -> None:
            file = find(run)
            found[place] = own(run, latest.read(file.host_path), file.modified) if file else None
        return one

    patience.all_within(seconds, [look(place, run) for place, run in enumerate(runs)])
    known = dict(found)  # a late one changes nothing any more
    return [known.get(place) for place in range(len(runs))]


def own(run: Run, status: Status | None, modified: float) -> Status | None:
    """What a job's status file says, last written to then; None where another job has gone on with it.

    The lines have whole seconds: in that of the job's end only the file's own time tells what came after it.
    """
    if not status or status.stamped is None or run.over == float('inf'):
        return status
    last = min(status.stamped, modified)  # a clock that is ahead tells nothing
    is_later = last > run.over or last >= int(run.over) and modified > run.over + COARSE
    return None if is_later else status


def failure(run: Run, status: Status | None) -> str:
    """The reason that a job has given for its end; '' for none: an earlier run's is none of its."""
    if not status or status.failed_at is not None and status.failed_at < run.started - LATE:
        return ''
    return status.failure


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
    said = results.said(ran)
    name = '' if said.dirs.own or said.dirs.common else said.spec
    spec = exec_('head', '-c', str(SPEC), name, timeout=PATIENCE) if name else None
    if spec and spec.code is None:
        return None
    for path in results.files(said, spec.out if spec and spec.code == 0 else ''):
        answer = exec_('tail', '-c', str(size), path, timeout=PATIENCE)
        if answer.code == 0:
            return path, answer.out
        if answer.code is None:
            return None
    return None
