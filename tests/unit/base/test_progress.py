"""How long work is told: the unit, the rate, and how often."""
from __future__ import annotations

import pytest

from tao_launcher.base.errors import Fatal
from tao_launcher.base.output import Output
from tao_launcher.base.progress import Progress, size


class Told:
    """An Output as far as progress needs one, and a clock."""

    def __init__(self, has_terminal: bool) -> None:
        self.has_terminal, self.now = has_terminal, 100.0
        self.lines: list[str] = []

    def progress(self, text: str, last: bool = False) -> None:
        self.lines.append(text + ('.' if last else ''))

    def progress_of(self, total: int) -> Progress:
        return Progress('images.tar', total, self, lambda: self.now)  # type: ignore[arg-type]


@pytest.mark.parametrize(('count', 'shown'), [
    (0, '0 B'), (999, '999 B'), (1000, '1.0 kB'), (999_949, '999.9 kB'), (999_950, '1.0 MB'), (1_986_582, '2.0 MB'),
    (21_300_000_000, '21.3 GB'), (5e12, '5.0 TB'), (5e15, '5000.0 TB'),
])
def test_size(count: float, shown: str) -> None:
    assert size(count) == shown


def test_every_30_seconds_without_a_terminal() -> None:
    told = Told(has_terminal=False)
    progress = told.progress_of(3_400_000_000)
    for second in range(75):
        told.now = 100.0 + second
        progress.add(40_000_000)
    progress.finish()
    assert told.lines == [
        'images.tar: 1.2 GB of 3.4 GB, 41.3 MB/s', 'images.tar: 2.4 GB of 3.4 GB, 40.7 MB/s',
        'images.tar: 3.0 GB of 3.4 GB, 40.5 MB/s.',
    ]


def test_five_times_a_second_on_a_terminal() -> None:
    told = Told(has_terminal=True)
    progress = told.progress_of(1000)
    for tick in range(1, 41):
        told.now = 100.0 + tick / 20
        progress.add(10)
    assert 8 <= len(told.lines) <= 10


def test_more_than_was_expected() -> None:
    """The total is an estimate: it is not shown once it is wrong, nor where there is none."""
    told = Told(has_terminal=False)
    for total in (100, 0):
        progress = told.progress_of(total)
        told.now += 1
        progress.add(150)
        progress.finish()
    assert told.lines == ['images.tar: 150 B, 150 B/s.'] * 2


def test_blocks_are_passed_on() -> None:
    told = Told(has_terminal=False)
    progress = told.progress_of(5)
    assert list(progress.of([b'abc', b'de'])) == [b'abc', b'de']
    assert progress.done == 5
    assert len(told.lines) == 1


def test_an_error_does_not_follow_on_the_line_of_progress(capsys: pytest.CaptureFixture[str]) -> None:
    output = Output('tao', {})
    output.has_terminal = True
    output.progress('1 MB')
    output.progress('2 MB')
    output.error(Fatal('the disk is full'))
    output.progress('3 MB', last=True)
    output.say('done')
    assert capsys.readouterr().err == (
        '\r\033[Ktao: 1 MB\r\033[Ktao: 2 MB\ntao: error: the disk is full\n\r\033[Ktao: 3 MB\ntao: done\n'
    )
