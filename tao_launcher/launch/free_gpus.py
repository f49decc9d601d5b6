"""Which GPUs are idle, for a launch that takes whichever are."""
from __future__ import annotations

from ..base import machine
from ..base.errors import UsageError
from ..base.late import re
from ..base.text import plural
from ..engine import answers
from ..engine.ask import ask
from ..settings.values import Gpus
from .gpus import request

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ..base.output import Output
    from ..engine.daemon import Daemon
    from ..settings.settings import Settings

# What nvidia-smi is asked for a choice of idle GPUs, and the words that ask it.
GPU_QUERY = ('nvidia-smi', '--query-gpu=index,uuid', '--format=csv,noheader')
PROCESS_QUERY = ('nvidia-smi', '--query-compute-apps=gpu_uuid,pid,process_name,used_memory', '--format=csv,noheader')


def with_free_gpus(settings: Settings, engine: Daemon, environ: Mapping[str, str], output: Output) -> Settings:
    """The settings with as many idle GPUs as wanted. Raises UsageError; a dry run queries nothing, so knows none."""
    if engine.is_remote:
        raise UsageError(
            f'the daemon is remote ({engine.shown_address}): which GPUs are free there is not known here',
            advice='name them: --gpus 0,1',
        )
    if settings.dry_run:
        raise UsageError('which GPUs are free is known only at launch', advice='name them for a dry run: --gpus 0,1')
    told = [ask(query, environ, timeout=20.0) for query in (GPU_QUERY, PROCESS_QUERY)]
    for answer in told:
        if answer.code != 0:
            raise UsageError('nvidia-smi does not tell which GPUs are free', (answer.err or answer.out).strip()[:200])
    count = settings.gpus.first if settings.gpus else 1
    allowed = request(None, environ)[0].ids  # in a Slurm job its own
    picked = pick_free(count, told[0].out, told[1].out, machine.process_owner, allowed)
    output.notice(f'free GPUs: {",".join(picked.ids)}')
    return settings._replace(gpus=picked)


def pick_free(
    count: int, gpu_rows: str, process_rows: str, owner: Callable[[str], str] = lambda pid: '',
    allowed: tuple[str, ...] = (),
) -> Gpus:
    """The first `count` GPUs without a compute process, from nvidia-smi's answers to the queries above.

    owner(pid) names the user of a process, or ''. `allowed` are the indices or UUIDs to choose from, if
    not all are. Raises UsageError with who holds what when there are not enough.
    """
    holders: dict[str, list[str]] = {}  # by UUID
    for line in process_rows.splitlines():
        uuid, comma, process = line.partition(',')  # a process name may hold commas
        if comma:
            pid, _, rest = process.strip().partition(',')
            whose = owner(pid) if answers.digits(pid) else ''
            holders.setdefault(uuid.strip(), []).append(f'{f"{whose}, " if whose else ""}process {pid},{rest}')
    rows = [line.split(',') for line in gpu_rows.splitlines()]
    listed = [(index.strip(), uuid.strip()) for index, uuid, *_ in (row for row in rows if len(row) > 1)]
    gpus = [gpu for gpu in dict.fromkeys(listed) if re.fullmatch('[0-9]{1,4}', gpu[0])]  # a word of the engine's
    gpus = [gpu for gpu in gpus if not allowed or set(gpu) & set(allowed)]
    free = tuple(index for index, uuid in gpus if uuid not in holders)
    if len(free) < count:
        raise UsageError(
            f'{plural(count, "free GPU")} wanted, {len(free)} of {len(gpus)} free',
            *(f'GPU {index}: {"; ".join(holders[uuid])}' for index, uuid in gpus if uuid in holders),
            advice='wait, or name the GPUs: --gpus 0,1',
        )
    return Gpus('ids', free[:count])
