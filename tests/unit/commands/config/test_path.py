"""tao config path: where paths of this machine are in the container."""
from __future__ import annotations

import os
from pathlib import Path

import pytest
from support import FakeDocker, tao, write_mounts


@pytest.mark.parametrize(('path', 'code', 'out', 'err'), [
    ('{home}/specs/a.yaml', 0, 'host {home}/specs/a.yaml is /workspace/specs/a.yaml in the container\n', ''),
    ('/workspace/specs/a.yaml', 0, 'container /workspace/specs/a.yaml is {home}/specs/a.yaml on the host\n', ''),
    ('/workspace/specs', 0, 'container /workspace/specs is {home}/specs on the host\n', ''),
    ('~/specs', 0, 'host {home}/specs is /workspace/specs in the container\n', ''),
    ('/workspace/./specs/../specs/b', 0, 'container /workspace/specs/b is {home}/specs/b on the host\n', ''),
    ('/elsewhere', 1, '', 'tao: notice: /elsewhere is under no mount\n'),
])
def test_config_path(mounted: Path, fake_docker: FakeDocker, path: str, code: int, out: str, err: str) -> None:
    done = tao('config', 'path', path.format(home=mounted))
    assert (done.code, done.out, done.err) == (code, out.format(home=mounted), err)
    assert fake_docker.calls == []


def test_config_path_through_links(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A path is under a source whichever of the two is written with a link."""
    (home / 'specs').mkdir()
    (tmp_path / 'homes').symlink_to(home.parent)
    by_link = tmp_path / 'homes' / home.name
    for source, other in ((home, by_link), (by_link, home)):
        write_mounts(home, {'Mounts': [{'source': f'{source}/specs', 'destination': '/specs'}]})
        monkeypatch.chdir(other)
        for given, shown in (('specs/a.yaml', home), (f'{other}/specs/a.yaml', other)):
            done = tao('config', 'path', given)
            assert done == (0, f'host {shown}/specs/a.yaml is /specs/a.yaml in the container\n', '')
    done = tao('config', 'path', f'{by_link}/other')
    assert done == (1, '', f'tao: notice: {by_link}/other is under no mount\n')


def test_config_path_of_several(home: Path, fake_docker: FakeDocker) -> None:
    (home / 'd').mkdir()
    write_mounts(home, {'Mounts': [{'source': 'd', 'destination': '/d'}, {'source': 'd', 'destination': '/e'}]})
    done = tao('--volume', f'{home}:/d/inner', 'config', 'path', 'x', f'{home}/d/inner/f', '/d/inner/f')
    assert (done.code, done.out) == (1, (
        f'host {home}/d/inner/f is /e/inner/f in the container\n'
        f'host {home}/d/inner/f is /d/inner/d/inner/f in the container\n'
        f'container /d/inner/f is {home}/f on the host\n'
    ))
    assert done.err == f'tao: notice: {os.getcwd()}/x is under no mount\n'
