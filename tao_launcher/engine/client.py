"""The engine for commands that look at jobs: its words, its environment, and whose jobs are the caller's."""
from __future__ import annotations

from ..base import host, users
from ..base.errors import EngineError
from ..base.record import Record
from .ask import ask

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from .daemon import Daemon
    from .process import Answer

PATIENCE = 60.0  # seconds; a loaded engine with many containers takes its time


class Engine(Record):
    """An engine to be asked, and the caller as its labels name the caller."""

    words: tuple[str, ...]
    environ: Mapping[str, str]
    daemon: Daemon
    owner: str

    def ask(
        self, *words: str, timeout: float = PATIENCE, meanwhile: Callable[[], None] | None = None,
    ) -> Answer:
        """Ask the engine; `meanwhile` is called while it makes up its answer."""
        return ask((*self.words, *words), self.environ, timeout, meanwhile=meanwhile)

    def failure(self, answer: Answer) -> EngineError:
        """The error for an engine that did not answer as it should."""
        from . import failures, installed

        if answer.unstarted:
            return answer.unstarted
        here = installed.for_remedies(host.survey(self.environ), self.environ)
        found = failures.engine_failure(
            self.words, answer.code, answer.err, self.daemon.address, here, self.environ,
        )
        if found:
            return EngineError(found[0], advice=found[1])
        printed = (answer.out.strip() or answer.err.strip()).partition('\n')[0]
        why = [f'it printed: {printed[:200]}'] if printed else []
        return EngineError(f'{" ".join(self.words)} did not answer as expected', *why)


def owner_name(owner: str) -> str:
    """The name that an owner label means, where the host knows it. The label may be anything."""
    is_uid = owner.isascii() and owner.isdigit() and len(owner) <= 10
    return (users.user_name(int(owner)) if is_uid else '') or owner[:60]


