"""Words for sbatch and srun: which are passed on, and what is said of the others."""
from __future__ import annotations

from typing import Callable

import pytest

from tao_launcher.commands.submit.slurm_words import sbatch_word, srun_word

FORM = 'expected one option with its value joined by "=", such as --'


@pytest.mark.parametrize(('parse', 'word'), [
    (srun_word, '--cpu-bind=none'), (srun_word, '--verbose'), (srun_word, '--container-name=x'),
    (srun_word, '--mpi=pmix'), (srun_word, '--container-entrypoint-log'),
    (srun_word, '--container=/x'), (srun_word, '--output=%t.log'),
    (sbatch_word, '--qos=low'), (sbatch_word, '--exclusive'), (sbatch_word, "--comment=it's"),
])
def test_passed_on(parse: Callable[[str], str], word: str) -> None:
    assert parse(word) == word


@pytest.mark.parametrize(('parse', 'word', 'why'), [
    (srun_word, 'bash', FORM + 'cpu-bind=none'), (srun_word, '--mpi=a\nb', FORM + 'cpu-bind=none'),
    (srun_word, '--', FORM + 'cpu-bind=none'), (srun_word, '-', FORM + 'cpu-bind=none'),
    (srun_word, '', FORM + 'cpu-bind=none'),
    (srun_word, '--export=ALL', 'expected --env instead'), (srun_word, '-w', FORM + 'cpu-bind=none'),
    (srun_word, '-wn1', FORM + 'cpu-bind=none'), (srun_word, '-N2', FORM + 'cpu-bind=none'),
    (srun_word, '--container-image=x', 'expected --image instead'),
    (srun_word, '--container-writable', 'the launcher decides this itself'),
    (srun_word, '--exp=ALL', 'expected the whole name of the option, not a part of --export'),
    (srun_word, '--version', 'it would end without a job'), (srun_word, '-V', FORM + 'cpu-bind=none'),
    (srun_word, '--vers', 'expected the whole name of the option, not a part of --version'),
    (sbatch_word, 'qos', FORM + 'qos=low'), (sbatch_word, '--nodes=2', 'expected --nodes instead'),
    (sbatch_word, '--nod=2', 'expected the whole name of the option, not a part of --nodes'),
    (sbatch_word, '--wrap=id', 'the launcher decides this itself'),
    (sbatch_word, '--test-only', 'it would end without a job'),
])
def test_refused(parse: Callable[[str], str], word: str, why: str) -> None:
    with pytest.raises(ValueError) as error:
        parse(word)
    assert str(error.value) == why
