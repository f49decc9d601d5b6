"""The options of a submission, each with what is wrong with it."""
from __future__ import annotations

import pytest
from support import Result, tao


def submit(*given: str) -> Result:
    return tao('submit', 'slurm', '--dry-run', *given)


ERRORS = {
    '--nodes 0 --time soon --container=lxc --gpus_per_node=many --sbatch-arg=qos dino train': (
        '--sbatch-arg: "qos": expected one option with its value joined by "=", such as --qos=low',
        '--nodes: "0": expected a whole number from 1 to 99999',
        '--time: "soon": expected minutes, H:M:S, D-H or D-H:M:S',
        '--container: "lxc": expected docker, pyxis or apptainer',
        '--gpus_per_node: "many": expected a number up to 999 or TYPE:NUMBER',
    ),
    '--gpus 0,1 dino train': ('--gpus 0,1: Slurm chooses the GPUs; say how many: --gpus_per_node 2',),
    '--gpus all dino train': ('--gpus all: Slurm chooses the GPUs; say how many: --gpus_per_node 8',),
    '--gpus count=2 --gpus_per_node 2 dino train': ('--gpus and --gpus_per_node cannot be combined',),
    '--sbatch-arg=--nodes=3 dino train': ('--sbatch-arg: "--nodes=3": expected --nodes instead',),
    '--sbatch-arg=--wrap=id dino train': ('--sbatch-arg: "--wrap=id": the launcher decides this itself',),
    '--srun-arg=--label --srun-arg=bash dino train': (
        '--srun-arg: "--label": the launcher decides this itself',
        '--srun-arg: "bash": expected one option with its value joined by "=", such as --cpu-bind=none',
    ),
    '--sbatch-arg=--array=1-3 dino train': (
        '--sbatch-arg: "--array=1-3": a submission is one job; submit each of several by itself',
    ),
    '--detach --tty dino train': (
        '--detach: a submitted job has no terminal here, and runs on by itself',
        '--tty: a submitted job has no terminal here, and runs on by itself',
    ),
}


@pytest.mark.parametrize('line', ERRORS)
def test_errors(line: str) -> None:
    first, *others = ERRORS[line]
    assert submit(*line.split()) == Result(2, '', '\n'.join((
        f'tao: error: {first}', *(f'    {other}' for other in others), '    try: tao submit slurm --help', '',
    )))


@pytest.mark.parametrize('dry_run', [(), ('--dry-run',)])
@pytest.mark.parametrize(('program', 'option', 'said'), [
    ('kubernetes', '--pvc=c:/x\udcff', '--pvc: "c:/x\\xff": a path that is not UTF-8, which JSON needs'),
    ('slurm', '--sbatch-arg=--comment=\udcff', '--sbatch-arg: "--comment=\\xff": not UTF-8'),
    ('slurm', '--srun-arg=--comment=\udcff', '--srun-arg: "--comment=\\xff": not UTF-8'),
])
def test_what_is_not_utf8(program: str, option: str, said: str, dry_run: tuple[str, ...]) -> None:
    assert tao('submit', program, *dry_run, option, 'dino', 'train') == Result(
        2, '', f'tao: error: {said}\n    try: tao submit {program} --help\n',
    )
