"""An end to waiting."""
from __future__ import annotations

import _thread
import time

import pytest

from tao_launcher.base.patience import Late, all_within, within


def test_an_answer() -> None:
    assert within(60, lambda: 7) == 7
    assert within(60, lambda: None) is None


@pytest.mark.parametrize('error', [ValueError('x'), KeyboardInterrupt(), SystemExit(3)])
def test_what_it_raises_is_raised(error: BaseException) -> None:
    def ask() -> None:
        raise error

    with pytest.raises(type(error)) as raised:
        within(60, ask)
    assert raised.value is error


def test_no_answer() -> None:
    held = _thread.allocate_lock()
    held.acquire()
    begun = time.monotonic()
    with pytest.raises(Late):
        within(0.05, held.acquire)
    assert time.monotonic() - begun < 30
    held.release()


def test_all_at_once() -> None:
    done: list[int] = []
    assert all_within(60, [lambda i=i: done.append(i) for i in range(500)])  # type: ignore[misc]
    assert sorted(done) == list(range(500))
    assert all_within(60, [])


def test_one_of_many_does_not_answer() -> None:
    held = _thread.allocate_lock()
    held.acquire()
    done: list[int] = []

    def wait() -> None:
        held.acquire()

    runs = [wait, *[lambda i=i: done.append(i) for i in range(500)]]  # type: ignore[misc]
    assert not all_within(0.5, runs)
    assert len(done) == 500
    held.release()
