"""Which checkout is meant: the variable, else the nearest one upwards."""
from __future__ import annotations

import shlex
from pathlib import Path

import pytest
from runner_calls import PROFILES
from support import tao


@pytest.mark.parametrize('folder', ['.', 'deep', 'deep/er', 'docker'])
def test_nearest_checkout_upwards(folder: str, checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(checkout / folder)
    done = tao('--dry-run', program='tao_pt')
    assert f'{checkout}:/tao-pt' in shlex.split(done.out)


def test_variable_beats_the_current_folder(checkout: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / 'other' / 'docker').mkdir(parents=True)
    monkeypatch.chdir(checkout)
    done = tao('--dry-run', program='tao_pt', env={'NV_TAO_PYTORCH_TOP': str(tmp_path / 'other')})
    assert (done.code, done.out) == (2, '')
    assert done.err == (
        f'tao_pt: error: {tmp_path}/other/docker/manifest.json: no such file\n'
        '    it is the manifest that names the base image, of the checkout that NV_TAO_PYTORCH_TOP or the current '
        'folder names\n'
        f'    nearest existing folder: {tmp_path}/other/docker\n'
    )


@pytest.mark.parametrize('program', PROFILES)
def test_no_checkout(program: str, tmp_path: Path) -> None:
    done = tao('--dry-run', program=program, env={PROFILES[program]['root_variable']: ''})
    variable, name = PROFILES[program]['root_variable'], PROFILES[program]['backend_repository'].rpartition('/')[2]
    assert (done.code, done.out) == (2, '')
    assert done.err == (
        f'{program}: error: no checkout found for {program}\n'
        f'    {variable} is not set, and neither {tmp_path}/here nor a folder above it has docker/manifest.json\n'
        f'    try: export {variable}=/path/to/{name}\n'
    )
