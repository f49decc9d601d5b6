"""What `tao submit slurm` would submit, and a node that runs it."""
from __future__ import annotations

import os
import subprocess
from pathlib import Path
from types import MappingProxyType
from typing import Mapping

from support import Result, tao

# A docker and an srun that stand for a node: srun runs what it is given, docker writes down its words.
FAKES = {
    'srun': 'for word; do shift; case $word in bash) break ;; esac; done\nexec bash "$@"',
    'scontrol': 'case $2 in hostnames) printf "node7\\nnode8\\n" ;; config) echo "KillWait         = 30 sec" ;; esac',
    'docker': 'printf "%s\\0" "$@" >"$CALLS"; env -0 >"$CALLS.env"',
}
NODE = {
    'SLURM_JOB_ID': '12345', 'SLURM_JOB_NUM_NODES': '2', 'SLURM_JOB_NODELIST': 'node[7-8]', 'SLURM_NODEID': '1',
    'SLURM_STEP_ID': '0', 'SLURM_STEP_NUM_NODES': '2', 'SLURMD_NODENAME': 'node8', 'SLURM_STEP_GPUS': '2,5',
}


def on_a_node(
    text: str, folder: Path, variables: Mapping[str, str] = MappingProxyType({}),
    fakes: Mapping[str, str] = MappingProxyType(FAKES),
) -> tuple[list[str], dict[str, str]]:
    """docker's words and environment when a node runs a script."""
    for name, body in fakes.items():
        (folder / name).write_text(f'#!/bin/bash\n{body}\n')
        (folder / name).chmod(0o755)
    env = {'PATH': f'{folder}:/usr/bin:/bin', 'CALLS': str(folder / 'calls'), **NODE, **variables}
    subprocess.run(['bash'], input=os.fsencode(text), env=env, check=True, timeout=60)
    calls, environ = ((folder / name).read_bytes() for name in ('calls', 'calls.env'))
    entries = (os.fsdecode(entry).partition('=') for entry in environ.split(b'\0')[:-1])
    return [os.fsdecode(word) for word in calls.split(b'\0')[:-1]], {name: value for name, _, value in entries}


def submit(*given: str) -> Result:
    """The dry run of a submission."""
    return tao('submit', 'slurm', '--dry-run', *given)


def script(*given: str) -> str:
    """The script of one that nothing is said about."""
    done = submit(*given)
    assert (done.code, done.err) == (0, '')
    return done.out
