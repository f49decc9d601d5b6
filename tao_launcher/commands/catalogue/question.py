"""Runs a script in an image for what it prints, in a container of ours that is gone afterwards."""
from __future__ import annotations

from ...base.errors import EngineError
from ...base.shell import join
from ...engine import process, profiles
from ...engine.ask import ask_patiently
from ...engine.signals import Signals
from ...launch.run import recognised

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ...engine.client import Engine
    from ...engine.process import Answer
    from ...launch.containers import Container, Launch
    from ...settings.invocation import Invocation

LIMIT = 120.0  # seconds that the script may run; that the image is pulled before may take its time
LOOK = 5.0  # seconds until the engine is asked again whether the container runs
IN_THE_MAKING = 2.0  # seconds in which the engine may still make the container of a client that was ended
JOB = 'catalogue/probe'


class Patience:
    """Ends the waiting when the container has run for LIMIT seconds, or the engine has been silent for as long."""

    def __init__(self, launch: Launch) -> None:
        self._launch = launch
        self._since: float | None = None
        self._look_at = process.clock() + LOOK
        self.is_silent = False
        self.has_ended = False

    def is_over(self) -> bool:
        """Whether it is; asks the engine now and then."""
        if process.clock() >= self._look_at:
            found = self._launch.find()
            self.is_silent = found is None
            is_counted = found is None or any(container.state == 'running' for container in found)
            now = process.clock()
            self._since = (self._since or now - LOOK) if is_counted else None
            self._look_at = now + LOOK
        self.has_ended = self._since is not None and process.clock() - self._since >= LIMIT
        return self.has_ended


def ask(words: tuple[str, ...], image: str, engine: Engine, invocation: Invocation) -> Answer:
    """The answer of `docker run`, whose words have our labels; the container is gone when this returns or raises.

    Raises EngineError when the engine does not answer, or the image is given up.
    """
    launch = recognised(
        words, engine.words, engine.environ, engine.owner, profiles.profile(engine.words),
        is_sudo=engine.daemon.is_sudo,
    )
    patience = Patience(launch)
    answer: Answer | None = None
    left: list[Container] | None = []
    try:
        answer = ask_patiently(
            words, launch.env, lambda seconds: invocation.output.progress(f'still asking {image}, {seconds:.0f} s'),
            patience.is_over,
        )
    finally:
        if answer is None or answer.code != 0 and not answer.is_missing:
            left = _removed(launch, IN_THE_MAKING if answer is None or answer.is_late else 0.0)
        for container in left or ():
            command = join((*engine.words, 'rm', '-f', container.id))
            invocation.output.notice(f'container {container.id[:12]} of {image} may still be running: {command}')
    if answer.is_late and left is not None and not patience.is_silent:
        why = f'it has not answered within {LIMIT:.0f} s' if patience.has_ended else answer.err
        raise EngineError(f'{image} could not be queried', why, *([] if left else ['its container was removed']))
    if answer.is_missing or answer.code is None:
        raise engine.failure(answer)
    return answer


def _removed(launch: Launch, patience: float) -> list[Container] | None:
    """End the launch's container, which may be `patience` seconds in the making; those that could not be ended.

    None where the engine does not say. What is signalled meanwhile waits.
    """
    with Signals():
        deadline = process.clock() + patience
        found = launch.find()
        while found == [] and process.clock() < deadline:
            process.sleep(0.2)
            found = launch.find()
        if found is None or len(found) > 1:
            return found  # they cannot be told apart
        return [container for container in found if not launch.end(container, None, lambda: False)]
