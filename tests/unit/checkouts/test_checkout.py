"""The checkout that build, release and launches are about."""
from __future__ import annotations

import json
from pathlib import Path

import pytest
from runner_calls import NAMES
from support import FakeDocker, tao


def test_checkout_with_a_line_break(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fake_docker: FakeDocker) -> None:
    root = tmp_path / 'a\nb'
    (root / 'docker').mkdir(parents=True)
    (root / 'docker' / 'manifest.json').write_text(json.dumps({**NAMES, 'tag': 'c'}))
    message = f'tao_pt: error: tao_pt: the checkout: a path with a line break cannot be mounted\n    {str(root)!r}\n'
    assert tao(program='tao_pt', env={'NV_TAO_PYTORCH_TOP': str(root)}) == (2, '', message)
    monkeypatch.chdir(root)
    for options in ([], ['--dry-run']):
        assert tao(*options, program='tao_pt') == (2, '', message)
    assert fake_docker.calls == []
