"""tao bundle save: the words for the engine, and one that fails."""
from __future__ import annotations

import io
import json
import os
import tarfile
from pathlib import Path

import pytest
from image_answers import DINO, OTHER, REPOSITORY, Engine, image
from nobody import NOBODY
from support import tao

from tao_launcher.commands.images import bundle


def test_podman_saves_several_images_as_several(engine: Engine) -> None:
    engine.has(image(DINO), image(f'{REPOSITORY}:7.1.0-deploy', id=OTHER))
    save = ['bundle', 'save', '--dry-run', 'b', 'dino']
    names = f'{DINO} {REPOSITORY}:7.1.0-deploy'
    assert tao(*save).out == f'docker save {names}\n'
    assert tao('--engine', 'podman', *save).out == f'podman save --multi-image-archive {names}\n'


def test_a_save_that_the_engine_fails(engine: Engine, tmp_path: Path) -> None:
    """No bundle, and nothing half; what it said is shown."""
    engine.has(image(DINO))
    for out, err, code, said in (
        ('', 'Error response from daemon: open /x: input/output error\n', 1, (
            'the images could not be saved\n    Error response from daemon: open /x: input/output error\n'
        )),
        ('no archive', '', 0, f'the engine saved no docker archive\n    {tmp_path}/bundle/images.tar\n'),
    ):
        engine.answers('save', out, err, code)
        done = tao('--quiet', 'bundle', 'save', f'{tmp_path}/bundle', 'model/dino')
        assert (done.code, done.out, done.err) == (125 if code else 1, '', f'tao: error: {said}')
        assert not (tmp_path / 'bundle' / 'SHA256SUMS').exists()


@pytest.mark.skipif(os.geteuid() != 0, reason='only root can give a file away')
def test_links_in_the_folder_of_a_bundle(engine: Engine, tmp_path: Path) -> None:
    """Whoever owns it can lay them: a save writes through none, and removes what an older one left."""
    victim, folder = tmp_path / 'victim', tmp_path / 'bundle'
    victim.write_text('mine')
    folder.mkdir()
    for name in bundle.OURS:
        (folder / name).symlink_to(victim)
    (folder / f'.images.tar.{"0" * 16}.part').write_text('a killed save')
    for each in (folder, *folder.iterdir()):
        os.lchown(each, NOBODY, NOBODY)
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode='w') as made:
        text = json.dumps([{'Config': f'{"b" * 64}.json', 'RepoTags': [DINO]}]).encode()
        info = tarfile.TarInfo('manifest.json')
        info.size = len(text)
        made.addfile(info, io.BytesIO(text))
    engine.has(image(DINO))
    engine.answers('save')
    (engine.folder / 'save.out').write_bytes(archive.getvalue())
    done = tao('bundle', 'save', str(folder), 'model/dino')
    assert done.code == 0, done
    assert (victim.read_text(), victim.stat().st_uid) == ('mine', 0)
    assert sorted(entry.name for entry in folder.iterdir()) == sorted((*bundle.CONTENT, bundle.SUMS))
    assert not any(entry.is_symlink() for entry in folder.iterdir())
    assert tao('bundle', 'verify', str(folder)).code == 0
    assert (folder / 'tao.pyz').stat().st_mode & 0o777 == 0o755
