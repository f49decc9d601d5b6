"""The escape hatches to Slurm: which words for sbatch and srun may be passed through."""
from __future__ import annotations

import re

from ...base.text import is_utf8
from ...settings.docker_args import decided

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

# Options of sbatch that this command decides, and its own option for them.
DECIDED = {
    '--nodes': '--nodes', '--ntasks': '--nodes', '--ntasks-per-node': '--nodes', '--gpus': '--gpus_per_node',
    '--gpus-per-node': '--gpus_per_node', '--gpus-per-task': '--gpus_per_node', '--time': '--time',
    '--partition': '--partition', '--account': '--account', '--job-name': '--name', '--wait': '--wait',
    '--export': '--env', '--export-file': '--env', '--parsable': '', '--wrap': '', '--input': '',
}
ENDS = ('--help', '--usage', '--version', '--test-only', '-h', '-V')  # sbatch or srun, with code 0 and no job
# Options of srun that this command decides, and its own option for them.
DECIDED_OF_SRUN = {
    '--nodes': '--nodes', '--ntasks': '--nodes', '--ntasks-per-node': '--nodes',
    '--gpus': '--gpus_per_node', '--gpus-per-node': '--gpus_per_node',
    '--gpus-per-task': '--gpus_per_node', '--export': '--env', '--wait': '',
    '--kill-on-bad-exit': '', '--label': '',
    '--multi-prog': '', '--pty': '', '--jobid': '', '--job-name': '--name', '--input': '',
    '--container-image': '--image', '--container-mounts': '--volume', '--container-workdir': '--workdir',
    '--container-env': '--env', '--container-remap-root': '--run_as_user', '--no-container-remap-root': '--run_as_user',
    '--container-entrypoint': '--entrypoint', '--no-container-entrypoint': '--entrypoint', '--container-writable': '',
    '--container-mount-home': '--volume', '--no-container-mount-home': '--volume', '--container-readonly': '',
}


def sbatch_word(text: str) -> str:
    """One option for sbatch, its value joined by "=", none that the launcher decides. Raises ValueError."""
    name, _, value = text.partition('=')
    if not re.fullmatch('--[a-z][a-z-]+', name) or re.search(r'[\0-\x1f\x7f]', value):
        raise ValueError('expected one option with its value joined by "=", such as --qos=low')
    if name == '--array':
        raise ValueError('a submission is one job; submit each of several by itself')
    _check_utf8(value)
    _refuse(name, DECIDED)
    return text


def srun_word(text: str) -> str:
    """One option for srun by its long name, its value joined by "=", none that the launcher decides.

    Raises ValueError. Of a short one it would have to be known whether it takes the next word for its value.
    """
    name, equals, value = text.partition('=')
    if not re.fullmatch('--[a-z][a-z0-9-]+', name) or re.search(r'[\0-\x1f\x7f]', text):
        raise ValueError('expected one option with its value joined by "=", such as --cpu-bind=none')
    _check_utf8(text)
    _refuse(name, DECIDED_OF_SRUN)
    return text


def _check_utf8(text: str) -> None:
    """Raise ValueError for what only a shell's quoting could write, which sbatch does not read."""
    if not is_utf8(text):
        raise ValueError('not UTF-8')


def _refuse(name: str, ours: Mapping[str, str]) -> None:
    """Raise ValueError for an option that the launcher decides, whole or shortened, or that ends without a job."""
    if name in ours:
        raise decided(ours[name])
    if name in ENDS:
        raise ValueError('it would end without a job')
    whole = [one for one in (*ours, *ENDS) if name.startswith('--') and one.startswith(name)]
    if whole and name != '--container':  # which is another option
        raise ValueError(f'expected the whole name of the option, not a part of {whole[0]}')
