"""Calls of the developer runners on a checkout."""
from __future__ import annotations

import json
import shlex
from pathlib import Path

from support import tao

from tao_launcher.base.host import package_data

PROFILES = json.loads(package_data('runners.json'))
NAMES = {'registry': 'nvcr.io', 'repository': 'a/b'}


def argv_of(program: str, root: Path, *words: str, **env: str) -> list[str]:
    done = tao('--dry-run', *words, program=program, env={PROFILES[program]['root_variable']: str(root), **env})
    assert done.code == 0, done
    return shlex.split(done.out)
