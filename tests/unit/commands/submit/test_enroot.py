"""The names that images have for enroot."""
from __future__ import annotations

from pathlib import Path

import pytest
from support import Result, tao

from tao_launcher.commands.submit import enroot


@pytest.mark.parametrize(('text', 'name'), [
    ('/lustre/x.sqsh', '/lustre/x.sqsh'), ('/lustre/a b.squashfs', '/lustre/a b.squashfs'),
    ('nvcr.io#nvidia/tao/t:1', 'nvcr.io#nvidia/tao/t:1'), ('docker://nvcr.io#a/b', 'nvcr.io#a/b'),
    ('$oauthtoken@nvcr.io#a/b:1', '$oauthtoken@nvcr.io#a/b:1'), ('a/b:1', ''), ('nvcr.io/a/b:1', ''),
])
def test_names_of_its_own(text: str, name: str) -> None:
    assert enroot.own(text, is_pyxis=True) == name


FILE = 'expected an absolute path that ends with .sqsh or .squashfs'


@pytest.mark.parametrize(('text', 'why'), [
    ('x.sqsh', FILE), ('/lustre/x.tar', FILE), ('~/x.sqsh', FILE), ('/a\nb.sqsh', FILE), ('./x.squashfs', FILE),
    ('nvcr.io#', 'expected REGISTRY#NAME:TAG, such as nvcr.io#nvidia/tao/tao-toolkit:6.0.0-pyt'),
    ('a#b#c', 'expected REGISTRY#NAME:TAG, such as nvcr.io#nvidia/tao/tao-toolkit:6.0.0-pyt'),
    ('nvcr.io#A b', 'expected an image such as nvcr.io/nvidia/tao/tao-toolkit:6.0.0-pyt'),
])
def test_wrong_ones(text: str, why: str) -> None:
    done = tao('submit', 'slurm', '--container=pyxis', '--dry-run', f'--image={text}', 'dino', 'train')
    assert done.code == 2
    with pytest.raises(ValueError) as error:
        enroot.own(text, is_pyxis=True)
    assert str(error.value) == why


@pytest.mark.parametrize(('text', 'what'), [('/lustre/x.sqsh', 'an image file'), ('nvcr.io#a/b:1', 'such an image')])
def test_only_for_pyxis(text: str, what: str) -> None:
    assert tao('submit', 'slurm', '--dry-run', '--image', text, 'dino', 'train') == Result(2, '', (
        f'tao: error: --image: "{text}": only pyxis can use {what}: --container pyxis\n'
        '    try: tao submit slurm --help\n'
    ))
    for words in ([], ['submit', 'kubernetes']):
        done = tao(*words, '--dry-run', '--image', text, 'dino', 'train')
        assert (done.code, done.out) == (2, '')
        why = 'docker takes no file and no URI as an image' if text[0] == '/' else 'expected an image such as '
        assert f'tao: error: --image: "{text}": {why}' in done.err


@pytest.mark.parametrize(('reference', 'name'), [
    ('nvcr.io/nvidia/tao/t:1', 'docker://nvcr.io#nvidia/tao/t:1'), ('localhost/a:1', 'docker://localhost#a:1'),
    ('a/b:1', 'docker://a/b:1'), ('host:5000/a', 'docker://host:5000#a'), ('nvcr.io#a', 'docker://nvcr.io#a'),
    ('/a.b/c.sqsh', '/a.b/c.sqsh'),
])
def test_what_pyxis_is_told(reference: str, name: str) -> None:
    assert enroot.called(reference) == name


def test_a_file_is_looked_for(tmp_path: Path) -> None:
    path = tmp_path / 'x.sqsh'
    words = ('submit', 'slurm', '--container=pyxis', '--dry-run', f'--cached={path}', 'dino', 'train')
    assert tao(*words) == Result(2, '', (
        f'tao: error: image file {path} not found\n    try: correct the path (on the nodes only? --no-check)\n'
    ))
    assert f'--container-image={path}' in tao('--no-check', *words).out
    path.touch()
    done = tao(*words)
    assert (done.code, done.err) == (0, '')
    assert f'--container-image={path}' in done.out


def test_a_folder_is_no_image_file(tmp_path: Path) -> None:
    path = tmp_path / 'd.sqsh'
    path.mkdir()
    words = ('submit', 'slurm', '--container=pyxis', '--dry-run', f'--image={path}', 'dino', 'train')
    assert tao(*words) == Result(2, '', (
        f'tao: error: image file {path} is a folder\n    try: correct the path (on the nodes? --no-check)\n'
    ))
    assert tao('--no-check', *words).code == 0
