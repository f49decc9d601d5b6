"""What `kubectl get -o json` prints of Jobs, pods and events."""
from __future__ import annotations

import json
from typing import Any

UID = '0f00d0f0-1'


def job(*, end: str = '', reason: str = '', message: str = '', suspend: bool = False, uid: str = UID) -> dict[str, Any]:
    """A Job named night."""
    conditions = [{'type': 'FailureTarget', 'status': 'True'}, {'type': end, 'status': 'True', 'reason': reason,
                                                                'message': message}] if end else []
    return {'kind': 'Job', 'metadata': {'name': 'night', 'uid': uid}, 'spec': {'suspend': suspend},
            'status': {'conditions': conditions}}


def pod(
    rank: int = 0, phase: str = 'Running', *, state: Any = None, first: Any = None, uid: str = UID, **status: Any,
) -> dict[str, Any]:
    """A pod of it; `state` is that of its container, `first` that of the one which waits."""
    containers = {'containerStatuses': state, 'initContainerStatuses': first}
    names = {'containerStatuses': 'tao', 'initContainerStatuses': 'wait-for-rank-0'}
    return {
        'kind': 'Pod',
        'metadata': {
            'name': f'night-{rank}-abcde', 'uid': f'pod-{rank}', 'ownerReferences': [{'uid': uid}],
            'annotations': {'batch.kubernetes.io/job-completion-index': str(rank)},
        },
        'status': {
            'phase': phase, **status,
            **{key: [{'name': names[key], 'state': found}] for key, found in containers.items() if found},
        },
    }


def ended(code: int, at: str = '2026-01-31T10:20:30Z', reason: str = 'Error', message: str = '') -> dict[str, Any]:
    """The state of a container that has ended."""
    return {'terminated': {'exitCode': code, 'finishedAt': at, 'reason': reason, 'message': message}}


RUNNING = {'running': {'startedAt': '2026-01-31T10:20:30Z'}}


def event(uid: str, reason: str, message: str) -> dict[str, Any]:
    """A warning about the object of that id."""
    return {'kind': 'Event', 'involvedObject': {'uid': uid}, 'reason': reason, 'message': message}


def listed(*items: Any) -> str:
    """The answer that has them."""
    return json.dumps({'kind': 'List', 'apiVersion': 'v1', 'items': items})
