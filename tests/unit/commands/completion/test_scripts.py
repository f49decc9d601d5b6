"""The scripts for each shell."""
from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from support import CHECKOUT, tao

from tao_launcher.settings.programs import RUNNERS

SHELLS = ('bash', 'zsh', 'fish')
COMMITTED = {'bash': 'tao.bash', 'zsh': '_tao', 'fish': 'tao.fish'}


def test_they_are_those_of_this_checkout() -> None:
    done = subprocess.run(
        [sys.executable, CHECKOUT / 'bin' / 'make_completions', '--check'], capture_output=True, encoding='utf-8',
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, '', '')


def test_a_change_is_named(tmp_path: Path) -> None:
    """In a copy: what differs is shown, with the command that helps; after that command nothing differs."""
    for name in ('bin', 'tao_launcher', 'completions', 'setup.cfg'):
        subprocess.run(['cp', '-a', CHECKOUT / name, tmp_path], check=True)
    made: list[str | Path] = [sys.executable, tmp_path / 'bin' / 'make_completions']
    table, old = tmp_path / 'tao_launcher/data/verbs.json', tmp_path / 'completions/old.bash'
    link, before = tmp_path / 'completions/tao_pt.fish', table.read_bytes()
    table.write_bytes(before.replace(b'--format', b'--farmot'))
    old.write_text('old\n')
    link.unlink()
    done = subprocess.run([*made, '--check'], capture_output=True, encoding='utf-8', check=False)
    assert done.returncode == 1
    assert done.stderr == 'the completions are not those of this checkout; make them: bin/make_completions\n'
    assert '--- completions/old.bash as it is\n' in done.stdout
    assert '+++ completions/tao_pt.fish as it is made\n' in done.stdout
    assert '--- tao_launcher/data/verbs.json as it is\n' in done.stdout
    subprocess.run(made, check=True)
    assert table.read_bytes() == before and not old.exists() and os.readlink(link) == 'tao.fish'


@pytest.mark.parametrize('shell', SHELLS)
def test_printed(shell: str) -> None:
    text = (CHECKOUT / 'completions' / COMMITTED[shell]).read_text(encoding='utf-8')
    assert tao('completion', shell) == (0, text, '')
    assert all(name in text for name in RUNNERS)
