"""How far long work has come: a line that is rewritten on a terminal, a line every 30 s elsewhere."""
from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from .output import Output

EVERY = 30.0  # seconds between lines
ON_TERMINAL = 0.2


class Progress:
    """Progress of about `total` bytes (0: not known); `clock` gives seconds."""

    def __init__(self, what: str, total: int, output: Output, clock: Callable[[], float]) -> None:
        self.what, self.total, self.output, self.clock = what, total, output, clock
        self.done = 0
        self.begun = self.shown = clock()

    def add(self, count: int) -> None:
        """So many bytes more."""
        self.done += count
        now = self.clock()
        if now - self.shown >= (ON_TERMINAL if self.output.has_terminal else EVERY):
            self.shown = now
            self.output.progress(self.text(now))

    def reached(self, count: int) -> None:
        """So many bytes in all."""
        self.add(count - self.done)

    def of(self, blocks: Iterable[bytes]) -> Iterator[bytes]:
        """The same blocks, each counted as it is taken; the last line at their end."""
        for block in blocks:
            self.add(len(block))
            yield block
        self.finish()

    def text(self, now: float) -> str:
        """images.tar: 1.2 GB of 3.4 GB, 250 MB/s."""
        rate = self.done / max(now - self.begun, 0.001)
        of = f' of {size(self.total)}' if self.total >= self.done else ''
        return f'{self.what}: {size(self.done)}{of}, {size(rate)}/s'

    def finish(self) -> None:
        """The last line."""
        self.output.progress(self.text(self.clock()), last=True)


def size(count: float) -> str:
    """A number of bytes for a person, in powers of 1000 as docker shows them."""
    for unit in ('B', 'kB', 'MB', 'GB'):
        if count < 999.95:
            return f'{count:.0f} {unit}' if unit == 'B' else f'{count:.1f} {unit}'
        count /= 1000
    return f'{count:.1f} TB'
