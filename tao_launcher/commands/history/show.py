"""The history as a table, as JSON, as all of one launch, and as a line for a shell."""
from __future__ import annotations

from ...base.errors import CheckFailed
from ...base.local_time import local
from ...base.shell import expanded, join, quote
from ...base.text import plain
from ...engine.client import owner_name
from ...engine.references import repository

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from .entries import PastLaunch

SIGNALS = {1: 'HUP', 2: 'INT', 3: 'QUIT', 15: 'TERM'}
HIDDEN = '***'


def rows(found: Sequence[PastLaunch], *, all_users: bool) -> list[tuple[str, ...]]:
    """The launches as a table's rows."""
    head = ('ID', 'STARTED', *(['USER'] if all_users else []), 'TASK', 'RESULT', 'TOOK', 'COMMAND')
    return [head] + [
        (
            each.id, local(each.started_at), *([user(each)] if all_users else []), each.job, result(each), took(each),
            command(each),
        )
        for each in found
    ]


def user(launch: PastLaunch) -> str:
    """Whose it was: the name of that time, else the one of today."""
    return launch.user[:60] or owner_name(str(launch.uid))


def result(launch: PastLaunch) -> str:
    """How it ended, in a word or two."""
    code = '' if launch.code is None else str(launch.code)
    if not launch.how:
        return 'no end'
    if launch.how == 'job':
        return code
    if launch.how == 'signal':
        return f'{code} ({SIGNALS.get(launch.signal, launch.signal)})'
    if launch.how == 'submitted':
        return f'submitted {launch.submitted}'
    return launch.how if launch.how == 'detached' else f'{code} ({launch.how})'.strip()


def took(launch: PastLaunch) -> str:
    """How long it was: 12.3s, 4m05s, 3h12m, 2d03h."""
    if launch.seconds is None or launch.how in ('detached', 'submitted'):
        return ''
    whole = int(launch.seconds)
    for size, unit, part, letter in ((86400, 'd', 3600, 'h'), (3600, 'h', 60, 'm'), (60, 'm', 1, 's')):
        if whole >= size:
            return f'{whole // size}{unit}{whole % size // part:02}{letter}'
    return f'{launch.seconds:.1f}s'


def command(launch: PastLaunch) -> str:
    """The line that was typed, as far as it was kept."""
    return '…' if 'words' in launch.cut else join((launch.program, *launch.words)) if launch.program else ''


def details(launch: PastLaunch) -> str:
    """All of a launch, a line for each thing that is known."""
    known = [
        ('id', launch.id), ('task', launch.job), ('started', launch.when), ('ended', launch.ended),
        ('took', took(launch)), ('result', result(launch)), ('user', f'{user(launch)} ({launch.uid})'),
        ('host', launch.host), ('folder', quote(launch.cwd) if launch.cwd else ''),
        ('checkout', quote(launch.checkout) if launch.checkout else ''), ('command', command(launch)),
        ('argv', join(launch.argv)), ('from the environment', ', '.join(launch.env)), ('image', launch.image),
        ('image id', launch.image_id), *(('digest', digest) for digest in launch.digests),
        *(('image', f'{name} is {id}') for name, id in launch.images.items()), ('container', launch.container),
        ('in the cluster', launch.submitted), ('release', launch.release), ('engine', join(launch.engine)),
        ('launcher', launch.launcher), ('too long to be kept', ', '.join(launch.cut)),
    ]
    shown = [(name, plain(value)) for name, value in known if value]
    width = max(len(name) for name, _ in shown)
    return ''.join(f'{name:<{width}}  {value}\n' for name, value in shown)


def as_json(launch: PastLaunch) -> dict[str, Any]:
    """A launch as JSON. Keys are only ever added."""
    return {**launch._asdict(), 'images': dict(launch.images)}


def shell(launch: PastLaunch, *, pinned: bool) -> tuple[str, list[str]]:
    """(the engine's command line again, the shell variables that it takes what was masked from).

    With `pinned` it names the very image. Raises CheckFailed.
    """
    if not launch.argv or 'argv' in launch.cut:
        raise CheckFailed(f'the command of launch {launch.id} is not known: it was too long to be kept, or is damaged')
    words = [*launch.argv]
    if pinned:
        words[_image_place(launch)] = _exact_image(launch)
    variables: list[str] = []
    for at, word in enumerate(words):
        parts = word.split(HIDDEN) if at in launch.masked_argv else [word]
        if len(parts) == 1:
            words[at] = quote(word)
            continue
        line = ''
        for before in parts[:-1]:
            variables.append(f'SECRET_{len(variables) + 1}')
            line += expanded(before, f'{variables[-1]}:?', '')
        words[at] = line + (quote(parts[-1]) if parts[-1] else '')
    return ' '.join(words) + '\n', variables


def _image_place(launch: PastLaunch) -> int:
    at = launch.image_at
    if not 0 <= at < len(launch.argv) or launch.argv[at] != launch.image:
        raise CheckFailed(f'the command of launch {launch.id} names no image that could be pinned')
    return at


def _exact_image(launch: PastLaunch) -> str:
    """The image by its digest; by its id where its registry has none for it."""
    own = [digest for digest in launch.digests if digest.partition('@')[0] == repository(launch.image)]
    if own or launch.digests or launch.image_id:
        return (*own, *launch.digests, launch.image_id)[0]
    raise CheckFailed(
        f'which image launch {launch.id} had is not known', 'its engine was not asked, or did not answer in time',
        advice=f'tao history {quote(launch.id)} --format shell, which names it as it was asked for',
    )
