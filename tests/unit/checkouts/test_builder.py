"""Where the files of a build are, and what docker's client needs for it."""
from __future__ import annotations

import json
import os
import re
import shutil
from pathlib import Path

import pytest
from engine_answers import Engine
from nobody import NOBODY
from support import MADE, tao

root_only = pytest.mark.skipif(os.geteuid() != 0, reason='only root can give a file away')


@pytest.mark.parametrize(('laid', 'env', 'given'), [
    ('', {'HOME': '/proc/sys'}, {'HOME': '{tmp}/tao-{uid}'}),
    ('{home}/.docker', {}, {'BUILDX_CONFIG': '{home}/.local/state/tao/buildx'}),
    ('', {'DOCKER_CONFIG': '/proc/sys'}, {'BUILDX_CONFIG': '{home}/.local/state/tao/buildx'}),
    ('', {'BUILDX_CONFIG': '/proc/sys', 'HOME': '/proc/sys'}, {}), ('', {}, {}),
])
def test_a_home_that_the_client_cannot_write(
    buildable: Path, engine: Engine, home: Path, tmp_path: Path, laid: str, env: dict[str, str], given: dict[str, str],
) -> None:
    """It gets one where buildx can keep its state. Root cannot write into /proc/sys either, nor by a link to it."""
    places = {'home': str(home), 'tmp': str(tmp_path), 'uid': str(os.geteuid())}
    if laid:
        shutil.rmtree(home / '.docker')
        Path(laid.format(**places)).symlink_to('/proc/sys')
    given = {name: value.format(**places) for name, value in given.items()}
    (engine.folder / 'docker').write_text((engine.folder / 'docker').read_text().replace(
        'exit ', '[ "$2" = inspect ] || env >"$folder/env"\nexit '))
    engine.answers('image', json.dumps([{'Id': MADE}]))
    env = {'TMPDIR': str(tmp_path), 'DOCKER_BUILDKIT': '1', **env}
    done = tao('build', program='tao_pt', env=env)
    assert done.code == 0, done.err
    folder = next(Path(word).parent for word in engine.calls[-2] if re.search('/[0-9a-f]{12}[.]built$', word))
    assert folder == (tmp_path / f'tao-{os.geteuid()}' if 'HOME' in env else home / '.local/state/tao')
    had = {**os.environ, **env}
    found = dict(line.split('=', 1) for line in (engine.folder / 'env').read_text().splitlines() if '=' in line)
    names = ('HOME', 'BUILDX_CONFIG', 'DOCKER_CONFIG')
    assert {name: found.get(name) for name in names} == {name: {**had, **given}.get(name) for name in names}
    notices = [line for line in done.err.splitlines() if 'configuration' in line]
    assert notices == [f'tao_pt: notice: the configuration of docker cannot be written here, so it gets {name}={value}'
                       for name, value in given.items()]
    assert Path(given['HOME']).stat().st_mode & 0o777 == 0o700 if 'HOME' in given else True


@root_only
def test_a_folder_of_someone_else_is_not_used(buildable: Path, engine: Engine, tmp_path: Path) -> None:
    engine.answers('--version')
    folder = tmp_path / 'tao-0'
    folder.mkdir()
    os.chown(folder, NOBODY, NOBODY)
    done = tao('build', program='tao_pt', env={'HOME': '/proc/sys', 'TMPDIR': str(tmp_path)})
    assert done.code == 2 and f'tao_pt: error: {folder}: belongs to nobody\n' in done.err
    assert [call[1] for call in engine.calls if call[1] != '--version'] == []


def test_the_folder_of_a_build_that_is_still_to_be_made(buildable: Path, engine: Engine, home: Path) -> None:
    notice = f'tao_pt: notice: the build writes into {home}/.local/state/tao, which is created first\n'
    assert tao('build', '--dry-run', program='tao_pt').err == notice


def test_the_folder_that_a_snap_can_write(buildable: Path, engine: Engine, home: Path, tmp_path: Path) -> None:
    """Of a home's hidden folders it sees none."""
    snap = tmp_path / 'snap' / 'bin'
    snap.mkdir(parents=True)
    (engine.folder / 'docker').rename(snap / 'snap')
    (engine.folder / 'docker').symlink_to(snap / 'snap')
    out = tao('build', '--dry-run', program='tao_pt').out
    assert f'--metadata-file {home}/snap/docker/common/tao/' in out
