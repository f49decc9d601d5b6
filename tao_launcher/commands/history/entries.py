"""The launches of the history, read from lines that anyone may have written: what does not fit is left out."""
from __future__ import annotations

import re

from ...base import journal
from ...base.errors import FileError, NothingMatched, UsageError
from ...base.record import Record
from ...base.times import seconds
from ...engine import answers
from ...settings.locate import history_file

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from typing import Any, TypeGuard

    from ...settings.invocation import Invocation

ID = '[0-9a-f]{6,32}'
TIME = r'\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?Z'
FEW = 5  # of several launches that an error names
HOWS = ('job', 'signal', 'timeout', 'refused', 'detached', 'lost', 'submitted')
TEXTS = (
    'job', 'when', 'host', 'cwd', 'program', 'image', 'release', 'launcher', 'user', 'image_id', 'container',
    'submitted', 'checkout',
)
LISTS = ('words', 'argv', 'variables', 'env', 'engine', 'digests', 'cut')
PLACES = ('masked', 'masked_argv', 'masked_variables')


class PastLaunch(Record):
    """A launch of the history; '' or an empty list for what is not known, and None for a number.

    Without an end (`how` is '') it runs still, or its launcher was killed. `masked` are the places of the words that
    are not whole, `cut` names what was too long to be kept.
    """

    id: str
    uid: int
    job: str = ''
    when: str = ''  # it started, as 2026-01-31T10:20:30.123Z
    host: str = ''
    cwd: str = ''
    program: str = ''
    words: tuple[str, ...] = ()
    masked: tuple[int, ...] = ()
    argv: tuple[str, ...] = ()
    masked_argv: tuple[int, ...] = ()
    variables: tuple[str, ...] | None = None  # NAME=VALUE; those of the launcher's that were set
    masked_variables: tuple[int, ...] = ()
    image: str = ''
    image_at: int = -1
    release: str = ''
    env: tuple[str, ...] = ()
    engine: tuple[str, ...] = ()
    launcher: str = ''
    cut: tuple[str, ...] = ()
    ended: str = ''  # when
    user: str = ''
    how: str = ''
    code: int | None = None
    signal: int = 0
    seconds: float | None = None
    image_id: str = ''
    digests: tuple[str, ...] = ()
    images: Mapping[str, str] = {}
    container: str = ''
    submitted: str = ''
    checkout: str = ''

    @property
    def has_failed(self) -> bool:
        """Whether it ended with another code than 0."""
        return self.code not in (0, None)

    @property
    def started_at(self) -> float:
        """When it started, in seconds since 1970; where that is not known, when it ended."""
        return seconds(self.when or self.ended) or 0

    def is_of(self, task: str) -> bool:
        """Whether it was a job of that task: dino, dino/train, model/dino."""
        return f'/{task.strip("/")}/' in f'/{self.job}/'


def launches(invocation: Invocation, *, all_users: bool) -> list[PastLaunch]:
    """The caller's launches, or everyone's, the newest first. Raises FileError for a history that cannot be read."""
    path, _ = history_file(invocation.environ, invocation.here)
    if not path:
        invocation.output.notice('TAO_HISTORY is off: nothing is recorded, and nothing is read')
        return []
    try:
        found = parsed(journal.lines(path))
    except OSError as e:
        raise FileError(path, f'cannot be read ({e.strerror or e})', 'it is the history of launches') from None
    return [each for each in found if all_users or each.uid == invocation.here.uid][::-1]


def are_ours_alone(invocation: Invocation) -> bool:
    """Whether nobody else can have written what `launches` has read."""
    path, _ = history_file(invocation.environ, invocation.here)
    return all(journal.is_private(each) or not journal.exists(each) for each in (path, journal.aside(path)))


def parsed(lines: Iterable[bytes]) -> list[PastLaunch]:
    """The launches of these lines, in the order of their starts."""
    found: dict[tuple[str, int], PastLaunch] = {}
    for line in lines:
        entry = answers.parsed(line.decode('utf-8', 'replace'))
        id, uid = answers.text(entry, 'id'), answers.at(entry, 'uid')
        if not re.fullmatch(ID, id) or not _is_whole(uid) or not 0 <= uid < 1 << 32:
            continue
        known = found.get((id, uid), PastLaunch(id, uid))
        is_end = answers.text(entry, 'event') == 'end'
        found[id, uid] = known._replace(**(_ended(entry) if is_end else {}), **_told(entry, known, is_end=is_end))
    return [*found.values()]


def _told(entry: object, known: PastLaunch, *, is_end: bool) -> dict[str, Any]:
    """What an entry tells that another has not told before."""
    told: dict[str, Any] = {name: answers.text(entry, name) for name in TEXTS if not getattr(known, name)}
    for name in LISTS:
        listed = answers.entries(entry, name)
        is_there = isinstance(answers.at(entry, name), list)
        if is_there and not getattr(known, name) and all(isinstance(word, str) and '\0' not in word for word in listed):
            told[name] = answers.texts(entry, name)
    for name in PLACES:
        places = answers.entries(entry, name)
        if not getattr(known, name):
            told[name] = tuple(place for place in places if _is_whole(place))
    at = answers.at(entry, 'image_at')
    if not is_end and _is_whole(at):
        told['image_at'] = at
    if is_end or not re.fullmatch(TIME, str(told.get('when', ''))):
        told.pop('when', None)
    return told


def _ended(entry: object) -> dict[str, Any]:
    """What only an end tells."""
    code, took, how = (answers.at(entry, name) for name in ('code', 'seconds', 'how'))
    when = answers.text(entry, 'when')
    images = answers.fields(entry, 'images')
    return {
        'ended': when if re.fullmatch(TIME, when) else '',
        'how': how if how in HOWS else 'lost',
        'code': code if _is_whole(code) and 0 <= code < 256 else None,
        'signal': answers.number(entry, 'signal'),
        'seconds': float(took) if isinstance(took, (int, float)) and 0 <= took < 1e10 else None,
        'images': {name: answers.text(images, name) for name in images if answers.text(images, name)},
    }


def _is_whole(value: object) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool)


def named(found: Sequence[PastLaunch], id: str) -> PastLaunch:
    """The launch whose id begins so. Raises NothingMatched, or UsageError where there are several."""
    fitting = [each for each in found if each.id == id] or [each for each in found if id and each.id.startswith(id)]
    if not fitting:
        raise NothingMatched(f'no launch {id} in the history', advice='tao history')
    if len(fitting) > 1:
        shown = [f'{each.id}  {each.job}  {each.when}' for each in fitting[:FEW]]
        raise UsageError(f'{id} may be any of {len(fitting)} launches', *shown)
    return fitting[0]
