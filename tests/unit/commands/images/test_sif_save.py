"""tao bundle save with Apptainer."""
from __future__ import annotations

import json
import stat
from pathlib import Path

from sif_files import DINO, NAME, Apptainer, sha, sif
from support import Result, tao


def test_a_bundle(saved: Path, apptainer: Apptainer) -> None:
    assert sorted(path.name for path in saved.iterdir()) == ['SHA256SUMS', 'manifest.json', NAME, 'tao.pyz']
    assert (saved / NAME).read_bytes() == sif()
    document = json.loads((saved / 'manifest.json').read_text())
    program = (saved / 'tao.pyz').read_bytes()
    assert document == {
        'format': 'sif-1', 'images': [{'reference': DINO, 'release': '7.1.0', 'tasks': ['model/dino']}],
        'files': {
            NAME: {'size': len(sif()), 'sha256': sha(sif())}, 'tao.pyz': {'size': len(program), 'sha256': sha(program)},
        },
    }
    assert stat.S_IMODE((saved / 'tao.pyz').stat().st_mode) == 0o755
    sums = (saved / 'SHA256SUMS').read_text()
    assert sums.splitlines()[1] == f'{sha(sif())}  {NAME}'
    assert apptainer.calls == []


def test_what_is_said(apptainer: Apptainer, files: Path, tmp_path: Path) -> None:
    words = ('bundle', 'save', f'{tmp_path}/b', 'model/dino')
    assert tao(*words, '--dry-run') == (0, f'cp {files}/{NAME} {tmp_path}/b/{NAME}\n', '')
    assert not (tmp_path / 'b').exists()
    done = tao(*words)
    assert (done.code, done.out) == (0, '')
    assert done.err.splitlines()[-1] == f'tao: {tmp_path}/b: 1 image, {len(sif())} B'


def test_what_is_not_here(apptainer: Apptainer, files: Path, tmp_path: Path) -> None:
    (files / NAME).write_bytes(sif()[:-1])
    assert tao('bundle', 'save', f'{tmp_path}/b', 'model/dino') == Result(1, '', (
        f'tao: error: 1 image not here\n    {files}/{NAME}\n    try: tao --engine apptainer pull model/dino\n'
    ))


def test_an_older_bundle_goes(saved: Path, files: Path, apptainer: Apptainer) -> None:
    other = NAME.replace('7.1.0-pyt', '6.0.0-pyt')
    (files / other).write_bytes(sif(b'other'))
    done = tao('-q', 'bundle', 'save', str(saved), 'model/dino', '--release', '6.0.0')
    assert done.code == 0, done.err
    assert sorted(path.name for path in saved.iterdir()) == ['SHA256SUMS', 'manifest.json', other, 'tao.pyz']


def test_no_files_of_others(files: Path, apptainer: Apptainer, tmp_path: Path) -> None:
    for folder, name in ((tmp_path / 'a', 'a.sif'), (tmp_path / 'b', NAME.replace('pyt', 'deploy'))):
        folder.mkdir()
        (folder / name).touch()
        done = tao('bundle', 'save', str(folder), 'model/dino')
        assert (done.code, done.out) == (1, '')
        assert done.err.startswith(f'tao: error: {folder}: holds other files ({name})\n')
        assert [path.name for path in folder.iterdir()] == [name]
    done = tao('bundle', 'save', str(files), 'model/dino')
    assert done == Result(1, '', (
        f'tao: error: {files}: has the images themselves\n    a bundle needs a folder of its own\n'
    ))
    assert (files / NAME).read_bytes() == sif()
