"""GPU requests: which GPUs a launch gets, and how each engine is told."""
from __future__ import annotations

from ..base.errors import UsageError, tried
from ..base.late import re
from ..engine.docker import DOCKER
from ..settings import parsers
from ..settings.values import Gpus, Source, Variable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ..base.errors import Fatal
    from ..engine.daemon import Daemon
    from ..engine.profile import Profile
    from ..settings.settings import Settings


def given(settings: Settings, environ: Mapping[str, str]) -> Gpus | None:
    """The GPUs asked for; a mounts file's "all" is not meant for a node that Slurm has divided."""
    in_file = settings.gpus == Gpus('all') and settings.sources['gpus'].kind == 'file'
    return None if in_file and environ.get('SLURM_JOB_ID') else settings.gpus


def request(given: Gpus | None, environ: Mapping[str, str]) -> tuple[Gpus, str]:
    """The GPUs to ask for and a notice (or ''): in a Slurm job its own, else all.

    Docker knows nothing of Slurm's allocation, and all GPUs of a shared node are never meant.
    Raises UsageError in a Slurm job whose GPUs cannot be told, or not by numbers and UUIDs.
    """
    if given is not None:
        first = f'docker takes the first {given.first} GPUs, whoever uses them; free:{given.first} picks idle ones'
        return given, first if given.kind == 'count' else ''
    job = environ.get('SLURM_JOB_ID')
    if not job:
        return Gpus('all'), ''
    for name in ('CUDA_VISIBLE_DEVICES', 'SLURM_STEP_GPUS', 'SLURM_JOB_GPUS'):
        ids = tuple(dict.fromkeys(one.strip() for one in environ.get(name, '').split(',') if one.strip()))
        # CUDA's indices may count from 0 inside the job's own GPUs; UUIDs are unmistakable, and of MIG devices Slurm's
        # own numbers are no device indices
        trusted = name != 'CUDA_VISIBLE_DEVICES' or all(one.startswith(('GPU-', 'MIG-')) for one in ids)
        if ids and trusted:
            _check(name, ids)
            return Gpus('ids', ids), f'Slurm job {job}: GPUs {",".join(ids)} (from {name})'
    # salloc's shell is not on the job's nodes, where Slurm sets them
    is_on_a_node = environ.get('SLURM_STEP_ID') or environ.get('SLURMD_NODENAME')
    advice = 'say which: --gpus 0,1 (or --gpus none)'
    raise UsageError(
        f'in Slurm job {job} and cannot tell its GPUs',
        'neither SLURM_STEP_GPUS nor SLURM_JOB_GPUS is set, and CUDA_VISIBLE_DEVICES holds no UUIDs',
        advice=advice if is_on_a_node else 'srun tao …, or ' + advice,
    )


def decided(
    settings: Settings, daemon: Daemon, environ: Mapping[str, str], faults: list[Fatal], *, is_tegra: bool,
) -> tuple[Gpus, list[tuple[str, ...]], list[Variable], str, str]:
    """(the GPUs to ask for, the engine's words and the variables for them, a notice, what Slurm says of them).

    What is wrong with the request goes to `faults`.
    """
    nothing: tuple[Gpus | None, Gpus, str] = (None, Gpus('none'), '')
    given, wanted, notice = tried(faults, lambda: asked(settings, daemon, environ), nothing)
    words, variables = engine_words(wanted, daemon, is_tegra=is_tegra)
    variables += of_the_caller(settings, wanted, daemon, environ)
    return wanted, words, variables, notice, notice if given is None else ''


def asked(
    settings: Settings, daemon: Daemon, environ: Mapping[str, str],
) -> tuple[Gpus | None, Gpus, str]:
    """(the GPUs asked for, those to ask for, a notice or ''), as `given` and `request` tell.

    A job that is a child of ours has the caller's own, those of a Slurm job too. Raises UsageError.
    """
    wanted = given(settings, environ)
    if not daemon.profile.is_child:
        return (wanted, *request(wanted, environ))
    if wanted and wanted.kind == 'count':
        visible = [one.strip() for one in environ.get('CUDA_VISIBLE_DEVICES', '').split(',') if one.strip()]
        ids = visible[:wanted.first] or [str(number) for number in range(wanted.first)]
        return wanted, Gpus('ids', tuple(ids)), ''
    return wanted, wanted or Gpus('all'), ''


def _check(name: str, ids: tuple[str, ...]) -> None:
    """Raise UsageError for what a variable calls GPUs and no engine does."""
    text = ','.join(ids)
    try:
        is_good = parsers.gpus(text).ids == ids
    except ValueError:
        is_good = False
    if not is_good:
        raise UsageError(
            f'{name}: "{text}": expected numbers or UUIDs of GPUs', advice='say which: --gpus 0,1 (or --gpus none)',
        )


def not_restricted(settings: Settings, daemon: Daemon, environ: Mapping[str, str]) -> str:
    """A notice that all GPUs are given although CUDA_VISIBLE_DEVICES shows the caller's own programs others, or ''.

    There is none where GPUs or the variable were asked for in words. In a Slurm job `request` reads the variable.
    """
    visible = environ.get('CUDA_VISIBLE_DEVICES')
    if visible is None or environ.get('SLURM_JOB_ID') or settings.gpus is not None or daemon.is_remote \
            or daemon.profile.is_child:
        return ''
    if any(variable.name == 'CUDA_VISIBLE_DEVICES' for variable in (*settings.file_variables, *settings.variables)):
        return ''
    same = 'none' if visible.strip() in ('', '-1') else visible.replace(' ', '')
    try:
        parsers.gpus(same)
    except ValueError:  # CUDA leaves such GPUs out, in its own way
        return 'CUDA_VISIBLE_DEVICES does not restrict a container: it gets all GPUs (--gpus gives it others)'
    return (
        f'CUDA_VISIBLE_DEVICES={visible} does not restrict a container: it gets all GPUs (--gpus {same} means the same)'
    )


def engine_words(gpus: Gpus, daemon: Daemon, *, is_tegra: bool) -> tuple[list[tuple[str, ...]], list[Variable]]:
    """The engine's words for a request, one option each, and the variables it needs."""
    if daemon.profile.is_child:
        option = daemon.profile.gpu_option
        return [(option,)] if option and gpus.kind != 'none' else [], _for_cuda(gpus)
    if gpus.kind == 'none':
        # without it a default nvidia runtime gives the container every GPU
        return [], [Variable('NVIDIA_VISIBLE_DEVICES', 'void', Source('setting', 'gpus'))]
    ids = gpus.ids or (tuple(str(i) for i in range(gpus.first)) if gpus.first else ('all',))
    if daemon.profile.uses_cdi:
        return [('--device', f'nvidia.com/gpu={one}') for one in ids], []
    if is_tegra and not daemon.is_remote:
        return [('--runtime', 'nvidia')], [Variable('NVIDIA_VISIBLE_DEVICES', ','.join(ids), Source('setting', 'gpus'))]
    if gpus.kind == 'ids':
        # docker reads the value as CSV: without the inner quotes the second id is another field
        return [('--gpus', f'"device={",".join(ids)}"')], []
    return [('--gpus', str(gpus.first) if gpus.first else 'all')], []


def _for_cuda(gpus: Gpus) -> list[Variable]:
    """The variables by which CUDA itself keeps a process to its GPUs. Raises UsageError for what it cannot be told."""
    source = Source('setting', 'gpus')
    parts = [one for one in gpus.ids if ':' in one]
    if parts:
        raise UsageError(
            f'--gpus {",".join(parts)}: CUDA_VISIBLE_DEVICES takes no index of a part of a GPU',
            advice='the MIG-UUID that nvidia-smi -L shows',
        )
    if gpus.kind == 'all':
        return []  # what CUDA_VISIBLE_DEVICES leaves of them
    found = [Variable('CUDA_VISIBLE_DEVICES', ','.join(gpus.ids), source)]
    if any(map(str.isdigit, gpus.ids)):  # CUDA counts the fastest first otherwise, nvidia-smi and docker by their place
        found.append(Variable('CUDA_DEVICE_ORDER', 'PCI_BUS_ID', source))
    return found


def of_the_caller(settings: Settings, request: Gpus, daemon: Daemon, environ: Mapping[str, str]) -> list[Variable]:
    """The caller's own variables about GPUs, for a job on the same GPUs whose environment is not the caller's.

    None where others were asked for, in words or by variables of the same names.
    """
    if not daemon.profile.gpu_option or request.kind != 'all':
        return []
    others = {variable.name for variable in settings.file_variables}
    return [
        Variable(name, environ[name], Source('variable', name))
        for name in ('CUDA_VISIBLE_DEVICES', 'CUDA_DEVICE_ORDER') if name in environ and name not in others
    ]


def indices(request: Gpus, words: Sequence[str], profile: Profile = DOCKER) -> list[str]:
    """A notice when a task is told GPU indices that it does not have: inside they count from 0."""
    count = len(request.ids) or request.first
    text = ' '.join(words) if count else ''
    if 'gpu_i' not in text:
        return []
    inside = re.findall('(?:^|[ .])gpu_ids=\\[?([0-9, ]+)|--gpu_index[= ]([0-9 ]+)', text)
    numbered = (int(n) for pair in inside for n in re.findall('[0-9]+', ' '.join(pair)) if len(n) < 10)
    indices = set(numbered)
    if not indices or max(indices) < count:
        return []
    numbers = '0' if count == 1 else f'0 to {count - 1}'
    which = f'GPUs {",".join(request.ids)} are' if request.ids else 'GPUs are'
    where = 'with CUDA_VISIBLE_DEVICES' if profile.is_child else 'inside the container'
    return [
        f'{where} the {which} numbered {numbers}; the task is told {",".join(map(str, sorted(indices)))}'
    ]
