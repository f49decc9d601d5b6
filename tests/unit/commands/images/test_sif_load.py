"""tao bundle load of Apptainer's files."""
from __future__ import annotations

import os
from pathlib import Path

import pytest
from sif_files import DINO, NAME, Apptainer, rewrite, sif
from support import Result, tao

from tao_launcher.base import listing

HERE, OTHER = ('02', '04') if os.uname().machine == 'x86_64' else ('04', '02')


@pytest.fixture
def target(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of the other host, which is not there yet."""
    folder = tmp_path / 'other/sif'
    monkeypatch.setenv('TAO_SIF_DIR', str(folder))
    return folder


def test_loading_it_again_changes_nothing(saved: Path, target: Path, apptainer: Apptainer) -> None:
    done = tao('-q', 'bundle', 'load', '--dry-run', str(saved))
    assert done == (0, f'cp {saved}/{NAME} {target}/{NAME}\n', '')
    assert not target.exists()
    done = tao('bundle', 'load', str(saved))
    assert (done.code, done.out) == (0, f'{DINO}\n')
    assert (target / NAME).read_bytes() == sif()
    before = (target / NAME).stat()
    assert tao('bundle', 'load', str(saved)).code == 0
    assert (target / NAME).stat() == before
    assert tao('-q', 'bundle', 'load', '--dry-run', str(saved)) == (0, '', '')
    assert f' {target}/{NAME} dino train' in tao('--gpus', 'none', '--dry-run', 'dino', 'train').out
    assert apptainer.calls == []


def test_another_file_under_a_tag(saved: Path, target: Path) -> None:
    target.mkdir(parents=True)
    (target / NAME).write_bytes(sif(b'older'))
    done = tao('bundle', 'load', str(saved))
    assert done.code == 0
    assert f'tao: notice: {target}/{NAME}: another file is here, which this one replaces\n' in done.err
    assert (target / NAME).read_bytes() == sif()


def test_another_file_under_a_digest_stays(saved: Path, target: Path) -> None:
    digest = DINO.rpartition(':')[0] + '@sha256:' + 'a' * 64
    name = digest.replace('/', '+').replace(':', '=') + '.sif'

    def change(document: dict[str, dict[str, object]]) -> None:
        document['images'][0]['reference'] = digest  # type: ignore[index]
        document['files'][name] = document['files'].pop(NAME)
        (saved / NAME).rename(saved / name)

    rewrite(saved, change)
    target.mkdir(parents=True)
    (target / name).write_bytes(sif(b'of the registry'))
    done = tao('bundle', 'load', str(saved))
    assert (done.code, done.out) == (0, f'{digest}\n')
    assert f'{target}/{name}: another file of this digest is here, which is used\n' in done.err
    assert (target / name).read_bytes() == sif(b'of the registry')


def test_a_link_in_its_place_is_replaced(saved: Path, target: Path, tmp_path: Path) -> None:
    target.mkdir(parents=True)
    (tmp_path / 'precious').write_text('text')
    (target / NAME).symlink_to(tmp_path / 'precious')
    assert tao('-q', 'bundle', 'load', str(saved)).code == 0
    assert not (target / NAME).is_symlink()
    assert (tmp_path / 'precious').read_text() == 'text'


def test_too_little_room(saved: Path, target: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listing, 'free_bytes', lambda folder: 100)
    done = tao('-q', 'bundle', 'load', str(saved))
    assert done == Result(1, '', (
        f'tao: error: not enough room in {target}\n    100 B free, {len(sif())} B needed\n'
        '    try: TAO_SIF_DIR names another folder, or tao --no-check bundle load …\n'
    ))
    assert not (target / NAME).exists()
    assert tao('--no-check', 'bundle', 'load', str(saved)).code == 0


def test_another_machine(apptainer: Apptainer, files: Path, target: Path, tmp_path: Path) -> None:
    target.mkdir(parents=True)
    (target / NAME).write_bytes(sif(machine=OTHER))
    assert tao('-q', 'bundle', 'save', f'{tmp_path}/b', 'model/dino').code == 0
    (target / NAME).unlink()
    done = tao('bundle', 'load', f'{tmp_path}/b')
    assert done.code == 0
    assert f'{target}/{NAME} is for {"arm64" if OTHER == "04" else "amd64"}, and this machine is ' in done.err


def test_the_other_kinds_of_engine(saved: Path, target: Path, apptainer: Apptainer, tmp_path: Path) -> None:
    done = tao('--engine', 'docker', 'bundle', 'load', str(saved))
    assert done == Result(1, '', (
        f'tao: error: {saved}: holds images as Apptainer runs them, not as docker loads them\n'
        f'    try: tao --engine apptainer bundle load {saved}\n'
    ))
    other = tmp_path / 'of-docker'
    other.mkdir()
    (other / 'images.tar').touch()
    done = tao('bundle', 'load', str(other))
    assert done == Result(1, '', (
        f'tao: error: {other}: holds images as docker and podman load them, not as apptainer runs them\n'
        '    try: save it anew where there is a network: tao --engine apptainer bundle save DIR TASK…\n'
    ))
    assert not target.exists()


def test_a_folder_that_cannot_be_written(saved: Path, apptainer: Apptainer) -> None:
    done = tao('bundle', 'load', str(saved), env={'TAO_SIF_DIR': '/dev/null/x'})
    assert done.code == 1
    assert done.err.endswith('\n    try: TAO_SIF_DIR names another folder for the images\n')
