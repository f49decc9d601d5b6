"""What Kubernetes says of a Job and its pods, as it is understood."""
from __future__ import annotations

import pytest
from kubernetes_answers import RUNNING, UID, ended, event, job, listed, pod

from tao_launcher.commands.submit.job_state import JobState, cause, exit_code, read, warnings


def state(*items: object, nodes: int = 1) -> JobState:
    found = read(listed(*items), 'night', UID, nodes)
    assert found
    return found


def test_a_job_that_runs() -> None:
    found = state(job(), pod(state=RUNNING))
    assert (found.uid, found.end, found.lacks_pods, found.is_suspended) == (UID, '', False, False)
    (one,) = found.pods
    assert (one.name, one.rank, one.is_pending, one.is_running, one.code) == ('night-0-abcde', 0, False, True, None)
    assert found.first_rank() == one


def test_one_of_another_job_is_not_looked_at() -> None:
    assert state(job(uid='older'), pod(uid='older')) == JobState()
    assert state(job(), pod(uid='older')).pods == ()
    assert state() == JobState()
    found = read(listed(job(uid='x')), 'night', '', 1)
    assert found and found.uid == 'x'


@pytest.mark.parametrize('text', ['', 'null', '[]', '{}', '{"items": 1}', '{"items": {}}', '[' * 9999])
def test_no_list(text: str) -> None:
    assert read(text, 'night', UID, 1) is None


@pytest.mark.parametrize(('items', 'nodes', 'lacks'), [
    ([job()], 1, True), ([job(), pod(0)], 2, True), ([job(), pod(0), pod(1)], 2, False),
    ([job(suspend=True)], 1, False), ([job(end='Failed')], 1, False),
])
def test_pods_that_are_to_come(items: list[object], nodes: int, lacks: bool) -> None:
    assert state(*items, nodes=nodes).lacks_pods == lacks


@pytest.mark.parametrize(('items', 'code', 'why'), [
    ([pod(state=ended(3))], 3, ''), ([pod(state=ended(0, reason='Completed'))], None, ''),
    ([pod(state=ended(137, reason='OOMKilled'))], 137, 'OOMKilled'),
    ([pod(0, state=ended(143, '2026-01-31T10:20:31Z')), pod(1, state=ended(3))], 3, ''),
    ([pod(0, state=ended(143)), pod(1, state=ended(3))], 3, ''),
    ([pod(0, state=ended(1, '2026-01-31T10:20:32Z')), pod(1, state=ended(137, reason='OOMKilled'))], 137, 'OOMKilled'),
    ([pod(first=ended(1, message='tao: does not\nresolve'))], 1, 'Error: tao: does not resolve'),
    ([pod(state=ended(9999))], 255, ''), ([pod(state=ended(-1))], None, ''),
    ([pod(state={'terminated': {'exitCode': '3'}})], None, ''),
])
def test_the_code_of_a_job(items: list[object], code: int | None, why: str) -> None:
    found = exit_code(state(job(end='Failed'), *items).pods)
    assert (found and found.code, found.why if found else '') == (code, why)


def test_a_proxy_beside_the_job_does_not_decide() -> None:
    one = pod(state=ended(0, reason='Completed'))
    one['status']['initContainerStatuses'] = [{'name': 'proxy', 'state': ended(143)}]
    (found,) = state(job(), one).pods
    assert found.code == 0


@pytest.mark.parametrize(('one', 'why'), [
    (pod(0, 'Pending', conditions=[{'type': 'PodScheduled', 'status': 'False', 'reason': 'Unschedulable',
                                    'message': '0/3 nodes are available'}]), 'Unschedulable: 0/3 nodes are available'),
    (pod(0, 'Pending', state={'waiting': {'reason': 'ErrImagePull', 'message': 'not found'}}),
     'ErrImagePull: not found'),
    (pod(0, 'Pending', state={'waiting': {'reason': 'PodInitializing'}}, first=RUNNING), ''),
    (pod(0, 'Pending', state={'waiting': {'reason': 'PodInitializing'}}, first={'waiting': {
        'reason': 'ErrImagePull', 'message': 'not found'}}), 'ErrImagePull: not found'),
    (pod(0, 'Failed', reason='Evicted', message='The node was low on resource: memory.'),
     'Evicted: The node was low on resource: memory.'),
])
def test_why_a_pod_does_not_run(one: object, why: str) -> None:
    (found,) = state(job(), one).pods
    assert (found.why, found.code) == (why, None)


def test_events() -> None:
    text = listed(event('a', 'FailedCreate', 'exceeded\nquota'), event('other', 'X', 'y'), event('a', 'X', 'z' * 999))
    long = 'z' * 500
    assert warnings(text, {'a': 'job night'}) == ['job night: FailedCreate: exceeded quota', f'job night: X: {long}']
    assert warnings('x', {'a': ''}) == []


def test_one_cause() -> None:
    told = [f'job night: FailedCreate: pods "night-0-{suffix}" is forbidden' for suffix in ('x7k2p', 'aaaaa')]
    assert len({cause(text, 'night') for text in told}) == 1
    assert cause('night-0-abcde: Unschedulable: 0/3', 'night') == cause('night-0-abcde: FailedScheduling: 0/3', 'night')
    assert cause('alone', 'night') == 'alone: '
