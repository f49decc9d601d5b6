"""A Job that is looked at, waited for and followed; a kubectl answers as a cluster would, one look after the other."""
from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from pathlib import Path

import pytest
from fake_kubectl import FakeKubectl
from kubernetes_answers import RUNNING, ended, event, job, listed, pod
from support import Result, command, tao

SUBMIT = ('submit', 'kubernetes', '--shm_size=1G', '--name=night')
FIRST = (
    'tao: notice: Kubernetes has it now; tao list does not show it: kubectl describe job/night\n'
    'tao: notice: what it writes: kubectl logs -f --prefix --tail=-1 --max-log-requests=1 -l job-name=night\n'
    'tao: notice: to end it, and to remove it: kubectl delete job/night\n'
)
WAITING = pod(0, 'Pending', conditions=[{
    'type': 'PodScheduled', 'status': 'False', 'reason': 'Unschedulable', 'message': '0/3 nodes are available',
}])


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ('OFTEN', 'SELDOM'):
        monkeypatch.setattr(f'tao_launcher.commands.submit.kubernetes_wait.{name}', 0.01)


def looks(kubectl: FakeKubectl, *answers: str) -> None:
    """What a look after the other sees; the last one for good."""
    for number, answer in enumerate(answers):
        kubectl.answers(f'get.{number + 1}', answer)
    kubectl.answers('get', answers[-1])


def said(*notices: str) -> str:
    return FIRST + ''.join(f'tao: notice: {notice}\n' for notice in notices)


def submit(*options: str) -> Result:
    return tao(*SUBMIT, *options, 'dino', 'train')


QUOTA = 'Error creating: pods "night-0-x7k2p" is forbidden: exceeded quota: gpus'


def test_a_quota_is_told(kubectl: FakeKubectl) -> None:
    looks(kubectl, listed(job()), listed(), listed(job()), listed(event('0f00d0f0-1', 'FailedCreate', QUOTA)))
    assert submit() == Result(0, 'job.batch/night\n', said(f'job night: FailedCreate: {QUOTA}'))
    digest = kubectl.read('create.1')['metadata']['labels']['tao.plan']
    look = f'get jobs.batch,pods -l tao.plan={digest} -o json'
    events = 'get events --field-selector type=Warning -o json'
    assert kubectl.calls[1:] == [look, events, look, events]


@pytest.mark.parametrize('answers', [
    [listed(job(), pod(state=RUNNING))], [listed()], ['no list'], [listed(job()), listed(), listed(job(), pod())],
])
def test_nothing_to_tell(answers: list[str], kubectl: FakeKubectl) -> None:
    looks(kubectl, *answers)
    assert submit() == Result(0, 'job.batch/night\n', FIRST)


def test_a_look_that_is_refused(kubectl: FakeKubectl) -> None:
    kubectl.answers('get', '', 'Error from server (Forbidden): no', 1)
    assert submit() == Result(0, 'job.batch/night\n', FIRST)
    assert len(kubectl.calls) == 2


def test_a_controller_that_is_late(kubectl: FakeKubectl, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr('tao_launcher.commands.submit.kubernetes_wait.LOOK', 0.05)
    looks(kubectl, listed(job()))
    assert submit() == Result(0, 'job.batch/night\n', FIRST)


def test_a_queue(kubectl: FakeKubectl) -> None:
    looks(kubectl, listed(job(suspend=True)))
    notice = 'job night is suspended until a queue admits it, or someone resumes it'
    assert submit() == Result(0, 'job.batch/night\n', said(notice))


@pytest.mark.parametrize(('end', 'code', 'notices'), [
    ([job(end='Complete'), pod(0, 'Succeeded', state=ended(0))], 0, []),
    ([job(end='Complete'), pod(0, 'Failed', state=ended(3))], 0, []),
    ([job(end='Failed'), pod(0, 'Failed', state=ended(3))], 3, []),
    ([job(end='Failed'), pod(0, 'Failed', state=ended(137, reason='OOMKilled'))], 137,
     ['night-0-abcde ended with exit code 137: OOMKilled']),
    ([job(end='Failed', reason='DeadlineExceeded', message='too long')], 1, ['job night: DeadlineExceeded: too long']),
    ([job(end='Failed', reason='BackoffLimitExceeded', message='has reached the specified backoff limit'),
      pod(0, 'Failed', reason='Evicted', message='low on memory')], 1,
     ['job night: BackoffLimitExceeded: has reached the specified backoff limit',
      'night-0-abcde: Evicted: low on memory']),
])
def test_the_code_of_a_job_that_is_waited_for(
    end: list[object], code: int, notices: list[str], kubectl: FakeKubectl,
) -> None:
    looks(kubectl, listed(job(), pod(state=RUNNING)), 'nothing', listed(*end))
    assert submit('--wait') == Result(code, 'job.batch/night\n', said(*notices))


def test_the_code_of_a_pod_that_is_gone(kubectl: FakeKubectl) -> None:
    looks(kubectl, listed(job(), pod(0, 'Failed', state=ended(3))), listed(job(end='Failed')))
    assert submit('--wait').code == 3


def test_what_keeps_a_job_from_running_is_told_once(kubectl: FakeKubectl) -> None:
    mount = event('pod-0', 'FailedMount', 'hostPath type check failed: /data is not a directory')
    looks(
        kubectl, listed(job(), WAITING), listed(event('pod-0', 'FailedScheduling', '0/3 nodes are available')),
        listed(job(), WAITING), listed(), listed(job(), pod(0, 'Pending')), listed(mount),
        listed(job(end='Complete')),
    )
    assert submit('--wait') == Result(0, 'job.batch/night\n', said(
        'night-0-abcde: Unschedulable: 0/3 nodes are available',
        'night-0-abcde: FailedMount: hostPath type check failed: /data is not a directory',
    ))


def test_a_job_that_is_gone(kubectl: FakeKubectl) -> None:
    looks(kubectl, listed(job(), pod(state=RUNNING)), listed())
    assert submit('--wait') == Result(125, 'job.batch/night\n', FIRST + (
        'tao: error: job night is gone, so how it ended is not known\n'
        '    someone has deleted it, or its time after the end (ttlSecondsAfterFinished) is up\n'
    ))


def test_a_cluster_that_no_longer_answers(kubectl: FakeKubectl, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr('tao_launcher.commands.submit.kubernetes_wait.SILENCE', -1.0)
    kubectl.answers('get', '', 'Unable to connect to the server: EOF', 1)
    assert submit('--wait') == Result(125, 'job.batch/night\n', FIRST + (
        'tao: error: Kubernetes does not say how job night ended\n    Unable to connect to the server: EOF\n'
        '    try: kubectl describe job/night\n'
    ))


@pytest.mark.parametrize(('out', 'err', 'code', 'why'), [
    ('rubbish', '', 0, 'not a list of objects'), ('', '', 0, 'an empty answer'),
    ('', 'Unable to connect to the server: EOF', 1, 'Unable to connect to the server: EOF'),
    ('', '', 7, 'kubectl ended with exit code 7 and said nothing'),
])
def test_looks_that_tell_nothing(out: str, err: str, code: int, why: str, kubectl: FakeKubectl) -> None:
    looks(kubectl, *['x'] * 9, listed(job(end='Complete')))
    for number in range(2, 10):
        kubectl.answers(f'get.{number}', out, err, code)
    assert submit('--wait') == Result(
        0, 'job.batch/night\n', said(f'kubectl gave no usable answer ({why}): still asking'),
    )


def test_waiting_is_not_permitted(kubectl: FakeKubectl) -> None:
    kubectl.answers('get', '', 'Error from server (Forbidden): jobs.batch is forbidden', 1)
    assert submit('--wait') == Result(125, 'job.batch/night\n', FIRST + (
        'tao: error: Kubernetes does not say how job night ended\n'
        '    Error from server (Forbidden): jobs.batch is forbidden\n    try: kubectl describe job/night\n'
    ))
    assert len(kubectl.calls) == 2


@pytest.mark.parametrize('looked', [
    [listed(job(), pod(0, 'Pending')), listed(), listed(job(), pod(state=RUNNING)),
     listed(job(end='Failed'), pod(0, 'Failed', state=ended(3)))],
    [listed(job(end='Failed'), pod(0, 'Failed', state=ended(3)))],
], ids=['long', 'short'])
def test_the_log_is_followed(looked: list[str], kubectl: FakeKubectl) -> None:
    looks(kubectl, *looked)
    kubectl.answers('logs', 'epoch 1\nepoch 2\n')
    assert submit('--follow') == Result(3, 'job.batch/night\nepoch 1\nepoch 2\n', FIRST)
    assert [call for call in kubectl.calls if call.startswith('logs')] == ['logs -f -c tao night-0-abcde']


def test_a_log_that_breaks_off_goes_on(kubectl: FakeKubectl) -> None:
    running = listed(job(), pod(state=RUNNING))
    looks(kubectl, *[running] * 20, listed(job(end='Complete'), pod(0, 'Succeeded', state=ended(0))))
    kubectl.answers('logs.1', 'epoch 1\n')
    kubectl.answers('logs', 'epoch 2\n')
    done = submit('--follow')
    assert (done.code, done.out.partition('epoch 2')[0]) == (0, 'job.batch/night\nepoch 1\n')
    first, second, *_ = [call for call in kubectl.calls if call.startswith('logs')]
    assert (first, second) == ('logs -f -c tao night-0-abcde', 'logs -f --since=1s -c tao night-0-abcde')


def test_a_log_that_cannot_be_shown(kubectl: FakeKubectl) -> None:
    looks(kubectl, *[listed(job(), pod(state=RUNNING))] * 40, listed(job(end='Complete')))
    kubectl.answers('logs', '', '', 1)
    assert submit('--follow') == Result(0, 'job.batch/night\n', FIRST)
    assert len([call for call in kubectl.calls if call.startswith('logs')]) == 3


@pytest.mark.parametrize('number', [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_leaving_it_leaves_the_job(number: int, kubectl: FakeKubectl, tmp_path: Path) -> None:
    looks(kubectl, listed(job(), pod(state=RUNNING)))
    script = (kubectl.folder / 'kubectl').read_text().replace('#!/bin/sh\n', (
        '#!/bin/sh\n[ "$1" != logs ] || { echo $$ >"${0%/*}/log"; echo started; exec sleep 600; }\n'
    ))
    (kubectl.folder / 'kubectl').write_text(script)
    words = [*command(), *SUBMIT, '--follow', 'dino', 'train']
    child = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding='utf-8')
    assert child.stdout and child.stderr
    assert [child.stdout.readline() for _ in range(2)] == ['job.batch/night\n', 'started\n']
    child.send_signal(number)
    assert child.wait(60) == -number
    shown = int((kubectl.folder / 'log').read_text())
    deadline = time.monotonic() + 60
    while Path(f'/proc/{shown}').exists() and time.monotonic() < deadline:
        time.sleep(0.01)
    assert not Path(f'/proc/{shown}').exists()
    assert child.stderr.read() == said('no longer waiting; job night goes on')
    assert not any('delete' in call for call in kubectl.calls)
    child.stdout.close()
    child.stderr.close()


def test_nobody_reads_the_log(kubectl: FakeKubectl) -> None:
    looks(kubectl, listed(job(), pod(state=RUNNING)))
    script = (kubectl.folder / 'kubectl').read_text().replace('#!/bin/sh\n', (
        '#!/bin/sh\n[ "$1" != logs ] || while :; do echo x; sleep 0.01; done\n'
    ))
    (kubectl.folder / 'kubectl').write_text(script)
    line = ' '.join([*command(), '-q', *SUBMIT, '--follow', 'dino', 'train'])
    done = subprocess.run(
        ['bash', '-c', f'{line} | head -n 2; exit ${{PIPESTATUS[0]}}'], env=dict(os.environ), capture_output=True,
        encoding='utf-8', timeout=60, check=False,
    )
    assert (done.returncode, done.stdout) == (141, 'job.batch/night\nx\n')


def test_the_dry_run_says_what_is_looked_at(kubectl: FakeKubectl) -> None:
    text = tao('-q', *SUBMIT, '--dry-run', '--follow', 'dino', 'train').out
    digest = json.loads(tao('-q', *SUBMIT, '--dry-run=json', 'dino', 'train').out)['items'][0]['metadata']['labels'][
        'tao.plan']
    assert text.splitlines()[-4:] == [
        '# then, until the job has ended, whose exit code is then that of its pod:',
        f'# kubectl get jobs.batch,pods -l tao.plan={digest} -o json',
        '# kubectl get events --field-selector type=Warning -o json', '# kubectl logs -f -c tao POD-OF-RANK-0',
    ]
    assert kubectl.calls == []
