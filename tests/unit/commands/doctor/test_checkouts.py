"""What doctor says of checkouts."""
from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Callable

import pytest
from doctor_answers import findings
from nobody import NOBODY
from runner_checkout import BASE, DIGEST, backend
from support import tao


def test_dev(engine: Callable[[str, str], None], tmp_path: Path) -> None:
    engine('docker-ce 28', 'nothing')
    (tmp_path / 'docker').mkdir()
    (tmp_path / 'docker/manifest.json').write_text('{"registry": "nvcr.io", "repository": "a/b", "tag": "c"}')
    done = tao('doctor', '--dev', '--format', 'json', env={'NV_TAO_PYTORCH_TOP': str(tmp_path)})
    found = findings(done.out)
    assert done.code == 0
    assert (found['tao_pt']['status'], found['tao_pt']['found']) == ('ok', f'{tmp_path}, image nvcr.io/a/b:c')
    assert found['tao_tf']['status'] == 'info'
    done = tao('doctor', '--dev', '--format', 'json', env={'NV_TAO_PYTORCH_TOP': '/no/such'})
    assert (done.code, findings(done.out)['tao_pt']['status']) == (1, 'fail')


def test_a_checkout_that_will_not_do(engine: Callable[[str, str], None], tmp_path: Path) -> None:
    """One of another backend, and one whose submodule is not fetched."""
    engine('docker-ce 28', 'nothing')
    root = backend(tmp_path / 'x', 'tao_ds', has_core=True)
    env = {'NV_TAO_PYTORCH_TOP': str(root), 'NV_TAO_DS_TOP': str(root)}
    shutil.rmtree(root / 'tao-core')
    done = tao('doctor', '--dev', '--format', 'json', env=env)
    found = findings(done.out)
    assert done.code == 1
    assert found['tao_pt'] == {
        'name': 'tao_pt', 'status': 'fail', 'fix': 'export NV_TAO_PYTORCH_TOP=/path/to/tao-pytorch',
        'found': f'NV_TAO_PYTORCH_TOP is {root}, a checkout of tao_ds: it has the package nvidia_tao_ds, and no '
                 'nvidia_tao_pytorch',
    }
    assert found['tao_ds'] == {
        'name': 'tao_ds', 'status': 'fail', 'fix': f'cd {root} && git submodule update --init --recursive',
        'found': f'1 submodule of {root} is not fetched yet, and empty: tao-core',
    }


def of_tao_pt(**env: str) -> tuple[int, str, str, str]:
    """(doctor's code, and its finding of tao_pt: status, what was found, fix)."""
    done = tao('doctor', '--dev', '--format', 'json', env=env)
    found = findings(done.out)
    assert [found[program]['status'] for program in ('tao_tf', 'tao_ds')] == ['info', 'info']
    return done.code, found['tao_pt']['status'], found['tao_pt']['found'], found['tao_pt']['fix']


def test_the_checkout_around(
    engine: Callable[[str, str], None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It is looked at as its own program's check does, without a variable too."""
    engine('docker-ce 28', 'nothing')
    root = backend(tmp_path / 'x', 'tao_pt', has_core=True)
    monkeypatch.chdir(root / 'docker')
    assert of_tao_pt() == (0, 'ok', f'{root}, found from here, image {BASE}@{DIGEST}', '')
    other = backend(tmp_path / 'other', 'tao_pt')
    line = f'export NV_TAO_PYTORCH_TOP={root}'
    assert of_tao_pt(NV_TAO_PYTORCH_TOP=str(other)) == (
        0, 'warn', f'NV_TAO_PYTORCH_TOP is {other}, but you are in {root}', line,
    )
    shutil.rmtree(root / 'tao-core')
    assert of_tao_pt() == (
        1, 'fail', f'1 submodule of {root} is not fetched yet, and empty: tao-core',
        f'cd {root} && git submodule update --init --recursive',
    )
    (root / 'docker/manifest.json').write_text('{\n<<<<<<< HEAD\n')
    code, status, found, fix = of_tao_pt()
    assert (code, status, fix) == (1, 'fail', f'correct {root}/docker/manifest.json')
    assert found.startswith(f'{root}/docker/manifest.json:2:1: not JSON: conflict markers of git left in the file')


def test_the_image_of_the_platform_that_is_asked_for(engine: Callable[[str, str], None], tmp_path: Path) -> None:
    """It is the one of a launch."""
    engine('docker-ce 28', 'nothing')
    digests = {'x86': DIGEST, 'arm': 'sha256:' + 'b' * 64}
    names = {'registry': 'nvcr.io', 'repository': 'a/b', 'digests': digests}
    root = str(backend(tmp_path / 'x', 'tao_pt', manifest=names))
    for platform, entry in (('linux/amd64', 'x86'), ('linux/arm64', 'arm')):
        found = of_tao_pt(NV_TAO_PYTORCH_TOP=root, DOCKER_DEFAULT_PLATFORM=platform)
        assert found == (0, 'ok', f'{root}, image nvcr.io/a/b@{digests[entry]}', '')
    found = of_tao_pt(NV_TAO_PYTORCH_TOP=root, DOCKER_DEFAULT_PLATFORM='linux/s390x')
    assert found[:2] == (1, 'fail')
    assert 'no image for linux/s390x (s390x), which DOCKER_DEFAULT_PLATFORM asks for' in found[2]


@pytest.mark.skipif(os.geteuid() != 0, reason='only root can give a file away')
def test_the_checkout_around_is_someone_elses(
    engine: Callable[[str, str], None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
) -> None:
    engine('docker-ce 28', 'nothing')
    root = backend(tmp_path / 'x', 'tao_pt')
    os.chown(root / 'docker', NOBODY, NOBODY)
    monkeypatch.chdir(root)
    assert of_tao_pt() == (
        1, 'fail', f'{root} belongs to nobody, and NV_TAO_PYTORCH_TOP does not name it',
        f'export NV_TAO_PYTORCH_TOP={root}',
    )
    assert of_tao_pt(NV_TAO_PYTORCH_TOP=str(root))[:2] == (0, 'ok')
