"""What a cluster calls a job is printed, wherever it can be read."""
from __future__ import annotations

from pathlib import Path

from support import Result, tao_process


def test_nobody_reads_the_id(tmp_path: Path) -> None:
    (tmp_path / 'sbatch').write_text('#!/bin/sh\ncat >/dev/null; echo 7\n')
    (tmp_path / 'sbatch').chmod(0o755)
    words = ['--quiet', 'submit', 'slurm', 'dino', 'train']
    done = tao_process(*words, env={'PATH': f'{tmp_path}:/usr/bin:/bin'}, closed=1)
    assert done == Result(0, '', 'tao: the job is submitted: 7\n')
