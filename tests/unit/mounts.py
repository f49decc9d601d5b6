"""Reading a mounts file in tests: what it says, or the whole error."""
from __future__ import annotations

import json
from typing import Mapping

import pytest

from tao_launcher.base.errors import ConfigError
from tao_launcher.settings import mounts_file
from tao_launcher.settings.values import MountsFile

PATH = '/p/m.json'


def parsed(document: object, environ: Mapping[str, str] | None = None) -> MountsFile:
    """The mounts file with this value (or text, or bytes)."""
    if isinstance(document, str):
        document = document.encode()
    data = document if isinstance(document, bytes) else json.dumps(document).encode()
    return mounts_file.parse(data, PATH, environ or {}, '/home/user')


def refusal(document: object, environ: Mapping[str, str] | None = None) -> tuple[str, tuple[str, ...], str]:
    """(what, why, advice) of the file's error."""
    with pytest.raises(ConfigError) as error:
        parsed(document, environ)
    assert error.value.code == 2
    return error.value.what, error.value.why, error.value.advice


def faults(document: object, environ: Mapping[str, str] | None = None) -> list[str]:
    """The faults of a file that is JSON, without its path."""
    what, lines, _ = refusal(document, environ)
    why = [line for line in lines if not line.startswith('notice: ')]
    assert what == f'{PATH}: {len(why)} problem{"s" if len(why) > 1 else ""}'
    return list(why)
