"""Modules that are loaded when something of them is first used."""
from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

import tao_launcher
from tao_launcher.base import late

ROOT = Path(str(tao_launcher.__file__)).parents[1]


def test_they_are_the_modules() -> None:
    assert late.re.fullmatch is re.fullmatch
    assert late.json.loads is json.loads and late.json.JSONDecodeError is json.JSONDecodeError
    with pytest.raises(AttributeError, match='no attribute'):
        late.re.nothing  # type: ignore[attr-defined]  # noqa: B018


@pytest.mark.parametrize(('code', 'loaded'), [
    ('pass', ''), ('late.re.compile', 're'), ('late.json.dumps', 're json'),
])
def test_they_are_loaded_by_the_first_use(code: str, loaded: str) -> None:
    """Where nothing else has loaded them: -S leaves out what the machine's site does."""
    program = (
        f'import sys; sys.path.insert(0, {str(ROOT)!r}); from tao_launcher.base import late\n{code}\n'
        'print(*[name for name in ("re", "json") if name in sys.modules])'
    )
    done = subprocess.run([sys.executable, '-I', '-S', '-c', program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == loaded
