"""A question to the engine that is asked while something else is waited for."""
from __future__ import annotations

from ..base.errors import EngineError
from . import process
from .process import Answer, Heard

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from .child import Child


class Question:
    """A command that was started for what it prints. What it says on stderr is dropped; it reads nothing."""

    def __init__(self, argv: Sequence[str], env: Mapping[str, str], seconds: float) -> None:
        """Ask; the question is given up after so many seconds."""
        self.until = process.clock() + seconds
        self.pipes: list[int] = []  # to be waited for
        self._client: Child | None = None
        try:
            self._client = process.start(
                argv, env, own_session=True, has_input=False, captured=True, is_quiet=True,
            )
        except EngineError:
            return
        self._heard = Heard(self._client)
        self.pipes = self._heard.pipes

    def answer(self, patience: float = 0.0) -> Answer | None:
        """The answer, waited for no longer than `patience` seconds; None while there is none."""
        if not self._client:
            return Answer(None, '', '')
        self._heard.take()
        is_given_up = self._heard.is_too_much or process.clock() >= self.until
        code = self._client.wait_for(0 if is_given_up else patience)
        if code is None and not is_given_up:
            return None
        self._heard.take()
        self.drop()
        return Answer(code, self._heard.text, '', is_late=code is None)

    def drop(self) -> None:
        """End it without an answer."""
        if self._client:
            process.end(self._client, 0)
        self._client = None
        self.pipes = []
