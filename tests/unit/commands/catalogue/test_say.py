"""What is said of a release that was added."""
from __future__ import annotations

import os
from pathlib import Path

import pytest
from plans import CATALOGUE

from tao_launcher.base import host
from tao_launcher.base.output import Output
from tao_launcher.commands.catalogue.say import say_kept
from tao_launcher.settings.invocation import Invocation
from tao_launcher.tasks.keep import Kept
from tao_launcher.tasks.release_file import Release


@pytest.mark.parametrize(('name', 'kept', 'said'), [
    ('9.0.0', Kept('/f', is_new=True), ['release 9.0.0: 2 tasks in 2 images']),
    ('9.0.0', Kept('/f', is_new=False), ['release 9.0.0: 2 tasks in 2 images (it was there already)']),
    ('7.1.0', Kept('/f', is_new=True, backup='/f.1.bak'), [
        'release 7.1.0: 2 tasks in 2 images, over those of the built-in release 7.1.0',
        'the previous file is kept as /f.1.bak']),
])
def test_say_kept(name: str, kept: Kept, said: list[str], home: Path, capfd: pytest.CaptureFixture[str]) -> None:
    release = Release({'model': {'a': ['x', 'y']}, 'deploy': {'b': ['x']}})
    invocation = Invocation({}, os.environ, host.survey(os.environ), Output('tao', {}))
    say_kept(name, release, kept, CATALOGUE, invocation)
    out, err = capfd.readouterr()
    assert out == '/f\n'
    assert err == ''.join(f'tao: notice: {line}\n' for line in said)
