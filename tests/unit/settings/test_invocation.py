"""A command line in place of another."""
from __future__ import annotations

import os
from pathlib import Path

import pytest
from support import tao

from tao_launcher.commands.history import again
from tao_launcher.settings.invocation import Instead, Invocation


def test_the_other_one_is_run_where_it_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the name of its own program, and its exit code."""
    (tmp_path / 'there').mkdir()

    def run(given: object, invocation: Invocation) -> int:
        raise Instead('tao_pt', ['chekc'], str(tmp_path / 'there'), invocation.environ)

    monkeypatch.setattr(again, 'run', run)
    done = tao('again', 'x')
    assert (done.code, done.out) == (2, '')
    assert done.err.startswith('tao_pt: error: unexpected word "chekc"')
    assert os.getcwd() == str(tmp_path / 'there')
