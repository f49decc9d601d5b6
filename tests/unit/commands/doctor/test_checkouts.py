"""What doctor says of checkouts."""
from __future__ import annotations

import shutil
from pathlib import Path
from typing import Callable

from doctor_answers import findings
from runner_checkout import backend
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
