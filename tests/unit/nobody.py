"""The launcher as a user to whom less is open than to root."""
from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Mapping

import pytest
from support import Result

NOBODY = 65534


def as_nobody(*words: str, env: Mapping[str, str] | None = None) -> Result:
    """The launcher as a user who may not read everything; root changes to nobody for it."""
    import tao_launcher

    package = Path(str(tao_launcher.__file__)).parent.parent
    code = (
        'import os, sys\n'
        f'if os.geteuid() == 0: os.setgroups([]); os.setgid({NOBODY}); os.setuid({NOBODY})\n'
        f'sys.path.insert(0, {str(package)!r})\n'
        'from tao_launcher.main import main\n'
        'sys.exit(main(sys.argv[1:]))\n'
    )
    done = subprocess.run([shared_python(), '-c', code, *words], capture_output=True, check=False, cwd='/',
        env={**os.environ, **(env or {})})
    return Result(done.returncode, os.fsdecode(done.stdout), os.fsdecode(done.stderr))


def shared_python() -> str:
    """An interpreter that nobody can start: ours may live below a home that is closed to others."""
    candidates = [sys.executable, '/usr/bin/python3'] if os.geteuid() == 0 else [sys.executable]
    import tao_launcher

    for python in candidates:
        probe = (
            f'import os, sys\nif os.geteuid() == 0: os.setgroups([]); os.setgid({NOBODY}); os.setuid({NOBODY})\n'
            f'os.listdir({str(Path(str(tao_launcher.__file__)).parent)!r}); import json, pwd, grp, shlex, argparse'
        )
        if shutil.which(python):
            done = subprocess.run([python, '-c', probe], stderr=subprocess.PIPE, check=False, cwd='/')
            if done.returncode == 0:
                return python
    pytest.skip('no python that an ordinary user could start with this package')
    raise AssertionError
