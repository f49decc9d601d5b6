"""Where progress is read: at a path that was named, or where a job of ours writes it."""
from __future__ import annotations

from ...base import host, machine, patience, unreadable
from ...base.errors import Fatal, FileError, NothingMatched
from ...base.reading import NotRegular
from ...base.record import Record
from ...base.shell import quote
from ...base.text import plain
from ...status import reader
from ...status.parse import NotStatus, parse

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeVar

    from ...engine.client import Engine
    from ...settings.invocation import Invocation
    from ...status.status import Status
    from ..jobs.job import Job

    T = TypeVar('T')

PREFIXES = ('/', './', '../', '~')
GROUPS = ('model', 'dataset', 'deploy')  # with which a task begins
INSIDE = 1 << 18  # bytes that are read in a container


class Seen(Record):
    """What was read: the file's path (in its container, where it was read there), and what it says."""

    path: str
    status: Status
    below: str = ''  # the path's end below the folder that was named


class Subject(Record):
    """Something whose progress is shown. `read` raises Fatal: NothingMatched where there is no status file yet."""

    title: str
    read: Callable[[], Seen]
    job: str = ''  # its id; '' for a path


class Reading(Record):
    """What a source gave: what was seen of it, or the error."""

    source: Subject
    seen: Seen | None
    error: Fatal | None = None


def look(source: Subject) -> Reading:
    """What a source gives now."""
    try:
        return Reading(source, source.read())
    except Fatal as e:
        return Reading(source, None, e)


def is_path(word: str) -> bool:
    """Whether a word names a file or a folder, and no job."""
    is_meant = word in ('.', '..') or word.startswith(PREFIXES) or word.endswith('.json')
    first, slash, _ = word.partition('/')
    return is_meant or bool(word and host.exists(word)) or bool(slash and first not in GROUPS and host.exists(first))


def of_path(word: str) -> Subject:
    """The source that a path names: a status file, or a results folder that has one, if in a subtask's folder."""
    path = host.path_of(word)

    def read() -> Seen:
        found = _asked(path, lambda: reader.find(path))
        if not found:
            raise NothingMatched(
                f'{path}: no {reader.NAME} there', f'neither in it nor in one of its folders (train/{reader.NAME})',
                'a task creates it in its results folder when it starts working',
                advice='the path of the results folder, or tao progress JOB',
            )
        return Seen(found, _asked(found, lambda: reader.read(found)), found[len(path):])

    return Subject(plain(word), read)


def of_job(job: Job, engine: Engine, invocation: Invocation) -> Subject:
    """The source that a job of ours is. Its file is read in its container where it is not seen from here."""
    from ...launch import results, status_file
    from ..jobs.results import ours, run

    when = run(job, ours(engine, invocation))
    said = results.said(when.ran) if when else None
    places = results.files(said) if said else []
    folder = results.folder(said) if said else ''
    places += [f'{folder}/*/{reader.NAME}'] if folder else []
    title = f'{job.id[:12]}  {plain(job.task[:80])}' + (f'  {job.state} ({job.exit_code})' if job.has_ended else '')

    def read() -> Seen:
        found = _asked(title, lambda: patience.within(
            reader.SECONDS, lambda: status_file.find(when) if when else None,
        ))
        if found and when:
            path = found.host_path
            status = status_file.own(when, _asked(path, lambda: reader.read(path, follows=False)), found.modified)
            if status:
                return _of_a_job(job, path, status)
        inside = None if job.has_ended or not when else status_file.inside(
            when.ran, INSIDE, lambda *words, timeout: engine.ask('exec', job.id, *words, timeout=timeout),
        )
        if inside is None and not when:
            raise _unstarted(job, title, engine)
        if inside is None:
            raise NothingMatched(
                f'{title}: no {reader.NAME} seen',
                f'looked for {" and ".join(places) or "nothing: its command names no folder"}, written while it ran',
                'a task creates it in its results folder when it starts working',
                advice='the path of the results folder: tao progress PATH',
            )
        path, text = inside
        data = text.encode('utf-8', 'surrogateescape')
        return _of_a_job(job, path, _asked(path, lambda: parse(data, is_whole=len(data) < INSIDE)))

    return Subject(title, read, job.id)


def _unstarted(job: Job, title: str, engine: Engine) -> NothingMatched:
    """The error for a job that has yet to start, or never will."""
    from ..jobs.job import CLEAN
    from ..jobs.reason import reason

    if not job.is_forgotten(machine.now()):
        return NothingMatched(f'{title}: has not started')
    return NothingMatched(f'{title}: has never started', *filter(None, reason(job, engine.words)[:1]), advice=CLEAN)


def _of_a_job(job: Job, path: str, status: Status) -> Seen:
    """What was read of a job: one that was killed has nothing left to do, whatever its file says."""
    return Seen(path, status._replace(ends_at=None) if job.has_ended else status)


def _asked(path: str, ask: Callable[[], T]) -> T:
    """What `ask` returns. What it raises becomes the error that says what is wrong with the path."""
    try:
        return ask()
    except (FileNotFoundError, NotADirectoryError):
        raise NothingMatched(
            f'{path}: no such file or folder', f'nearest existing folder: {unreadable.nearest_parent(path)}',
            advice='tao progress JOB (an id from tao list), or the path of a results folder',
        ) from None
    except PermissionError:
        raise FileError(path, 'cannot be read (permission denied)', advice=f'ls -ld {quote(path)}') from None
    except NotRegular as e:
        raise FileError(path, f'is {e.kind}, expected the {reader.NAME} of a task') from None
    except NotStatus:
        raise FileError(
            path, f'is not the {reader.NAME} of a task', 'no line of it is a JSON object with a status or a count',
        ) from None
    except (TimeoutError, patience.Late):
        raise FileError(
            path, f'no answer in {reader.SECONDS:.0f} s', 'it may be on a network file system whose server is gone',
        ) from None
    except (OSError, ValueError) as e:
        raise FileError(path, f'cannot be read ({getattr(e, "strerror", None) or e})') from None
