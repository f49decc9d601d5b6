"""What a launch with Apptainer cannot have: an error for options, a notice for what all launches share. Pure."""
from __future__ import annotations

from ..base.errors import UsageError
from ..base.text import plural
from ..settings.container_values import is_file
from ..settings.option import REFUSED
from ..settings.values import Source
from . import here
from .unmet import unmet

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ..settings.option import Option
    from .plan import Plan

# Why, by Option.key.
WHY = {
    'port': 'the job has the network of this machine, with its ports as they are',
    'port_mapping': 'the job has the network of this machine: --port is where the service listens',
    'network': 'the job has the network of this machine',
    'user': 'the job runs as the caller',
    'ulimit': 'the job has the limits of the caller: ulimit sets them before the launch',
    'shm_size': '/dev/shm has half of the memory of this machine',
    'ipc': 'host or private',
    'platform': 'the image is for this machine',
    'name': 'the job is a process, and has no name',
    'detach': 'nothing would keep the job: nohup tao … > job.log &',
    'docker_arg': 'there is no docker to be told it',
    'host_path': 'there is no daemon to have another path',
    'group_add': 'the job has the groups of the caller',
    'privileged': 'the job may do what the caller may',
    'link': 'for --engine none; mounts are at their places here',
    'pull': 'the image is a file, which nobody pulls',
}


def refuse(plan: Plan, machine: str) -> None:
    """Raise UsageError with every option of the command line that cannot be had; `machine` is this one's kind."""
    wrong = [f'{source}: {WHY[key]}' for key, source in _unmet(plan, machine) if source.kind == 'option']
    wrong = list(dict.fromkeys(wrong))
    if wrong:
        raise UsageError(
            f'{plural(len(wrong), "option")} that {plan.profile.name} does not support', *wrong,
            advice='leave them out, or use --engine docker where there is one',
        )


def notices(plan: Plan, machine: str, memory: int, soft_limits: Mapping[str, int | None]) -> list[str]:
    """What of the mounts file and of variables, which other launches share, has no effect; limits that are lower."""
    found = [
        str(source) for key, source in _unmet(plan, machine)
        if source.kind != 'option' and key not in ('shm_size', 'ulimit')
    ]
    without = list(dict.fromkeys(found))
    parts = [f'{", ".join(without)} {"has" if len(without) == 1 else "have"} no effect'] if without else []
    parts += here.lower_limits(plan, memory // 2, soft_limits)
    return [f'with {plan.profile.name}: {"; ".join(parts)}'] if parts else []


def _unmet(plan: Plan, machine: str) -> Iterator[tuple[str, Source]]:
    """(Option.key, where it comes from) of what cannot be had."""
    passed, is_service = plan.passed, plan.target.is_service
    met = {
        'network': passed.get('network', 'host') == 'host', 'ipc': passed.get('ipc') in (None, 'host', 'private'),
        'platform': _is_of(machine, str(passed.get('platform', ''))), 'user': False, 'port': is_service,
        'pull': not is_file(plan.image) or passed.get('pull') != 'always',
    }

    def is_unmet(row: Option) -> bool:
        return not met.get(row.key, row.apptainer != REFUSED)

    for row, source in unmet(plan, is_unmet):
        yield row.key, source
    for flag in ('detach', 'link'):
        if flag in plan.settings.flags:
            yield flag, Source('option', f'--{flag}')


def _is_of(machine: str, platform: str) -> bool:
    """Whether an image of that platform, if any is named, runs on a machine of this kind, as uname has it."""
    if not platform:
        return True
    from ..engine.platforms import architecture

    return architecture(platform) in ('', architecture(machine))
