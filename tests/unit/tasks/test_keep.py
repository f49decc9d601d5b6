"""Releases that are written beside the built-in ones."""
from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from tao_launcher.base import host
from tao_launcher.base.errors import ConfigError, FileError
from tao_launcher.tasks import keep
from tao_launcher.tasks.release_file import Release

ONE, OTHER = Release({'model': {'a:1': ['x']}}), Release({'model': {'b:1': ['x', 'y']}})


def test_a_file_for_each(home: Path) -> None:
    here = host.survey(os.environ)
    path = home / '.tao' / 'releases.d' / '7.2.0.json'
    kept = keep.keep('7.2.0', {'7.2.0': ONE}, here)
    assert kept == keep.Kept(str(path), is_new=True)
    assert path.read_text() == (
        '{\n  "7.2.0": {\n    "groups": {\n      "model": {\n        "a:1": ["x"]\n      }\n    }\n  }\n}\n')
    assert keep.keep('7.2.0', {'7.2.0': ONE}, here) == keep.Kept(str(path), is_new=False)
    again = keep.keep('7.2.0', {'7.2.0': OTHER}, here)
    assert again == keep.Kept(str(path), is_new=True, backup=f'{path}.1.bak')
    assert 'a:1' in Path(again.backup).read_text()
    assert stat.S_ISREG(path.stat().st_mode)


def test_laid_over_what_is_there(home: Path) -> None:
    here = host.survey(os.environ)
    assert keep.with_kept('7.2.0', ONE, here) == {'7.2.0': ONE}
    keep.keep('7.2.0', {'7.2.0': ONE, '7.2.1': ONE}, here)
    assert keep.with_kept('7.2.0', OTHER, here) == {
        '7.2.0': Release({'model': {'a:1': ['x'], 'b:1': ['x', 'y']}}), '7.2.1': ONE,
    }
    (home / '.tao' / 'releases.d' / '7.2.0.json').write_text('no JSON')
    with pytest.raises(FileError):
        keep.with_kept('7.2.0', OTHER, here)


@pytest.mark.parametrize(('release', 'why'), [
    (Release({'model': {'a:1': ['x']}}, {}, 'May'), '["7.2.0"].published: "May": expected a day as YYYY-MM-DD'),
    (Release({'model': {'a:1': ['-x']}}),
     '["7.2.0"].groups.model["a:1"][0]: "-x": expected a task of letters, digits, . _ -'),
    (Release({'model': {f'a:{i}': ['x'] for i in range(70000)}}), 'larger than 1 MiB, so it cannot be the right file'),
    (Release({'_own': {'a:1': ['x']}}), 'what is read from it is not what was written'),
])
def test_what_a_launch_would_refuse_is_not_written(release: Release, why: str, home: Path) -> None:
    here = host.survey(os.environ)
    for write in (lambda: keep.keep('7.2.0', {'7.2.0': release}, here), lambda: keep.with_kept('7.2.0', release, here)):
        with pytest.raises(ConfigError) as error:
            write()
        assert error.value.what == (
            f'release 7.2.0 cannot be kept: {home}/.tao/releases.d/7.2.0.json would be refused')
        assert error.value.why == (why, 'nothing was written')
    assert not (home / '.tao').exists()


def test_where_nothing_can_be_written(home: Path) -> None:
    (home / '.tao').write_text('')
    with pytest.raises(ConfigError) as error:
        keep.keep('7.2.0', {'7.2.0': ONE}, host.survey(os.environ))
    assert error.value.what.startswith(f'{home}/.tao/releases.d/7.2.0.json: cannot be written (')
    assert error.value.why == ('nothing was changed',)
