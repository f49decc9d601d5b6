"""A checkout of a backend for the tests of its runner's verbs, and how a runner is called on it."""
from __future__ import annotations

import hashlib
import json
import os
import re
import shlex
from pathlib import Path
from typing import Iterator

from support import Result, tao

from tao_launcher.base.host import package_data

PROFILES = json.loads(package_data('runners.json'))
DIGEST = 'sha256:' + 'a' * 64
BASE = 'nvcr.io/a/b'


def run(root: Path, *words: str, program: str = 'tao_pt', **env: str) -> Result:
    """A runner's command line on the checkout."""
    return tao(*words, program=program, env={PROFILES[program]['root_variable']: str(root), **env})


def without_minute(words: list[str]) -> list[str]:
    """A command without the minute of its tag and the folder of its file."""
    words = [re.sub(r'.*/(?=[0-9a-f]{12}\.built$)', '', word) for word in words]
    return [re.sub(r'(?<=-)\d{12}(?=$|-)', 'MINUTE', word) for word in words]


def commands(text: str) -> Iterator[list[str]]:
    """The lines of a dry run that are commands, as their words, without the minute."""
    for line in text.splitlines():
        if not line.startswith('# '):
            yield without_minute(shlex.split(line))


def name_of_files(root: Path) -> str:
    """How the files of a build of this checkout begin."""
    return hashlib.sha256(os.fsencode(os.path.realpath(root / 'docker/manifest.json'))).hexdigest()[:12]
