"""What Kubernetes says of a Job and its pods, as `kubectl get -o json` prints it. Pure."""
from __future__ import annotations

import re

from ...base.record import Record
from ...engine import answers

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

INDEX = 'batch.kubernetes.io/job-completion-index'
CONTAINER = 'tao'  # the job's own among the containers of a pod
BY_OTHERS = (137, 143)  # codes of a rank that was ended, mostly because another one failed
ON_ITS_WAY = ('ContainerCreating', 'PodInitializing', 'Error', 'Completed', '')  # reasons that explain nothing
LONGEST = 500  # characters of a message


class Pod(Record):
    """A pod: its rank (-1 if it has none), how its job ended (None: it has not) and when, and why it is as it is."""

    name: str
    uid: str
    rank: int
    is_pending: bool = False
    is_running: bool = False
    code: int | None = None
    ended: str = ''
    why: str = ''


class JobState(Record):
    """A Job: end is Complete, Failed or ''; why is the cluster's own word for a failure."""

    uid: str = ''  # '' where the cluster has none
    end: str = ''
    why: str = ''
    is_suspended: bool = False
    lacks_pods: bool = False  # and is to have them
    pods: tuple[Pod, ...] = ()

    def first_rank(self) -> Pod | None:
        """The pod of rank 0; of several the latest."""
        return next((pod for pod in reversed(self.pods) if pod.rank == 0), None)


def read(text: str, name: str, uid: str, nodes: int) -> JobState | None:
    """The state of the Job `name` with the id `uid` ('' for any), out of a list; None where `text` is no list."""
    document = answers.parsed(text)
    if not isinstance(answers.at(document, 'items'), list):
        return None
    items = answers.entries(document, 'items')
    found = [item for item in items if answers.text(item, 'kind') == 'Job' and _named(item, name, uid)]
    if not found:
        return JobState()
    job = found[0]
    uid = answers.text(job, 'metadata', 'uid')
    pods = tuple(_pod(item) for item in items if answers.text(item, 'kind') == 'Pod' and _is_of(item, uid))
    end, why = '', ''
    for condition in answers.entries(job, 'status', 'conditions'):
        kind = answers.text(condition, 'type')
        if kind in ('Complete', 'Failed') and answers.text(condition, 'status') == 'True':
            end, why = kind, _why(condition)
    is_suspended = answers.at(job, 'spec', 'suspend') is True
    return JobState(uid, end, why, is_suspended, not (end or is_suspended) and len(pods) < nodes, pods)


def exit_code(pods: Iterable[Pod]) -> Pod | None:
    """The pod whose code is the job's: the first that failed, of several in one second one that was not ended."""
    failed = [pod for pod in pods if pod.code]
    return min(failed, key=lambda pod: (pod.ended or '~', pod.code in BY_OTHERS, pod.rank)) if failed else None


def warnings(text: str, names: Mapping[str, str]) -> list[str]:
    """What events say of the objects whose names by their ids are given."""
    found = []
    for event in answers.entries(answers.parsed(text), 'items'):
        name = names.get(answers.text(event, 'involvedObject', 'uid'))
        if name:
            found.append(f'{name}: {_why(event)}')
    return list(dict.fromkeys(found))


def _named(item: object, name: str, uid: str) -> bool:
    return answers.text(item, 'metadata', 'name') == name and uid in ('', answers.text(item, 'metadata', 'uid'))


def _is_of(item: object, uid: str) -> bool:
    return any(answers.text(owner, 'uid') == uid for owner in answers.entries(item, 'metadata', 'ownerReferences'))


def _pod(item: object) -> Pod:
    containers = answers.entries(item, 'status', 'containerStatuses')
    statuses = [*containers, *answers.entries(item, 'status', 'initContainerStatuses')]
    statuses.sort(key=lambda status: answers.text(status, 'name') != CONTAINER)
    phase = answers.text(item, 'status', 'phase')
    rank = answers.digits(answers.text(answers.fields(item, 'metadata', 'annotations'), INDEX))
    whys = [_why(answers.at(item, 'status'))]
    code, ended = None, ''
    for status in statuses:
        end = answers.at(status, 'state', 'terminated')
        if isinstance(end, dict) and code is None:
            number = min(max(answers.number(end, 'exitCode'), 0), 255)
            if number or answers.text(status, 'name') == CONTAINER:
                code, ended = number, answers.text(end, 'finishedAt')
                whys.append(_why(end) if number else '')
        whys.append(_why(answers.at(status, 'state', 'waiting')))
    whys += [
        _why(condition) for condition in answers.entries(item, 'status', 'conditions')
        if answers.text(condition, 'type') == 'PodScheduled' and answers.text(condition, 'status') == 'False'
    ]
    job = [status for status in containers if answers.text(status, 'name') == CONTAINER]
    is_running = any(isinstance(answers.at(status, 'state', 'running'), dict) for status in job)
    return Pod(
        answers.text(item, 'metadata', 'name'), answers.text(item, 'metadata', 'uid'),
        -1 if rank is None else rank, phase == 'Pending', is_running, code, ended, next(filter(None, whys), ''),
    )


def _why(found: object) -> str:
    """The reason and the message there, on one line; '' for a reason that says nothing."""
    reason, message = answers.text(found, 'reason'), ' '.join(answers.text(found, 'message').split())[:LONGEST]
    if not message and reason in ON_ITS_WAY:
        return ''
    return ': '.join(part for part in (reason, message) if part)


def cause(text: str, name: str) -> str:
    """What a warning about the Job `name` is about, equal for each time that it is told.

    An event and a condition have different reasons for one message, and each attempt at a pod has another name.
    """
    about, _, rest = text.partition(': ')
    message = rest.partition(': ')[2] or rest
    return re.sub(rf'(?<={re.escape(name)}-)([0-9]+)-[a-z0-9]{{5}}\b', r'\1', f'{about}: {message}')
