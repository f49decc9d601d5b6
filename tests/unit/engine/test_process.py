"""A command that was started a moment ago, whatever for."""
from __future__ import annotations

import os
import signal
import subprocess
from functools import partial
from pathlib import Path
from typing import Any, Callable

import pytest
from programs import a_program

from tao_launcher.engine import family, foreground
from tao_launcher.engine.ask import ask
from tao_launcher.engine.pipes import read_from, write_to
from tao_launcher.engine.signals import Unwinding

STARTS: dict[str, Callable[[list[str]], object]] = {
    'ask': lambda words: ask(words, os.environ, 60),
    'read_from': lambda words: read_from(words, os.environ, lambda block: None),
    'write_to': lambda words: write_to(words, os.environ, Path(os.devnull).open('rb'), lambda at: None),
    'show': lambda words: foreground.show(words, os.environ, has_errors=False),
    'follow': lambda words: foreground.follow(words, os.environ),
}


@pytest.mark.parametrize(('number', 'error'), [(signal.SIGINT, KeyboardInterrupt), (signal.SIGHUP, SystemExit)])
@pytest.mark.parametrize('way', STARTS)
def test_a_signal_that_comes_before_the_new_command_is_known(
    way: str, number: int, error: type[BaseException], tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What was started a moment ago is ended all the same."""
    begun: list[int] = []

    def with_signal(start: Callable[..., Any], *args: Any, **more: Any) -> Any:
        child = start(*args, **more)
        begun.append(getattr(child, 'pid', child))
        os.kill(os.getpid(), number)
        return child

    monkeypatch.setattr(subprocess, 'Popen', partial(with_signal, subprocess.Popen))
    monkeypatch.setattr(os, 'posix_spawn', partial(with_signal, os.posix_spawn))
    with pytest.raises(error), Unwinding():
        STARTS[way]([a_program(tmp_path, 'exec sleep 600')])
    assert len(set(begun)) == 1 and not family.begun(begun[0])
