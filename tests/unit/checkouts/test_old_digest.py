"""Which files of a checkout still hold a digest that was replaced."""
from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from tao_launcher.base.host import survey
from tao_launcher.base.output import Output
from tao_launcher.checkouts.checkout import Checkout, checkout
from tao_launcher.checkouts.old_digest import say_where
from tao_launcher.settings.invocation import Invocation

OLD = 'sha256:' + 'a' * 64


@pytest.fixture
def found(tmp_path: Path) -> Checkout:
    """A checkout with the digest in three files, one of which git ignores."""
    for name in ('docker/manifest.json', 'ci/x.yml', 'notes', 'ignored/x'):
        (tmp_path / 'c' / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / 'c' / name).write_text(f'a\n{OLD}\n' if name != 'notes' else OLD[:-1])
    (tmp_path / 'c' / '.gitignore').write_text('ignored\n')
    (tmp_path / 'c' / 'link').symlink_to('ci/x.yml')  # which is not read twice
    environ = {**os.environ, 'NV_TAO_PYTORCH_TOP': str(tmp_path / 'c')}
    return checkout('tao_pt', Invocation({}, environ, survey(environ), Output('tao_pt', environ)))


def test_without_git_every_file_is_looked_into(found: Checkout, capfd: pytest.CaptureFixture[str]) -> None:
    say_where(found, OLD)
    assert capfd.readouterr().err == (
        f'tao_pt: notice: the old digest {OLD} still appears in ci/x.yml:2, docker/manifest.json:2, ignored/x:2\n'
    )


def test_git_says_which_files_count(found: Checkout, capfd: pytest.CaptureFixture[str]) -> None:
    subprocess.run(['git', '-C', found.root, 'init', '--quiet'], check=True)
    say_where(found, OLD)
    assert capfd.readouterr().err == (
        f'tao_pt: notice: the old digest {OLD} still appears in ci/x.yml:2, docker/manifest.json:2\n'
    )


def test_nothing_is_said_of_nothing(found: Checkout, capfd: pytest.CaptureFixture[str]) -> None:
    say_where(found, OLD.replace('a', 'b'))
    assert capfd.readouterr().err == ''
