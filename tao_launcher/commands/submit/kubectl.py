"""kubectl, as one submission uses it: the words for it, and what it answers."""
from __future__ import annotations

from ...base.shell import join
from ...engine import signals
from ...engine.ask import ask

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ...engine.process import Answer

PATIENCE = 120.0  # seconds for a cluster that is far away
LINES = 10  # of what it said that people are shown
CREATE = ('create', '-o', 'name', '-f', '-')
CREATE_JOB = ('create', '-o', 'jsonpath={.metadata.uid}', '-f', '-')  # the id that makes it an owner
EVENTS = ('get', 'events', '--field-selector', 'type=Warning', '-o', 'json')
# What a server that has taken an object may answer as well: the object is there, or is not.
OPEN = ('Timeout', 'ServerTimeout', 'InternalError', 'ServiceUnavailable', 'Unknown')


class Kubectl:
    """kubectl in a namespace ('' for that of its context)."""

    def __init__(self, namespace: str, environ: Mapping[str, str]) -> None:
        self.environ = environ
        self._there = ('-n', namespace) if namespace else ()

    def words(self, *words: str) -> tuple[str, ...]:
        """A command of it."""
        return ('kubectl', *self._there, *words)

    def line(self, *words: str) -> str:
        """A command of it, for people and shells."""
        return join(self.words(*words))

    def ask(
        self, *words: str, text: str = '', is_over: Callable[[], bool] | None = None, patience: float = 0.0,
    ) -> Answer:
        """What it answers; `text` is its standard input. It is given up as soon as `is_over` says so.

        It is given up after `patience` seconds too, or PATIENCE where there is none of its own.
        """
        return ask(self.words(*words), self.environ, patience or PATIENCE, is_over, text)


def ending(answer: Answer, program: str, *, is_silent: bool) -> list[str]:
    """How a program failed: by a signal, or `is_silent` with a code alone; [] where its own words say enough."""
    if answer.code is not None and answer.code < 0:
        return [f'{program} was ended by {signals.name(-answer.code)}']
    return [f'{program} ended with exit code {answer.code} and said nothing'] if answer.code and is_silent else []


def objects(digest: str) -> tuple[str, ...]:
    """The words that ask for a Job and its pods, by the digest that labels them."""
    return ('get', 'jobs.batch,pods', '-l', f'tao.plan={digest}', '-o', 'json')


def owner(name: str, uid: str) -> str:
    """A patch by which an object goes when the Job does, as JSON."""
    import json

    owner = {'apiVersion': 'batch/v1', 'kind': 'Job', 'name': name, 'uid': uid}
    return json.dumps({'metadata': {'ownerReferences': [owner]}})


def said(answer: Answer) -> list[str]:
    """The lines that it wrote to stderr, the first ones of many, and how it failed where they may not say so."""
    lines = [line for line in answer.err.splitlines() if line.strip()][:LINES]
    return [*lines, *ending(answer, 'kubectl', is_silent=not lines)]


def is_open(answer: Answer) -> bool:
    """Whether an object that it was to create may be there: neither did it say so, nor was that refused."""
    return answer.code != 0 and not is_refusal(answer)


def is_refusal(answer: Answer) -> bool:
    """Whether an object that it was to create is known not to be there: the answer is a no, or none got so far."""
    if answer.code is None:
        return not answer.is_late  # it was not even started
    if answer.code < 0:
        return False
    is_from_the_server = 'Error from server' in answer.err
    is_open = any(f'Error from server ({reason})' in answer.err for reason in OPEN)
    # without a reason, or without an answer to what was posted
    return not (is_open or 'Error from server:' in answer.err or (not is_from_the_server and 'Post "' in answer.err))


def is_there_already(answer: Answer) -> bool:
    """Whether it says that there is one of that name."""
    return 'AlreadyExists' in answer.err or 'already exists' in answer.err


def is_forbidden(answer: Answer) -> bool:
    """Whether the user may not ask that, which another attempt does not change."""
    return any(f'Error from server ({reason})' in answer.err for reason in ('Forbidden', 'Unauthorized'))
