"""TAO's contract for several nodes: the variables by which a container knows its place among the others.

With any of them TAO's entry point writes num_nodes and num_gpus into the spec file, and a rank looks for the first one.
One node alone has neither to do.
"""
from __future__ import annotations

from ...launch.arguments import arguments
from ...launch.paths import innermost
from ...launch.variables import LAUNCH_ID
from ...settings.values import clean_path

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from ...launch.plan import Plan
    from ...settings.values import Mount

# WORLD_SIZE is the number of nodes, NODE_RANK counts them from 0.
NAMES = ('WORLD_SIZE', 'NODE_RANK', 'NUM_GPU_PER_NODE', 'MASTER_ADDR', 'MASTER_PORT')
UNWRITTEN = (
    'for several nodes TAO writes their number into the spec file, and where it cannot, each node trains alone with '
    'default settings'
)


def decided(plan: Plan, nodes: int) -> tuple[str, ...]:
    """Those that the cluster decides: on several nodes all, but a MASTER_PORT of the user's own stays.

    A firewall may leave only some ports open.
    """
    if nodes < 2:
        return ()
    return NAMES[:-1] if master_port(plan) else NAMES


def master_port(plan: Plan) -> str:
    """The port that the user has chosen, or ''."""
    found = [word.partition('=')[2] for word in plan.variables if word.startswith('MASTER_PORT=')]
    return found[0] if found else ''


def notices(plan: Plan, nodes: int, mounts: Sequence[Mount]) -> tuple[str, ...]:
    """What is to be known of a job on so many nodes, in whose containers `mounts` are: see the two below."""
    return (*replaced(plan, nodes), *read_only_spec(plan, nodes, mounts))


def replaced(plan: Plan, nodes: int) -> tuple[str, ...]:
    """Notices about what someone had set and the cluster decides."""
    names = [word.partition('=')[0] for word in plan.variables]
    return tuple(f'{name} is left out: the cluster decides it' for name in names if name in decided(plan, nodes))


def read_only_spec(plan: Plan, nodes: int, mounts: Sequence[Mount]) -> tuple[str, ...]:
    """A notice about a spec file on a mount that TAO cannot write to."""
    found = ((path, innermost(path, mounts)) for path in specs(plan, nodes))
    return tuple(
        f'{path} is on a read-only mount ({where[0].origin}): {UNWRITTEN}; mount it for writing'
        for path, where in found if where and 'ro' in where[0].mode.split(',')
    )


def specs(plan: Plan, nodes: int) -> tuple[str, ...]:
    """The spec files, as container paths, that TAO writes into: with several nodes alone."""
    words = plan.target.arguments
    if nodes < 2 or not words:
        return ()
    workdir = plan.passed.get('workdir', '')
    paths = [argument.path for argument in arguments(words) if argument.is_spec(plan.target.command[0])]
    whole = (clean_path(f'{workdir}/{path}') if workdir and path[:1] != '/' else path for path in paths)
    return tuple(dict.fromkeys(whole))


def by_name(plan: Plan, nodes: int) -> Plan:
    """The plan with these variables by name, for an environment that has them."""
    ours = decided(plan, nodes)
    kept = [word for word in plan.variables if word.partition('=')[0] not in (*ours, LAUNCH_ID)]
    names = [name for name in plan.by_name if name not in ours]
    # sudo has to keep the id as well, by which the container is found
    return plan._replace(
        variables=(*kept, *ours, LAUNCH_ID), by_name=(*names, *ours, *[LAUNCH_ID][:plan.is_sudo]),
    )
