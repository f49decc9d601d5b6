"""The parts of a Kubernetes pod, from a plan: its variables, its volumes, its user."""
from __future__ import annotations

import re

from ...engine import answers
from ...launch.same_paths import SAME
from ...launch.variables import LAUNCH_ID
from . import contract

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, Dict

    from ...launch.plan import Plan
    from ...settings.values import Mount
    from .submission import Submission

    Object = Dict[str, Any]

PORT = 29500
RANK = "metadata.annotations['batch.kubernetes.io/job-completion-index']"
# docker's sizes are powers of 1024 whatever they are called; those of Kubernetes are not
SIZES = {'': 0, 'b': 0, 'k': 1, 'm': 2, 'g': 3, 't': 4, 'p': 5}


def part(name: str, value: object) -> Object:
    """A key with its value, or nothing for an empty one."""
    return {name: value} if value else {}


def put(whole: Object, path: str, value: object) -> None:
    """Set what is at a path such as container.resources.limits.memory."""
    *names, last = path.split('.')
    for name in names:
        whole = whole.setdefault(name, {})
    whole[last] = value


def literal(text: str) -> str:
    """A text in which Kubernetes expands nothing: it reads $(NAME) and $$."""
    return text.replace('$', '$$') if '$(' in text or '$$' in text else text


def by_name(plan: Plan, nodes: int) -> tuple[str, ...]:
    """The variables whose values must not be seen: they come from the Secret."""
    return tuple(name for name in plan.by_name if name not in contract.decided(plan, nodes))


def address(name: str) -> str:
    """The name of the first rank's pod, where the cluster's DNS knows the Service of that name."""
    return f'{name}-0.{name}'


def environment(plan: Plan, wanted: Submission, name: str, problems: list[str]) -> list[Object]:
    """The variables of the plan, and of TAO's contract for several nodes.

    `name` is that of the Job, of its Service, and of the Secret that has the values which must not be seen.
    """
    ours = {
        'WORLD_SIZE': str(wanted.nodes), 'NODE_RANK': '', 'NUM_GPU_PER_NODE': str(wanted.gpus),
        'MASTER_ADDR': address(name), 'MASTER_PORT': contract.master_port(plan) or str(PORT),
    } if wanted.nodes > 1 else {}
    found: list[Object] = []
    for word, origin in zip(plan.variables, plan.origins):
        key, equals, value = word.partition('=')
        if key in ours or key == LAUNCH_ID:
            continue
        if not re.fullmatch('[-._a-zA-Z][-._a-zA-Z0-9]*' if equals else '[a-zA-Z_][a-zA-Z0-9_]*', key):
            problems.append(f'{origin}: {key}: expected a name of letters, digits and _')
        if equals:
            found.append({'name': key, 'value': literal(value)})
        else:
            found.append({'name': key, 'valueFrom': {'secretKeyRef': {'name': name, 'key': key}}})
    found += [{'name': key, 'value': value} for key, value in ours.items() if value]
    rank = {'name': 'NODE_RANK', 'valueFrom': {'fieldRef': {'fieldPath': RANK}}}
    return [*found, *[rank][:len(ours)]]


def volumes(
    plan: Plan, wanted: Submission, is_file: Callable[[str], bool], problems: list[str],
) -> tuple[list[Object], list[Object]]:
    """The volumes and where they are mounted; a claim replaces a mount of the same destination."""
    found: list[Object] = []
    mounts: list[Object] = []

    def add(mount: Mount, source: Object) -> None:
        label = f'mount-{len(found)}'
        found.append({'name': label, **source})
        read_only = 'ro' in mount.mode.split(',')
        mounts.append({'name': label, 'mountPath': mount.destination, **part('readOnly', read_only)})

    for mount in of_nodes(plan, wanted):
        if {'z', 'Z'} & set(mount.mode.split(',')):
            problems.append(f'{mount.origin}: mode {mount.mode}: Kubernetes does not relabel')
        if ':' in mount.destination:
            problems.append(f'{mount.origin}: {mount.destination}: a path with ":" cannot be mounted')
        # of a type, so that a missing one is an event of the pod and no empty folder of root's
        add(mount, {'hostPath': {'path': mount.source, 'type': 'File' if is_file(mount.seen) else 'Directory'}})
    for claim in wanted.claims:
        add(claim, {'persistentVolumeClaim': {'claimName': claim.source}})
    size = str(plan.passed.get('shm_size', ''))
    if size and not any(mount['mountPath'] == '/dev/shm' for mount in mounts):  # as docker does
        found.append({'name': 'shm', 'emptyDir': {'medium': 'Memory', 'sizeLimit': quantity(size)}})
        mounts.append({'name': 'shm', 'mountPath': '/dev/shm'})
    return found, mounts


def mounted(plan: Plan, wanted: Submission) -> list[Mount]:
    """Everything that is mounted, claims too."""
    return [*of_nodes(plan, wanted), *wanted.claims]


def of_nodes(plan: Plan, wanted: Submission) -> list[Mount]:
    """The mounts that no claim replaces; nor are the sources of those that one replaces at their own paths."""
    taken = {claim.destination for claim in wanted.claims}
    kept = [mount for mount in plan.mounts if mount.destination not in taken]
    sources = {mount.source for mount in kept if mount.origin != SAME}
    return [mount for mount in kept if mount.origin != SAME or mount.source in sources]


def quantity(size: str) -> str:
    """A size of docker's as Kubernetes writes it: 16G is 16Gi."""
    found = re.fullmatch(r'([0-9.]+) ?([a-z]?)i?b?', size.lower())
    assert found, size
    power = SIZES[found.group(2)]
    if '.' in found.group(1):
        return str(int(float(found.group(1)) * 1024 ** power))
    return found.group(1) + ['', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi'][power]


def user(plan: Plan, problems: list[str]) -> Object:
    """Who the processes of the pod run as."""
    found: Object = {}
    words = plan.user[1].partition(':')[::2] if plan.user[:1] == ('--user',) else ()
    for key, word in zip(('runAsUser', 'runAsGroup'), words):
        if word in ('root', '') or word.isdigit():
            found.update({key: int(word) if word.isdigit() else 0} if word else {})
        else:
            problems.append(f'{plan.settings.sources["user"]}: {word}: expected a number')
    for group in plan.groups:
        if answers.digits(group) is None:
            source = plan.settings.sources.get(f'group_add.{group}', 'group')
            problems.append(f'{source}: {group}: expected a number')
    groups = [int(group) for group in plan.groups if answers.digits(group) is not None]
    return {**found, **part('supplementalGroups', groups)}
