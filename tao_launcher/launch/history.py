"""What ran: an entry in the history for each launch, written at its start and at its end. It is evidence, not state."""
from __future__ import annotations

from .. import __version__
from ..base import journal, json_value, users
from ..base.errors import Fatal
from ..base.late import re
from ..base.patience import Late, within
from ..base.record import Record
from ..base.secrets import SECRET_PARTS, TOKEN_SIGNS
from ..engine import process
from ..settings.locate import SIF_FOLDER, history_file
from ..settings.options import ROWS
from ..settings.settings import DISABLE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from ..settings.invocation import Invocation
    from .plan import Plan

START = b'{"event":'  # of a line
DIRECTORY = 0.2  # seconds for the caller's name, which a directory server may have
SHORT = 4096  # characters of an image's name, or of a job's
DIGESTS = 8  # of those that an image has
BY_NAME = r'id=[\w.-]+,(env|src|source)=[^,]*'  # docker build --secret, which tells where the value is
# One of these, in capitals, is in whatever is masked: a part of a name, -k, an address with a password, a token, or a
# program that is told one in its own way.
SIGNS = (*SECRET_PARTS, '-K', *(sign.upper() for sign in TOKEN_SIGNS), 'CURL', 'WANDB')
# What decides beside the words what is launched, and where: it is as it was when a launch is repeated.
VARIABLES = (
    'LAUNCHER_MOUNTS', *(row.variable for row in ROWS if row.variable and row.key != 'dry_run'), DISABLE, SIF_FOLDER,
    'DOCKER_HOST', 'DOCKER_CONTEXT', 'DOCKER_DEFAULT_PLATFORM', 'CONTAINER_HOST', 'CONTAINER_CONNECTION',
)
SECRETS = ('--build-secret', '--build_secret')  # whatever the name of their value is


class Started(Record):
    """What is started: a job's label or the verb's name (tao_pt/build), the exact argv, and the image that it is about.

    `image_at` is the image's place in the argv, -1 where it is not in it. `env` names the variables that the engine
    takes from its environment. `checkout` is the root of the checkout that a runner works on.
    """

    job: str
    argv: Sequence[str]
    engine: Sequence[str] = ()
    image: str = ''
    image_at: int = -1
    release: str = ''
    env: Sequence[str] = ()
    checkout: str = ''


class Ended(Record):
    """How it ended, and what became known meanwhile; '' or an empty one for what did not.

    how is 'job' (by itself), 'signal' (a signal to the launcher), 'timeout', 'refused' (it never started), 'detached'
    (it goes on), 'lost' (nobody knows) or 'submitted' (a cluster has it). `code` is the launcher's exit code.
    """

    how: str
    code: int | None = None
    signal: int = 0
    image_id: str = ''
    digests: Sequence[str] = ()
    images: Mapping[str, str] = {}  # of several: the id by reference
    container: str = ''
    submitted: str = ''  # its number or name in the cluster
    seconds: float | None = None  # where they are not those from start to end


def of_plan(plan: Plan, words: Sequence[str]) -> Started:
    """The launch of a plan by the argv `words`."""
    return Started(
        plan.job, words, plan.engine, plan.image, len(words) - len(plan.command) - 1, plan.release, plan.by_name,
        plan.target.checkout,
    )


class Recorder:
    """A launch in the history, to be entered. A history that cannot be written is said once, and changes nothing."""

    def __init__(self, started: Started, invocation: Invocation) -> None:
        """Write the start."""
        self._path, self._is_own = history_file(invocation.environ, invocation.here)
        self._output = invocation.output
        self._begun = process.clock()
        self._user = ''
        if not self._path:
            return
        here = invocation.here
        program, *words = here.called or (invocation.output.program,)
        shown, hidden = without_secrets(words)
        argv, hidden_argv = without_secrets(started.argv)
        given = ((name, invocation.environ.get(name)) for name in VARIABLES)
        variables, hidden_variables = without_secrets([f'{name}={value}' for name, value in given if value])
        self._fixed = {'id': journal.new_id(), 'uid': here.uid, 'job': started.job[:SHORT]}
        self._image = {'image': started.image[:SHORT]}
        self._write({
            'event': 'start', **self._fixed, 'when': journal.now(), 'host': here.hostname, 'cwd': here.cwd,
            'program': program, 'words': shown, 'masked': hidden, 'argv': argv, 'masked_argv': hidden_argv,
            'variables': variables, **({'masked_variables': hidden_variables} if hidden_variables else {}),
            **self._image, 'image_at': started.image_at, 'release': started.release, 'env': [*started.env],
            'engine': without_secrets(started.engine)[0], 'launcher': __version__,
            **({'checkout': started.checkout} if started.checkout else {}),
        })
        self._uid = here.uid

    @property
    def is_kept(self) -> bool:
        """Whether there is a history, and it could be written so far."""
        return bool(self._path)

    def look_up(self) -> None:
        """Find out the caller's name, once. On a host that asks a directory server this takes its time."""
        if self._path and not self._user:
            try:
                self._user = within(DIRECTORY, lambda: users.user_name(self._uid))
            except Late:
                pass

    def end(self, ended: Ended) -> None:
        """Write the end."""
        if not self._path:
            return
        self.look_up()
        known = {key: value for key, value in ended._asdict().items() if value not in ('', 0, (), {})}
        seconds = process.clock() - self._begun if ended.seconds is None else ended.seconds
        self._write({
            'event': 'end', **self._fixed, 'when': journal.now(), 'user': self._user, **self._image, **known,
            'code': ended.code, 'seconds': round(seconds, 3),
            'digests': [digest[:SHORT] for digest in ended.digests[:DIGESTS]],
        })

    def _write(self, entry: Mapping[str, Any]) -> None:
        try:
            journal.append(self._path, line(entry), is_own=self._is_own, start=START)
        except (OSError, ValueError) as e:
            why = getattr(e, 'strerror', None) or e
            self._output.notice(
                f'{self._path}: {why}; this launch is not recorded (TAO_HISTORY=off turns the history off)'
            )
            self._path = ''

    def __enter__(self) -> None:
        """Begin to do what is recorded; `end` has to be called before it is left."""

    def __exit__(self, kind: object, error: object, at: object) -> None:
        """End the entry for an error or a signal, with nothing more known."""
        if isinstance(error, Fatal):
            self.end(Ended('refused', error.code))
        elif isinstance(error, (KeyboardInterrupt, SystemExit)):
            code = error.code if isinstance(error, SystemExit) and isinstance(error.code, int) else 130
            self.end(Ended('signal', code, code - 128))


def line(entry: Mapping[str, Any]) -> bytes:
    """An entry as a line. What makes it too long is left out, and named in `cut`: the argv first."""
    found, cut = dict(entry), []
    for key in ('', 'argv', 'words', 'variables', 'env', 'cwd', 'checkout', 'engine'):
        if key in found:
            cut.append(key)
            found.update({key: '' if key in ('cwd', 'checkout') else [], 'cut': cut})
        data = json_value.compact(found).encode()
        if len(data) < journal.LONGEST:
            break
    return data


def without_secrets(words: Sequence[str]) -> tuple[list[str], list[int]]:
    """(the words as they may be kept, the places of those that are not whole)."""
    if not _may_hold_secrets(words):
        return [*words], []
    from ..base.masking import masked_words

    shown = masked_words(words)
    for at, word in enumerate(words):
        option, equals, value = word.partition('=')
        if option in SECRETS and equals:
            shown[at] = f'{option}={_named_secret(value)}'
        elif at and words[at - 1] in SECRETS:
            shown[at] = _named_secret(word)
        elif at and words[at - 1] == '--secret' and re.fullmatch(BY_NAME, word):
            shown[at] = word
    return shown, [at for at, (before, after) in enumerate(zip(words, shown)) if before != after]


def _may_hold_secrets(words: Sequence[str]) -> bool:
    """Whether a look at the words does not show that nothing in them is masked; to look closely takes its time."""
    text = '\n'.join(words).upper()
    return any(sign in text for sign in SIGNS)


def _named_secret(text: str) -> str:
    """NAME=VALUE without the value; docker's own id=NAME,src=FILE has none."""
    name, equals, _ = text.partition('=')
    return f'{name}=***' if equals and name != 'id' else text
