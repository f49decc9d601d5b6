"""What doctor says of checkouts."""
from __future__ import annotations

from pathlib import Path
from typing import Callable

from doctor_answers import findings
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
