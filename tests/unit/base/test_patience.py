"""An end to waiting."""
from __future__ import annotations

import _thread
import time

import pytest

from tao_launcher.base.patience import Late, within


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
