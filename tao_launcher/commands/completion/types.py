"""What completion works with: candidates, and what it asks of the world. Pure."""
from __future__ import annotations

from ...base.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import Any, Protocol

    from ...settings.option import Values
    from ...settings.values import Mount
    from ...tasks.catalogue import Catalogue

    class Jobs(Protocol):
        """Asks for jobs: (id or name, about it) of each; also ended ones, also everyone's."""

        def __call__(self, options: Values, *, ended: bool, everybody: bool) -> Sequence[tuple[str, str]]: ...


class Candidate(Record):
    """What can be there, or the rest of it, and a few words about it; after / = or : at its end more comes."""

    text: str
    help: str = ''


class Completions(Record):
    """The candidates, each of them the rest of a word that begins with `head`."""

    head: str
    candidates: tuple[Candidate, ...]
    are_paths: bool = False

    def behind(self, start: str) -> Completions:
        """The same after the start of a word."""
        return self._replace(head=start + self.head)


NOTHING = Completions('', ())


class World(Record):
    """What is asked of the world, and only where it is needed."""

    environ: Mapping[str, str]
    verbs: Callable[[], Mapping[str, Any]]  # data/verbs.json
    catalogue: Callable[[], Catalogue]
    mounts: Callable[[Values], Sequence[Mount]]
    jobs: Jobs
    contexts: Callable[[], Sequence[str]]  # docker's names for its daemons
    listing: Callable[[str], Sequence[tuple[str, bool]]]  # (name, is it a folder) of what a host folder holds
    is_folder: Callable[[str], bool]
    launches: Callable[[], Sequence[tuple[str, str]]] = tuple  # (id, about it) of those of the history
