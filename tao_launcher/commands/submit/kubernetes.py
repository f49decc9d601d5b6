"""From a plan to what kubectl takes: an Indexed Job, a pod for each node, and the Service that names them."""
from __future__ import annotations

import re

from ...base.errors import UsageError
from ...base.record import Record
from ...base.text import in_quotes, is_utf8, plural
from ...settings.option import CODE, IGNORED, REFUSED
from ...settings.options import ROWS
from . import contract, rendezvous
from .job_state import CONTAINER
from .of_docker import dockers_own
from .pod import PORT, address, by_name, environment, literal, mounted, of_nodes, part, put, quantity, user, volumes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any, Dict

    from ...launch.plan import Plan
    from ...settings.option import Option
    from .submission import Submission

    Object = Dict[str, Any]

ARCHITECTURES = {'x86_64': 'amd64', 'aarch64': 'arm64'}  # docker knows these names too, the labels of nodes do not
PULL = {'': 'IfNotPresent', 'always': 'Always', 'never': 'Never'}


class Manifest(Record):
    """A Job, and the Service of its name where it has several nodes (or {}).

    `secrets` are the variables that a Secret of that name has to hold.
    """

    name: str
    digest: str
    service: Mapping[str, Any]
    job: Mapping[str, Any]
    secrets: tuple[str, ...]
    notices: tuple[str, ...]


def manifest(plan: Plan, wanted: Submission, digest: str, is_file: Callable[[str], bool]) -> Manifest:
    """The manifest for a plan; `digest` makes its name, and may be '' while there is none.

    is_file(path) tells whether a mount source is a file. Raises UsageError with everything that a pod
    cannot be told.
    """
    problems = _untold(plan, wanted.nodes)
    name = wanted.name or _name(plan.job, digest)
    labels = {'tao.job': re.sub('[^A-Za-z0-9_.-]', '.', plan.job)[:63].strip('.-_'), 'tao.plan': digest}
    meta = {'name': name, **part('namespace', wanted.namespace), 'labels': labels}
    pod = _pod(plan, wanted, name, is_file, problems)
    if problems:
        raise UsageError(f'{plural(len(problems), "thing")} that a pod cannot express', *problems)
    job = {
        'apiVersion': 'batch/v1', 'kind': 'Job', 'metadata': meta,
        'spec': {
            'completionMode': 'Indexed', 'completions': wanted.nodes, 'parallelism': wanted.nodes, 'backoffLimit': 0,
            'template': {'metadata': {'labels': labels, **_shown(wanted.nodes)}, 'spec': pod},
        },
    }
    return Manifest(
        name, digest, _service(plan, meta) if wanted.nodes > 1 else {}, job, by_name(plan, wanted.nodes),
        (*contract.notices(plan, wanted.nodes, mounted(plan, wanted)), *_notices(plan, wanted, name)),
    )


def secret(made: Manifest, values: Mapping[str, str]) -> Object:
    """The Secret with the values of the variables, for a standard input and no one's eyes."""
    meta = made.job['metadata']
    return {'apiVersion': 'v1', 'kind': 'Secret', 'metadata': meta, 'type': 'Opaque', 'stringData': dict(values)}


def owned(made: Manifest) -> list[str]:
    """What is created beside the Job."""
    return [f'service/{made.name}'] * bool(made.service) + [f'secret/{made.name}'] * bool(made.secrets)


def _service(plan: Plan, meta: Object) -> Object:
    return {
        'apiVersion': 'v1', 'kind': 'Service', 'metadata': meta,
        'spec': {
            # a rank looks for the first one before anything is ready
            'clusterIP': 'None', 'publishNotReadyAddresses': True, 'selector': {'job-name': meta['name']},
            'ports': [{'name': 'master', 'port': int(contract.master_port(plan) or PORT)}],
        },
    }


def _pod(
    plan: Plan, wanted: Submission, name: str, is_file: Callable[[str], bool], problems: list[str],
) -> Object:
    """The specification of a pod; what it cannot be told goes into `problems`."""
    found, mounts = volumes(plan, wanted, is_file, problems)
    has_host_network = plan.passed.get('network') == 'host'
    ports = [{'containerPort': port.container, 'protocol': port.protocol.upper()} for port in plan.ports]
    container = {
        'name': CONTAINER, 'image': plan.image, 'imagePullPolicy': PULL[str(plan.passed.get('pull', ''))],
        **_command(plan),
        'env': environment(plan, wanted, name, problems),
        **part('resources', part('limits', part('nvidia.com/gpu', str(wanted.gpus or '')))),
        **part('volumeMounts', mounts),
        **part('ports', ports),
    }
    pod = {
        'restartPolicy': 'Never', **part('subdomain', name * (wanted.nodes > 1)),
        'terminationGracePeriodSeconds': plan.stop_timeout,
        # like --init: the job is not process 1, and whatever is process 1 reaps its orphans
        **part('shareProcessNamespace', bool(plan.init)),
        **part('securityContext', user(plan, problems)),
        **part('hostNetwork', has_host_network),
        **part('dnsPolicy', 'ClusterFirstWithHostNet' * has_host_network),
        **part('hostIPC', plan.passed.get('ipc') == 'host'),
        **part('imagePullSecrets', [part('name', wanted.pull_secret)] * bool(wanted.pull_secret)),
        **part('nodeSelector', _selector(str(plan.passed.get('platform', '')))),
        'containers': [container],
        **part('volumes', found),
    }
    for row in ROWS:
        if row.key in plan.passed and row.kubernetes not in (CODE, REFUSED, IGNORED):
            put({**pod, 'container': container}, row.kubernetes, _value(row, plan.passed[row.key]))
    _request(container)
    first = [rendezvous.container(container, address(name))] if wanted.nodes > 1 else []
    return {**part('initContainers', first), **pod}


def _shown(nodes: int) -> Object:
    """Of several containers kubectl logs shows the job's own, and need not say so."""
    return part('annotations', {'kubectl.kubernetes.io/default-container': CONTAINER} if nodes > 1 else {})


def _request(container: Object) -> None:
    """Ask for what the container is limited to: a node has to have it, whatever the namespace's defaults are."""
    limits = container.get('resources', {}).get('limits', {})
    asked = {key: limits[key] for key in ('cpu', 'memory') if key in limits}
    if asked:
        container['resources']['requests'] = {**asked, **container['resources'].get('requests', {})}


def _command(plan: Plan) -> Object:
    """What is started; a pod's `command` replaces the image's entry point."""
    words = [literal(word) for word in plan.command]
    own = plan.passed.get('entrypoint')
    if own == '':
        return {'command': words}
    return {**part('command', [literal(str(own))] * bool(own)), 'args': words}


def _selector(platform: str) -> Object:
    """The labels of the nodes that an image of this platform runs on."""
    *system, machine = platform.split('/')[:2]
    return {
        **part('kubernetes.io/os', ''.join(system)), **part('kubernetes.io/arch', ARCHITECTURES.get(machine, machine)),
    }


def _value(row: Option, value: str | bool) -> str | bool:
    return quantity(str(value)) if row.kind == 'size' else value


def _name(job: str, digest: str) -> str:
    """A name for machines: letters, digits and -, at most 63 with the number of a pod after it."""
    words = re.sub('[^a-z0-9]+', '-', job.lower()).strip('-')
    return f'tao-{words[:38].strip("-")}-{digest[:8]}'


def _untold(plan: Plan, nodes: int) -> list[str]:
    """What docker takes and a pod does not."""
    sources = plan.settings.sources
    problems = dockers_own(plan, lambda row: row.kubernetes)
    port = contract.master_port(plan)
    if nodes > 1 and port and not re.fullmatch('[1-9][0-9]{0,4}', port):
        problems.append(f'MASTER_PORT={port}: expected a port')
    network, ipc = (str(plan.passed.get(key, '')) for key in ('network', 'ipc'))
    if network not in ('', 'host', 'bridge', 'default'):
        problems.append(f'{sources["network"]}: {network}: expected host, or none for that of the cluster')
    if ipc not in ('', 'host', 'private'):
        problems.append(f'{sources["ipc"]}: {ipc}: expected host')
    if plan.image.startswith('sha256:'):
        problems.append('an image by its id: a cluster pulls it by its name (--image REF)')
    for word in (*plan.command, *plan.variables, *(path for mount in plan.mounts for path in mount[:2])):
        if not is_utf8(word):
            problems.append(f'{in_quotes(word.partition("=")[0])}: not UTF-8, which JSON needs')
    problems += [
        f'{sources.get(key, key)}: {in_quotes(value)}: not UTF-8, which JSON needs'
        for key, value in plan.passed.items() if isinstance(value, str) and not is_utf8(value)
    ]
    return problems


def _notices(plan: Plan, wanted: Submission, name: str) -> list[str]:
    notices = []
    if plan.ports:
        ports = ' '.join(f'{port.host}:{port.container}' for port in plan.ports)
        there = f'-n {wanted.namespace} ' if wanted.namespace else ''
        notices.append(f'ports are not published; kubectl {there}port-forward job/{name} {ports}')
    has_shm = any(mount.destination == '/dev/shm' for mount in mounted(plan, wanted))
    if not (has_shm or plan.passed.get('shm_size') or plan.passed.get('ipc') == 'host'):
        notices.append('/dev/shm of a pod is 64 MB, too little for data loaders with workers: --shm_size 16G')
    if plan.ulimits:
        names = ', '.join(limit.name for limit in plan.ulimits)
        notices.append(f'ulimits ({names}) are not part of a pod: those of the nodes apply')
    claims = {claim.destination for claim in wanted.claims}
    covered = [mount for mount in plan.mounts if mount.destination in claims]
    notices += [f'{mount.source} is left out: a claim is mounted at {mount.destination}' for mount in covered]
    paths = dict.fromkeys(mount.source for mount in of_nodes(plan, wanted))
    if paths:
        notices.append(f'these are paths on the cluster\'s nodes, which are not checked here: {", ".join(paths)}')
    return notices
