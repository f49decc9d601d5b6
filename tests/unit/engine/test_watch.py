"""Commands that are waited for."""
from __future__ import annotations

import os
from pathlib import Path

from programs import a_program

from tao_launcher.engine.watch import watch


def test_waiting_for_words_without_end(tmp_path: Path) -> None:
    """A pipe that is full would stop the command, and nobody would ever read it."""
    number, told = watch((), [[a_program(tmp_path, 'exec yes')]], os.environ)
    assert (number, told) == (0, [''])
    long = a_program(tmp_path, 'head -c 500000 /dev/zero | tr "\\0" x; echo')
    assert watch((), [[long]], os.environ) == (0, ['x' * 500000 + '\n'])
