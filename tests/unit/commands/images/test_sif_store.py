"""The folder of Apptainer's images."""
from __future__ import annotations

from pathlib import Path

import pytest
from sif_files import DINO, NAME, Apptainer, sif
from support import tao

from tao_launcher.launch.sif_files import sif_file


@pytest.mark.parametrize(('env', 'folder'), [
    ({}, '{home}/.local/share/tao/sif'), ({'TAO_SIF_DIR': '/shared/sif/'}, '/shared/sif'),
    ({'TAO_SIF_DIR': '~/x'}, '{home}/x'), ({'TAO_SIF_DIR': 'x'}, '{here}/x'),
    ({'TAO_SIF_DIR': ''}, '{home}/.local/share/tao/sif'),
])
def test_the_folder(apptainer: Apptainer, home: Path, env: dict[str, str], folder: str) -> None:
    done = tao('pull', '--dry-run', 'model/dino', env=env)
    path = folder.format(home=home, here=Path.cwd())
    assert done == (0, f'apptainer pull {path}/{NAME} docker://{DINO}\n', '')


@pytest.mark.parametrize('data', [None, b'', b'x', sif()[:-1]])
def test_what_is_not_whole_is_not_here(tmp_path: Path, data: bytes | None) -> None:
    path = tmp_path / 'a.sif'
    if data is not None:
        path.write_bytes(data)
    assert sif_file(str(path)) is None
    path.write_bytes(sif() + b'more')
    assert sif_file(str(path)) == (str(path), len(sif()) + 4, 'amd64')


def test_a_dry_run_by_variable_says_so(apptainer: Apptainer) -> None:
    done = tao('pull', 'model/dino', env={'TAO_DRY_RUN': '1'})
    assert done.out.startswith('apptainer pull ')
    assert 'TAO_DRY_RUN' in done.err
