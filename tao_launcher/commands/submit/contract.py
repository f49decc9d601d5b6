"""TAO's contract for several nodes: the variables by which a container knows its place among the others."""
from __future__ import annotations

from ...launch.variables import LAUNCH_ID

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ...launch.plan import Plan

# WORLD_SIZE is the number of nodes, NODE_RANK counts them from 0.
NAMES = ('WORLD_SIZE', 'NODE_RANK', 'NUM_GPU_PER_NODE', 'MASTER_ADDR', 'MASTER_PORT')


def decided(plan: Plan) -> tuple[str, ...]:
    """Those that the cluster decides: all, but a MASTER_PORT of the user's own stays.

    A firewall may leave only some ports open.
    """
    return NAMES[:-1] if master_port(plan) else NAMES


def master_port(plan: Plan) -> str:
    """The port that the user has chosen, or ''."""
    found = [word.partition('=')[2] for word in plan.variables if word.startswith('MASTER_PORT=')]
    return found[0] if found else ''


def replaced(plan: Plan) -> tuple[str, ...]:
    """Notices about what someone had set and the cluster decides."""
    names = [word.partition('=')[0] for word in plan.variables]
    return tuple(f'{name} is left out: the cluster decides it' for name in names if name in decided(plan))


def by_name(plan: Plan) -> tuple[Plan, tuple[str, ...]]:
    """The plan with these variables by name, for an environment that has them; and notices."""
    ours = decided(plan)
    kept = [word for word in plan.variables if word.partition('=')[0] not in (*ours, LAUNCH_ID)]
    names = [name for name in plan.by_name if name not in ours]
    # sudo has to keep the id as well, by which the container is found
    return plan._replace(
        variables=(*kept, *ours, LAUNCH_ID), by_name=(*names, *ours, *[LAUNCH_ID][:plan.is_sudo]),
    ), replaced(plan)
