"""The hand-over to sbatch: its answer, and what is said when there is none."""
from __future__ import annotations

from pathlib import Path

import pytest
from support import Result, tao, tao_process


def test_no_sbatch() -> None:
    done = tao('submit', 'slurm', 'dino', 'train', env={'PATH': '/nowhere'})
    assert done == Result(125, '', (
        'tao: error: sbatch: no such program\n    tao submit slurm hands its script to Slurm\n'
        '    try: run it where sbatch is, or write the script with --dry-run\n'
    ))


def test_clusters_of_a_federation(tmp_path: Path) -> None:
    (tmp_path / 'sbatch').write_text('#!/bin/sh\ncat >/dev/null; echo "7;far"\n')
    (tmp_path / 'sbatch').chmod(0o755)
    env = {'PATH': f'{tmp_path}:/usr/bin:/bin'}
    done = tao('submit', 'slurm', '--sbatch-arg=--chdir=/far away', 'dino', 'train', env=env)
    assert done == Result(0, '7\n', (
        'tao: notice: Slurm has it now, tao list has not: squeue -M far -j 7\n'
        "tao: notice: what it writes: tail -F '/far away/model-dino-train-7.log'\n"
        'tao: notice: to end it: scancel -M far 7\n'
    ))


def test_an_sbatch_that_takes_its_time(tmp_path: Path) -> None:
    (tmp_path / 'sbatch').write_text('#!/bin/sh\nsleep 0.6; cat >"${0%/*}/script"; echo 7\n')
    (tmp_path / 'sbatch').chmod(0o755)
    words = ['--quiet', 'submit', 'slurm', 'dino', 'train', 'x' * 100000]  # more than a pipe holds
    assert tao(*words, env={'PATH': f'{tmp_path}:/usr/bin:/bin'}) == Result(0, '7\n', '')
    assert (tmp_path / 'script').read_text() == tao('--dry-run', *words).out


def test_an_sbatch_that_does_not_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / 'sbatch').write_text('#!/bin/sh\nexec sleep 60\n')
    (tmp_path / 'sbatch').chmod(0o755)
    monkeypatch.setattr('tao_launcher.commands.submit.to_slurm.PATIENCE', 1.0)
    done = tao('submit', 'slurm', '--name=night', 'dino', 'train', env={'PATH': f'{tmp_path}:/usr/bin:/bin'})
    assert done == Result(125, '', (
        'tao: error: sbatch did not end, and may have submitted the job\n    no answer within 1 s\n'
        '    try: squeue --name night\n'
    ))


SCONTROL_SAYS = [
    ('', 0), ('', 1), ('JobId=7 ExitCode=0:0', 0), ('JobState= ExitCode=0:0', 0), ('\u00b2' * 100, 0),
    ('JobState=RUNNING', 1),
]


@pytest.mark.parametrize(('said', 'code'), SCONTROL_SAYS)
def test_a_slurm_that_does_not_say_how_a_job_is_doing(
    said: str, code: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
) -> None:
    (tmp_path / 'sbatch').write_text('#!/bin/sh\necho a word of the site\necho 7\n')
    (tmp_path / 'scontrol').write_text(f'#!/bin/sh\necho "{said}"\nexit {code}\n')
    for name in ('sbatch', 'scontrol'):
        (tmp_path / name).chmod(0o755)
    monkeypatch.setattr('tao_launcher.commands.submit.to_slurm.SILENCE', 0.3)
    monkeypatch.setattr('tao_launcher.commands.submit.to_slurm.OFTEN', 0.1)
    done = tao('--quiet', 'submit', 'slurm', '--wait', 'dino', 'train', env={'PATH': f'{tmp_path}:/usr/bin:/bin'})
    assert done == Result(125, '7\n', (
        'tao: error: Slurm does not know how job 7 ended\n    scontrol shows no state of it\n    try: sacct -j 7\n'
    ))


@pytest.mark.parametrize('said', ['--all', 'Submitted batch job 7', '7 8', '\u00b2', '9' * 5000, '7;a b', '7;$(id)'])
def test_an_sbatch_that_prints_no_number(said: str, tmp_path: Path) -> None:
    (tmp_path / 'sbatch').write_text(f"#!/bin/sh\necho '{said}'\n")
    (tmp_path / 'sbatch').chmod(0o755)
    done = tao('submit', 'slurm', '--wait', 'dino', 'train', env={'PATH': f'{tmp_path}:/usr/bin:/bin'})
    assert done == Result(125, '', (
        f'tao: error: sbatch has taken the job, but did not print its number\n    {said}\n'
        '    try: squeue --name model-dino-train\n'
    ))


def test_ctrl_c_while_it_is_submitted(tmp_path: Path) -> None:
    (tmp_path / 'sbatch').write_text('#!/bin/sh\nkill -INT "$PPID"\nexec sleep 60\n')
    (tmp_path / 'sbatch').chmod(0o755)
    done = tao_process('submit', 'slurm', 'dino', 'train', env={'PATH': f'{tmp_path}:/usr/bin:/bin'})
    assert done == Result(-2, '', (
        'tao: notice: sbatch was interrupted, and may have submitted the job: squeue --name model-dino-train\n'
    ))
