"""tao bundle save: the words for the engine, and one that fails."""
from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from archives import LAYER, classic, configuration, containerd, sha
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
        ('no archive', '', 0, (
            'the engine saved what no engine could load\n    not an archive of images (truncated header)\n'
        )),
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
    engine.has(image(DINO))
    engine.answers('save')
    (engine.folder / 'save.out').write_bytes(classic({DINO: configuration()}).data())
    done = tao('bundle', 'save', str(folder), 'model/dino')
    assert done.code == 0, done
    assert (victim.read_text(), victim.stat().st_uid) == ('mine', 0)
    assert sorted(entry.name for entry in folder.iterdir()) == sorted((*bundle.CONTENT, bundle.SUMS))
    assert not any(entry.is_symlink() for entry in folder.iterdir())
    assert tao('bundle', 'verify', str(folder)).code == 0
    assert (folder / 'tao.pyz').stat().st_mode & 0o777 == 0o755


def test_an_archive_that_is_not_whole(engine: Engine, tmp_path: Path) -> None:
    """A containerd store does not fetch a layer that it has unpacked already, and saves the image without it."""
    config = configuration()
    archive = containerd(DINO, config)
    archive.members = [member for member in archive.members if member[1] not in (LAYER, config)]
    engine.has(image(DINO))
    engine.answers('save')
    (engine.folder / 'save.out').write_bytes(archive.data())
    done = tao('--quiet', 'bundle', 'save', f'{tmp_path}/bundle', 'model/dino')
    assert done == (1, '', 'tao: error: the engine saved what no engine could load\n' + ''.join(
        f'    names blobs/sha256/{sha(data)[7:]}, which it does not have\n' for data in (config, LAYER)
    ))
    assert not (tmp_path / 'bundle/SHA256SUMS').exists()


def test_an_archive_with_more_in_it(engine: Engine, tmp_path: Path) -> None:
    """It would not verify."""
    engine.has(image(DINO))
    engine.answers('save')
    (engine.folder / 'save.out').write_bytes(classic({DINO: configuration(), 'a:1': configuration('b')}).data())
    done = tao('--quiet', 'bundle', 'save', f'{tmp_path}/bundle', 'model/dino')
    assert done.code == 1 and done.err.startswith('tao: error: the engine saved more than was asked for\n')


def test_signed(engine: Engine, tmp_path: Path) -> None:
    """Saved again without a key it is not signed any longer; a key that does not work is told before all else."""
    subprocess.run(['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-f', tmp_path / 'key'], check=True)
    engine.has(image(DINO))
    engine.answers('save')
    (engine.folder / 'save.out').write_bytes(classic({DINO: configuration()}).data())
    folder = tmp_path / 'bundle'
    save = ['--quiet', 'bundle', 'save', str(folder), 'model/dino']
    assert tao(*save, '--sign', str(tmp_path / 'key')) == (0, '', '')
    (tmp_path / 'signers').write_text(f'ann@r.test {(tmp_path / "key.pub").read_text()}')
    check = ['--quiet', 'bundle', 'verify', str(folder), '--signers', str(tmp_path / 'signers')]
    assert tao(*check) == (0, f'{folder}: good, 1 image, signed by ann@r.test\n', '')
    assert tao(*save) == (0, '', '')
    assert not (folder / 'SHA256SUMS.sig').exists()
    engine.forget()
    done = tao(*save, '--sign', '/nowhere')
    assert (done.code, done.out) == (1, '')
    assert done.err.startswith('tao: error: /nowhere: nothing could be signed with it\n')
    assert 'save' not in [call[1] for call in engine.calls]
