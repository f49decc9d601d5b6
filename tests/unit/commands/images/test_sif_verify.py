"""tao bundle verify, of Apptainer's files: what is damaged, foreign or not what it says."""
from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any, Callable

import pytest
from sif_files import DINO, NAME, resum, rewrite, sif
from support import Result, tao

SHORT = sif()[:-1]


def test_good(saved: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    good = Result(0, f'{saved}: good, 1 image\n', '')
    assert tao('-q', 'bundle', 'verify', str(saved)) == good
    monkeypatch.setenv('TAO_ENGINE', 'docker')  # no engine is asked
    assert tao('-q', 'bundle', 'verify', str(saved)) == good
    done = subprocess.run(['sha256sum', '--quiet', '--check', 'SHA256SUMS'], cwd=saved)
    assert done.returncode == 0


def damaged(folder: Path) -> None:
    (folder / NAME).write_bytes(sif(b'squasH'))


def missing(folder: Path) -> None:
    (folder / NAME).unlink()


def foreign(folder: Path) -> None:
    (folder / 'x.sif').touch()


def outside(folder: Path) -> None:
    with (folder / 'SHA256SUMS').open('a') as f:
        f.write(f'{"0" * 64}  ../x.sif\n{"0" * 64}  /etc/x.sif\n')


def linked(folder: Path) -> None:
    shutil.move(folder / NAME, folder.parent / 'elsewhere.sif')
    (folder / NAME).symlink_to(folder.parent / 'elsewhere.sif')


def piped(folder: Path) -> None:
    (folder / NAME).unlink()
    os.mkfifo(folder / NAME)


def no_image(folder: Path) -> None:
    (folder / NAME).write_bytes(b'x' * 200)
    resum(folder)


def cut(folder: Path) -> None:
    (folder / NAME).write_bytes(SHORT)
    resum(folder)


def exchanged(folder: Path) -> None:
    (folder / NAME).write_bytes(sif(b'another'))
    resum(folder)


def of_no_image(folder: Path) -> None:
    (folder / 'more.sif').write_bytes(sif())
    resum(folder)


def no_program(folder: Path) -> None:
    (folder / 'tao.pyz').unlink()
    resum(folder)


@pytest.mark.parametrize(('harm', 'said'), [
    (damaged, f'{NAME}: damaged (sha256 '), (missing, f'{NAME}: No such file or directory'),
    (foreign, 'x.sif: not part of the bundle'), (outside, '../x.sif: in SHA256SUMS, but not a file of a bundle'),
    (linked, f'{NAME}: no file'), (piped, f'{NAME}: no file'), (no_image, f"{NAME}: not an image of Apptainer's"),
    (cut, f'{NAME}: not whole: {len(SHORT)} of {len(sif())} bytes'),
    (exchanged, f'{NAME}: not the one that manifest.json names'),
    (of_no_image, 'more.sif: of no image that manifest.json names'), (no_program, 'tao.pyz: not in SHA256SUMS'),
])
def test_harm(harm: Callable[[Path], None], said: str, saved: Path, files: Path) -> None:
    harm(saved)
    (files / NAME).unlink()
    for words in (['verify'], ['load'], ['load', '--dry-run']):
        done = tao('-q', 'bundle', *words, str(saved))
        assert (done.code, done.out) == (1, '')
        assert done.err.startswith(f'tao: error: {saved}: not good\n    {said}'), done.err
    assert list(files.iterdir()) == []


def reference(document: dict[str, Any]) -> None:
    document['images'][0]['reference'] = '../../etc/passwd'


def twice(document: dict[str, Any]) -> None:
    document['images'].append(document['images'][0])


def renamed(document: dict[str, Any]) -> None:
    document['images'][0]['reference'] = 'nvcr.io/a/b:1'


def size(document: dict[str, Any]) -> None:
    document['files'][NAME]['size'] += 1


def no_number(document: dict[str, Any]) -> None:
    document['files'][NAME]['size'] = 'x'


def of_docker(document: dict[str, Any]) -> None:
    document['format'] = 1


@pytest.mark.parametrize(('change', 'code', 'said'), [
    (reference, 2, 'images[0].reference'), (twice, 2, f'{NAME}: several images of one file'),
    (renamed, 1, 'nvcr.io+a+b=1.sif: manifest.json names it, and it is not in SHA256SUMS'),
    (size, 1, f'{NAME}: {len(sif())} bytes, not the {len(sif()) + 1} of manifest.json'),
    (no_number, 2, 'a number of bytes'), (of_docker, 2, 'another version of the launcher made this bundle'),
])
def test_a_manifest_that_lies(change: object, code: int, said: str, saved: Path, files: Path) -> None:
    rewrite(saved, change)
    (files / NAME).unlink()
    for step in ('verify', 'load'):
        done = tao('bundle', step, str(saved))
        assert (done.code, done.out) == (code, ''), done
        assert said in done.err
    assert list(files.iterdir()) == []


def test_a_manifest_that_is_none(saved: Path) -> None:
    for text in ('[]', '{', '{"format": "sif-1"}', '{"format": "sif-1", "images": 3, "files": []}', '9' * 5000):
        (saved / 'manifest.json').write_text(text)
        resum(saved)
        done = tao('bundle', 'verify', str(saved))
        assert (done.code, done.out) == (2, ''), done


def test_a_digest_is_not_proven(saved: Path) -> None:
    digest = DINO.rpartition(':')[0] + '@sha256:' + 'a' * 64

    def change(document: dict[str, Any]) -> None:
        document['images'][0]['reference'] = digest
        name = digest.replace('/', '+').replace(':', '=') + '.sif'
        document['files'][name] = document['files'].pop(NAME)
        (saved / NAME).rename(saved / name)

    rewrite(saved, change)
    done = tao('bundle', 'verify', str(saved))
    assert done.code == 0, done.err
    assert done.err.endswith(
        f'\ntao: notice: {digest}: unproven; nothing here shows that this image is the one of that digest\n'
    )


def test_a_signature(saved: Path, tmp_path: Path) -> None:
    key, signers = tmp_path / 'key', tmp_path / 'signers'
    subprocess.run(['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-f', key], check=True)
    signers.write_text('jo@a.test ' + key.with_suffix('.pub').read_text())
    done = tao('bundle', 'verify', '--signers', str(signers), str(saved))
    assert (done.code, done.err.splitlines()[0]) == (1, f'tao: error: {saved}: not signed')
    assert tao('-q', 'bundle', 'save', '--sign', str(key), str(saved), 'model/dino').code == 0
    done = tao('-q', 'bundle', 'verify', '--signers', str(signers), str(saved))
    assert done == Result(0, f'{saved}: good, 1 image, signed by jo@a.test\n', '')
    resum(saved)
    json.loads((saved / 'manifest.json').read_text())
    with (saved / 'SHA256SUMS').open('a') as f:
        f.write('\n')
    assert tao('bundle', 'verify', '--signers', str(signers), str(saved)).code == 1
