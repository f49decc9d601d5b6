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
        'tao: notice: Slurm has it now; tao list does not show it: squeue -M far -j 7\n'
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
    (tmp_path / 'sbatch').write_text('#!/bin/sh\nexec sleep 600\n')
    (tmp_path / 'sbatch').chmod(0o755)
    monkeypatch.setattr('tao_launcher.commands.submit.to_slurm.PATIENCE', 1.0)
    done = tao('submit', 'slurm', '--name=night', 'dino', 'train', env={'PATH': f'{tmp_path}:/usr/bin:/bin'})
    assert done == Result(125, '', (
        'tao: error: sbatch did not end, and may have submitted the job\n    no answer within 1 s\n'
        '    try: squeue --name night\n'
    ))


@pytest.mark.parametrize(('end', 'said'), [
    ('kill -9 $$', 'sbatch was ended by SIGKILL, and may have submitted the job\n    try: squeue --name night'),
    ('exit 3', 'sbatch did not accept the job\n    it ended with exit code 3 and said nothing'),
    ('echo no >&2; exit 1', 'sbatch did not accept the job\n    no'),
])
def test_an_sbatch_that_fails(end: str, said: str, tmp_path: Path) -> None:
    (tmp_path / 'sbatch').write_text(f'#!/bin/sh\n{end}\n')
    (tmp_path / 'sbatch').chmod(0o755)
    done = tao('submit', 'slurm', '--name=night', 'dino', 'train', env={'PATH': f'{tmp_path}:/usr/bin:/bin'})
    assert done == Result(125, '', f'tao: error: {said}\n')


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
        f'tao: error: sbatch has accepted the job but did not print its number\n    {said}\n'
        '    try: squeue --name model-dino-train\n'
    ))


def test_ctrl_c_while_it_is_submitted(tmp_path: Path) -> None:
    (tmp_path / 'sbatch').write_text('#!/bin/sh\nkill -INT "$PPID"\nexec sleep 600\n')
    (tmp_path / 'sbatch').chmod(0o755)
    done = tao_process('submit', 'slurm', 'dino', 'train', env={'PATH': f'{tmp_path}:/usr/bin:/bin'})
    assert done == Result(-2, '', (
        'tao: notice: sbatch was interrupted, and may have submitted the job: squeue --name model-dino-train\n'
    ))


def slurm_that_says(folder: Path, *answers: str, sacct: str = '') -> dict[str, str]:
    """An environment with a Slurm whose scontrol gives these answers, one after another, the last again and again."""
    for i, answer in enumerate(answers):
        (folder / f'answer-{i}').write_text(answer)
    (folder / 'sbatch').write_text('#!/bin/sh\necho 7\n')
    (folder / 'sacct').write_text(f'#!/bin/sh\necho "{sacct}"\n')
    (folder / 'scontrol').write_text(
        f'#!/bin/sh\n[ "$1" = --oneliner ] || exec cat {folder}/stdout\nn=$(cat {folder}/n)\n'
        f'[ ! -e {folder}/answer-$((n + 1)) ] || echo $((n + 1)) >{folder}/n\nexec cat {folder}/answer-$n\n'
    )
    (folder / 'n').write_text('0')
    (folder / 'stdout').write_text('JobId=7\n   StdOut=/logs/seven\n')
    for name in ('sbatch', 'scontrol', 'sacct'):
        (folder / name).chmod(0o755)
    return {'PATH': f'{folder}:/usr/bin:/bin'}


PENDING = 'JobId=7 JobState=PENDING Reason={} Dependency=(null) ExitCode=0:0'


def waited(folder: Path, monkeypatch: pytest.MonkeyPatch, *answers: str, sacct: str = '') -> Result:
    """What --wait says; its last lines, without those of the submission."""
    monkeypatch.setattr('tao_launcher.commands.submit.to_slurm.OFTEN', 0.01)
    env = slurm_that_says(folder, *answers, sacct=sacct)
    done = tao('submit', 'slurm', '--wait', 'dino', 'train', env=env)
    return done._replace(err=done.err.partition('tao: notice: to end it: scancel 7\n')[2])


def test_reasons(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    answers = [PENDING.format(reason) for reason in ('None', 'Priority', 'Priority', 'Resources')]
    over = 'JobId=7 JobState=TIMEOUT Reason=TimeLimit ExitCode=0:15'
    assert waited(tmp_path, monkeypatch, *answers, 'JobId=7 JobState=RUNNING Reason=None', over) == Result(143, '7\n', (
        'tao: notice: job 7 waits: Priority\ntao: notice: job 7 waits: Resources\n'
        'tao: notice: job 7: TIMEOUT (TimeLimit)\n'
    ))


@pytest.mark.parametrize(('said', 'code', 'notice'), [
    ('FAILED|3:0', 3, 'tao: notice: job 7: FAILED\n'), ('COMPLETED|0:0', 0, ''),
    ('CANCELLED by 0|0:0', 1, 'tao: notice: job 7: CANCELLED\n'),
])
def test_a_job_that_slurm_has_forgotten(
    said: str, code: int, notice: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
) -> None:
    found = waited(tmp_path, monkeypatch, 'JobId=7 JobState=RUNNING', 'JobId=7', sacct=said)
    assert found == Result(code, '7\n', notice)


def test_the_log_is_where_slurm_says(tmp_path: Path) -> None:
    done = tao('submit', 'slurm', '--sbatch-arg=--output=%x', 'dino', 'train', env=slurm_that_says(tmp_path))
    assert 'tao: notice: what it writes: tail -F /logs/seven\n' in done.err
