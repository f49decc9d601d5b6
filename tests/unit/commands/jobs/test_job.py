"""Jobs as the engine shows them: found by label, named in several ways, and their values only data."""
from __future__ import annotations

import json
from typing import Optional

import pytest
from engine_answers import ID, MINE, container
from hypothesis import given
from hypothesis import strategies as st

from tao_launcher.base.errors import Fatal, NothingMatched, UsageError
from tao_launcher.commands.jobs import job as jobs
from tao_launcher.commands.jobs.job import Job


def job(id: str = ID, task: str = 'model/dino/train', owner: str = MINE, state: str = 'running', name: str = '') -> Job:
    (found,) = jobs.parse(json.dumps([container(
        id, {'tao.job': task, 'tao.user': owner, 'tao.plan': ''}, state, 3 if state == 'exited' else 0,
        Name=f'/{name or "calm_name"}',
    )]))
    return found


def test_a_job() -> None:
    (found,) = jobs.parse(json.dumps([container()]))
    assert found._asdict() == {
        'id': ID, 'name': 'job_f00d', 'task': 'model/dino/train', 'owner': MINE, 'state': 'running', 'exit_code': 0,
        'created': '2026-01-31T10:20:29.5Z', 'started': '2026-01-31T10:20:30.123456789Z',
        'finished': '0001-01-01T00:00:00Z', 'gpus': 'all',
        'image': 'nvcr.io/nvidia/tao/tao-toolkit:7.1.0-pyt', 'command': ('dino', 'train'), 'tty': False,
        'auto_remove': False, 'workdir': '', 'error': '', 'ran_out': False, 'memory': 0,
        'shm': 0, 'mounts': (),
    }


def test_an_empty_answer_is_no_jobs() -> None:
    assert jobs.parse('') == jobs.parse('[]') == []


def test_the_newest_comes_first() -> None:
    old, new = container('a' * 64, started='2026-01-01T00:00:00Z'), container('b' * 64, started='2026-01-02T00:00:00Z')
    assert [found.id[0] for found in jobs.parse(json.dumps([old, new]))] == ['b', 'a']


def test_a_container_of_which_little_is_known() -> None:
    (found,) = jobs.parse('[{"Id": "abc", "Config": {"Labels": null, "Cmd": null}, "HostConfig": null}]')
    assert (found.task, found.owner, found.command, found.gpus, found.state) == ('', '', (), 'none', '')
    assert not jobs.matches(found, '')


@pytest.mark.parametrize(('task', 'words'), [
    ('model/dino/train', ['dino', 'model/dino', 'dino/train', 'model/dino/train', 'calm_name', ID, ID[:12], ID[:2]]),
    ('model/converter', ['converter', 'model/converter']),
    ('tao_pt/shell', ['tao_pt', 'tao_pt/shell']),
])
def test_what_names_a_job(task: str, words: list[str]) -> None:
    found = job(task=task)
    assert [word for word in words if not jobs.matches(found, word)] == []
    others = ['', 'f', 'model', 'train', 'shell', 'din', 'dino/', '/dino', 'model/dino/', 'calm', '/calm_name', ID[1:]]
    assert [word for word in others if jobs.matches(found, word)] == []


OTHER, A, B, C, D = '4242', *(letter * 64 for letter in 'abcd')


@pytest.mark.parametrize(('there', 'wanted', 'running', 'chosen'), [
    ([job(A)], 'dino', True, A),
    ([job(A), job(B, state='exited')], 'dino', True, A),
    ([job(A), job(B, state='exited')], 'dino', False, A),  # of several the one that runs
    ([job(A, state='exited'), job(B, 'model/ocrnet/train')], 'dino', False, A),
    ([job(A), job(B, owner=OTHER)], 'dino', True, A),
    ([job(A), job(B, owner=OTHER, name='dino')], 'dino', True, A),
    ([job(A), job(B, name='dino')], 'dino', True, B),  # a name is exact
    ([job(A), job(B)], 'aa', True, A),
    ([job(A), job(B, name='aaaa')], 'aaaa', True, B),
])
def test_choose(there: list[Job], wanted: str, running: bool, chosen: str) -> None:
    assert jobs.choose(there, wanted, MINE, running=running).id == chosen


SEVERAL = [f'{A[:12]}  model/dino/train  running', f'{B[:12]}  model/dino/train  running']


@pytest.mark.parametrize(('there', 'wanted', 'kind', 'said'), [
    ([job(A), job(B)], 'dino', UsageError, ['dino names several jobs', *SEVERAL]),
    ([job(A, owner=OTHER)], 'dino', jobs.OtherUsers, ["dino is another user's job"]),
    ([job(A, owner=OTHER)], A, jobs.OtherUsers, [f"{A} is another user's job"]),
    ([], 'dino', NothingMatched, ['no job dino', 'you have no jobs']),
    ([job(A, owner=OTHER)], 'x', NothingMatched, ['no job x', 'you have no jobs']),
    ([job(A), job(B, owner=OTHER), job(C, state='exited')], 'x', NothingMatched, ['no job x', SEVERAL[0]]),
    ([job(A, state='exited')], 'dino', NothingMatched, [
        'dino is no longer running', f'{A[:12]}  model/dino/train  exited (3)',
    ]),
])
def test_no_choice(there: list[Job], wanted: str, kind: type[Fatal], said: list[str]) -> None:
    with pytest.raises(kind) as raised:
        jobs.choose(there, wanted, MINE, running=True)
    assert [raised.value.what, *raised.value.why] == said


def test_anybodys_job() -> None:
    there = [job(A), job(B, owner=OTHER)]
    assert jobs.choose(there, 'bb', None, running=True).id == B
    with pytest.raises(UsageError) as raised:
        jobs.choose(there, 'dino', None, running=True)  # never a guess whose
    assert list(raised.value.why) == SEVERAL


def test_of_many_jobs_a_message_lists_a_few() -> None:
    there = [job(f'{i:064x}') for i in range(50)]
    said = jobs.lines(there)
    assert (len(said), said[-1]) == (11, 'and 40 more')


def test_a_forged_task_does_not_fill_the_screen() -> None:
    assert len(jobs.line(job(task='x' * 100000))) < 120


@pytest.mark.parametrize(('image', 'shown'), [
    ('nvcr.io/nvidia/tao/tao-toolkit:7.1.0-pyt', '7.1.0-pyt'),
    ('localhost:5000/tao-toolkit', 'tao-toolkit'),
    ('nvcr.io/x@sha256:0123456789abcdef', 'sha256:0123456789ab'),
    ('nvcr.io/x:7@sha256:0123456789abcdef', 'sha256:0123456789ab'),
    ('sha256:0123456789abcdef', 'sha256:0123456789ab'),
    ('', ''),
])
def test_release(image: str, shown: str) -> None:
    assert jobs.release(image) == shown


@given(
    job=st.text(max_size=8), user=st.text(max_size=8), command=st.none() | st.lists(st.text(max_size=4), max_size=3),
    wanted=st.text(max_size=4), code=st.integers(0, 255),
)
def test_values_are_anybodys(job: str, user: str, command: Optional[list[str]], wanted: str, code: int) -> None:
    state = {'Status': 'exited', 'ExitCode': code}
    document = [container(labels={'tao.job': job, 'tao.user': user}, command=command, State=state)]
    (found,) = jobs.parse(json.dumps(document))
    json.loads(json.dumps(jobs.as_json(found)))
    try:
        assert jobs.choose([found], wanted, user, running=False) == found
    except NothingMatched:
        assert not jobs.matches(found, wanted)
