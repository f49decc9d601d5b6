"""The objects of a submission: all of them, or none, or it is said what is left."""
from __future__ import annotations

from pathlib import Path

import pytest
from fake_kubectl import UID, FakeKubectl
from support import Result, tao, tao_process

VALUE = 'two\n"lines"'


def submit(kubectl: FakeKubectl, *options: str) -> Result:
    env = {'API_KEY': VALUE}
    return tao('submit', 'kubernetes', '--shm_size=1G', '--name=night', *options, 'dino', 'train', env=env)


BOTH = ('--nodes=2', '--env=API_KEY')
FORBIDDEN = 'Error from server (Forbidden): jobs.batch is forbidden: exceeded quota'
TIMEOUT = 'Error from server (Timeout): etcdserver: request timed out'
LOST = 'error when creating "STDIN": Post "https://c/apis/batch/v1/namespaces/ml/jobs": EOF'


def test_the_service_and_the_secret_go_with_the_job(kubectl: FakeKubectl) -> None:
    done = submit(kubectl, *BOTH)
    assert (done.code, done.out) == (0, 'job.batch/night\n')
    kinds = [kubectl.read(f'create.{number}')['kind'] for number in (1, 2, 3)]
    assert kinds == ['Service', 'Secret', 'Job']
    secret = kubectl.read('create.2')
    assert (secret['metadata']['name'], secret['stringData']) == ('night', {'API_KEY': VALUE})
    assert not any(VALUE[:3] in call for call in kubectl.calls)
    owned = [call.partition(' --type')[0] for call in kubectl.calls[3:5]]
    assert owned == ['patch service/night', 'patch secret/night']
    assert all(f'"name": "night", "uid": "{UID}"' in call for call in kubectl.calls[3:5])


def test_what_the_server_warns_of_is_shown(kubectl: FakeKubectl) -> None:
    kubectl.answers('create', UID, 'Warning: would violate PodSecurity "restricted:latest": hostPath volumes\n')
    assert submit(kubectl).err.startswith(
        'tao: notice: kubectl: Warning: would violate PodSecurity "restricted:latest": hostPath volumes\n'
        'tao: notice: Kubernetes has it now'
    )


@pytest.mark.parametrize(('number', 'removed'), [(1, []), (2, ['service']), (3, ['service', 'secret'])])
def test_nothing_is_left_of_what_is_refused(number: int, removed: list[str], kubectl: FakeKubectl) -> None:
    kubectl.answers(f'create.{number}', '', FORBIDDEN, 1)
    assert submit(kubectl, *BOTH) == Result(125, '', f'tao: error: kubectl did not create the job\n    {FORBIDDEN}\n')
    assert kubectl.calls[number:] == [f'delete {kind}/night --ignore-not-found' for kind in removed]


def test_what_is_left_is_said(kubectl: FakeKubectl) -> None:
    kubectl.answers('create.3', '', FORBIDDEN, 1)
    kubectl.answers('delete.2', '', 'Error from server (Forbidden): no', 1)
    assert submit(kubectl, *BOTH) == Result(125, '', (
        f'tao: error: kubectl did not create the job\n    {FORBIDDEN}\n'
        '    secret/night was created before, and could not be removed\n    try: kubectl delete secret/night\n'
    ))


def test_one_of_that_name_is_left_alone(kubectl: FakeKubectl) -> None:
    kubectl.answers('create', '', 'Error from server (AlreadyExists): services "night" already exists', 1)
    done = submit(kubectl, '--nodes=2')
    assert (done.code, len(kubectl.calls)) == (125, 1)
    assert done.err.endswith('    try: --name NAME for one more, or kubectl delete job/night\n')


@pytest.mark.parametrize('said', [TIMEOUT, LOST, 'Error from server: rpc error'])
@pytest.mark.parametrize(('found', 'code', 'end'), [
    ('job.batch/night', 0, 'kubectl failed, but the cluster has job night'),
    ('', 1, 'kubectl failed, and may have created the job'), ('', 0, 'kubectl did not create the job'),
])
def test_an_answer_that_says_neither(said: str, found: str, code: int, end: str, kubectl: FakeKubectl) -> None:
    kubectl.answers('create.2', '', said, 1)
    kubectl.answers('get', found, '', code)
    done = submit(kubectl, '--nodes=2')
    advice = '' if end.endswith('not create the job') else '    try: kubectl get service,job night\n'
    assert done == Result(125, '', f'tao: error: {end}\n    {said}\n{advice}')
    assert kubectl.calls[2] == 'get job night --ignore-not-found -o name'
    assert kubectl.calls[3:] == ['delete service/night --ignore-not-found'] * (not advice)


def test_a_service_that_may_be_there(kubectl: FakeKubectl) -> None:
    kubectl.answers('create', '', TIMEOUT, 1)
    assert submit(kubectl, '--nodes=2') == Result(125, '', (
        f'tao: error: kubectl did not create the job\n    {TIMEOUT}\n    service/night may have been created\n'
        '    try: kubectl delete service/night\n'
    ))


def test_a_cluster_that_cannot_be_reached(kubectl: FakeKubectl) -> None:
    said = 'The connection to the server localhost:8080 was refused - did you specify the right host or port?'
    kubectl.answers('create', '', said, 1)
    assert submit(kubectl) == Result(125, '', f'tao: error: kubectl did not create the job\n    {said}\n')
    assert len(kubectl.calls) == 1


@pytest.mark.parametrize(('uid', 'code', 'why'), [
    (UID, 1, 'Error from server (Forbidden): no patch'), ('--all', 0, 'kubectl printed no id of the job'),
])
def test_what_the_job_does_not_own_is_said(uid: str, code: int, why: str, kubectl: FakeKubectl) -> None:
    kubectl.answers('create', uid)
    kubectl.answers('patch', '', 'Error from server (Forbidden): no patch\n', code)
    done = submit(kubectl, '--env=API_KEY')
    assert (done.code, done.out) == (0, 'job.batch/night\n')
    said = f'tao: notice: secret/night stays when the job is removed ({why}): kubectl delete secret/night'
    assert said in done.err.splitlines()


def test_an_error_does_not_show_the_values(kubectl: FakeKubectl) -> None:
    shown = 'Secret "night" is invalid: {"API_KEY": "two\\n\\"lines\\""}, dHdvCiJsaW5lcyI='
    kubectl.answers('create', '', shown, 1)
    done = submit(kubectl, '--env=API_KEY')
    assert done.err.splitlines()[1] == '    Secret "night" is invalid: {"API_KEY": "***"}, ***'


def test_no_kubectl() -> None:
    done = tao('-q', 'submit', 'kubernetes', 'dino', 'train', env={'PATH': '/nowhere'})
    assert done == Result(125, '', (
        'tao: error: kubectl: no such program\n    tao submit kubernetes hands its manifests to kubectl\n'
        '    try: install kubectl (https://kubernetes.io/docs/tasks/tools/), or write them with --dry-run\n'
    ))


def test_a_kubectl_that_cannot_be_started(kubectl: FakeKubectl) -> None:
    (kubectl.folder / 'kubectl').chmod(0o644)
    env = {'PATH': str(kubectl.folder)}
    done = tao('-q', 'submit', 'kubernetes', 'dino', 'train', env=env)
    assert done == Result(
        125, '', 'tao: error: kubectl did not create the job\n    kubectl: Permission denied\n',
    )


def test_a_kubectl_that_does_not_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / 'kubectl').write_text('#!/bin/sh\nexec sleep 60\n')
    (tmp_path / 'kubectl').chmod(0o755)
    monkeypatch.setattr('tao_launcher.commands.submit.kubectl.PATIENCE', 1.0)
    words = ('-q', 'submit', 'kubernetes', '--name=night', '--namespace=ml', 'dino', 'train')
    assert tao(*words, env={'PATH': f'{tmp_path}:/usr/bin:/bin'}) == Result(125, '', (
        'tao: error: kubectl did not end, and may have created the job\n    no answer within 1 s\n'
        '    try: kubectl -n ml get job night\n'
    ))


@pytest.mark.parametrize(('signal', 'code'), [('INT', -2), ('TERM', 143)])
def test_interrupted_while_it_is_created(signal: str, code: int, tmp_path: Path) -> None:
    (tmp_path / 'kubectl').write_text(f'#!/bin/sh\nkill -{signal} "$PPID"\nexec sleep 60\n')
    (tmp_path / 'kubectl').chmod(0o755)
    words = ['submit', 'kubernetes', '--shm_size=1G', '--name=night', '--nodes=2', 'dino', 'train']
    assert tao_process(*words, env={'PATH': f'{tmp_path}:/usr/bin:/bin'}) == Result(code, '', (
        'tao: notice: kubectl was interrupted, and may have created the service: kubectl get service night\n'
    ))
