"""The objects of a submission: all of them, or none, or it is said what is left."""
from __future__ import annotations

from pathlib import Path

import pytest
from fake_kubectl import UID, FakeKubectl
from support import Result, tao, tao_process

WORDS = ('submit', 'kubernetes', '--shm_size=1G', '--name=night')
VALUE = 'two\n"lines"'


def submit(kubectl: FakeKubectl, *options: str) -> Result:
    return tao(*WORDS, *options, 'dino', 'train', env={'API_KEY': VALUE})


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
    kind = ['service', 'secret', 'job'][number - 1]
    notice = f'tao: notice: kubectl did not create the {kind} ({FORBIDDEN}); removing what was created before\n'
    assert submit(kubectl, *BOTH) == Result(
        125, '', f'{notice * bool(removed)}tao: error: kubectl did not create the job\n    {FORBIDDEN}\n',
    )
    assert kubectl.calls[number:] == [f'delete {kind}/night --ignore-not-found' for kind in removed]


def test_what_is_left_is_said(kubectl: FakeKubectl) -> None:
    kubectl.answers('create.3', '', FORBIDDEN, 1)
    kubectl.answers('delete.2', '', 'Error from server (Forbidden): no', 1)
    assert tao('-q', *WORDS, *BOTH, 'dino', 'train', env={'API_KEY': VALUE}) == Result(125, '', (
        f'tao: error: kubectl did not create the job\n    {FORBIDDEN}\n'
        '    secret/night was created before, and could not be removed\n    try: kubectl delete secret/night\n'
    ))


def test_one_of_that_name_is_left_alone(kubectl: FakeKubectl) -> None:
    kubectl.answers('create', '', 'Error from server (AlreadyExists): services "night" already exists', 1)
    done = submit(kubectl, '--nodes=2')
    assert (done.code, len(kubectl.calls)) == (125, 1)
    assert done.err.endswith('    try: --name NAME to submit another one, or kubectl delete job/night\n')


@pytest.mark.parametrize('said', [TIMEOUT, LOST, 'Error from server: rpc error'])
@pytest.mark.parametrize(('found', 'code', 'end'), [
    ('job.batch/night', 0, 'kubectl failed, but the cluster has job night'),
    ('', 1, 'kubectl failed, and may have created the job'), ('', 0, 'kubectl did not create the job'),
])
def test_an_answer_that_says_neither(said: str, found: str, code: int, end: str, kubectl: FakeKubectl) -> None:
    kubectl.answers('create.2', '', said, 1)
    kubectl.answers('get', found, '', code)
    done = tao('-q', *WORDS, '--nodes=2', 'dino', 'train')
    advice = '' if end.endswith('not create the job') else '    try: kubectl get service,job night\n'
    assert done == Result(125, '', f'tao: error: {end}\n    {said}\n{advice}')
    digest = kubectl.read('create.2')['metadata']['labels']['tao.plan']
    assert kubectl.calls[2] == f'get job -l tao.plan={digest} --field-selector metadata.name=night -o name'
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
        125, '', 'tao: error: kubectl did not create the job\n    kubectl: is not executable (permission denied)\n',
    )


def test_a_kubectl_that_does_not_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / 'kubectl').write_text('#!/bin/sh\nexec sleep 600\n')
    (tmp_path / 'kubectl').chmod(0o755)
    monkeypatch.setattr('tao_launcher.commands.submit.kubectl.PATIENCE', 1.0)
    words = ('-q', 'submit', 'kubernetes', '--name=night', '--namespace=ml', 'dino', 'train')
    assert tao(*words, env={'PATH': f'{tmp_path}:/usr/bin:/bin'}) == Result(125, '', (
        'tao: error: kubectl did not end, and may have created the job\n    no answer within 1 s\n'
        '    try: kubectl -n ml get job night\n'
    ))


@pytest.mark.parametrize(('signal', 'code'), [('INT', -2), ('TERM', 143)])
def test_interrupted_while_it_is_created(signal: str, code: int, tmp_path: Path) -> None:
    (tmp_path / 'kubectl').write_text(f'#!/bin/sh\nkill -{signal} "$PPID"\nexec sleep 600\n')
    (tmp_path / 'kubectl').chmod(0o755)
    words = ['submit', 'kubernetes', '--shm_size=1G', '--name=night', '--nodes=2', 'dino', 'train']
    assert tao_process(*words, env={'PATH': f'{tmp_path}:/usr/bin:/bin'}) == Result(code, '', (
        'tao: notice: kubectl was interrupted, and may have created the service: kubectl get service night\n'
    ))


def hangs(kubectl: FakeKubectl, verb: str, signal: str = '', call: int = 1) -> None:
    """Its so many-th call of that verb interrupts the launcher, and does not end."""
    script = (kubectl.folder / 'kubectl').read_text()
    kill = f'kill -{signal} "$PPID"; ' if signal else ''
    start = f'name=$verb.$((${{number:-0}} + 1))\n[ "$name" != {verb}.{call} ] || {{ {kill}exec sleep 600; }}\n'
    (kubectl.folder / 'kubectl').write_text(script.replace('name=$verb.$((${number:-0} + 1))\n', start))


SIGNALS = pytest.mark.parametrize(('signal', 'code'), [('INT', -2), ('TERM', 143)])


@SIGNALS
def test_interrupted_while_what_was_created_goes(signal: str, code: int, kubectl: FakeKubectl) -> None:
    kubectl.answers('create.3', '', FORBIDDEN, 1)
    hangs(kubectl, 'delete', signal)
    assert tao_process(*WORDS, *BOTH, 'dino', 'train', env={'API_KEY': VALUE}) == Result(code, '', (
        f'tao: notice: kubectl did not create the job ({FORBIDDEN}); removing what was created before\n'
        'tao: notice: service/night, secret/night stay (kubectl was interrupted): '
        'kubectl delete service/night secret/night\n'
    ))


def test_a_removal_that_does_not_end(kubectl: FakeKubectl, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr('tao_launcher.commands.submit.create.REMOVAL', 0.0)
    kubectl.answers('create.2', '', FORBIDDEN, 1)
    hangs(kubectl, 'delete')
    done = submit(kubectl, '--nodes=2')
    assert done.err.endswith(
        '    service/night was created before, and could not be removed\n    try: kubectl delete service/night\n'
    )


@SIGNALS
def test_interrupted_while_the_job_becomes_the_owner(signal: str, code: int, kubectl: FakeKubectl) -> None:
    hangs(kubectl, 'patch', signal, 2)
    done = tao_process(*WORDS, *BOTH, 'dino', 'train', env={'API_KEY': VALUE})
    assert (done.code, done.out) == (code, 'job.batch/night\n')
    first, *others = done.err.splitlines()
    assert first == (
        'tao: notice: secret/night stays when the job is removed (kubectl was interrupted): kubectl delete secret/night'
    )
    assert others[-1] == 'tao: notice: to end it, and to remove it: kubectl delete job/night'


def test_a_kubectl_that_was_killed(kubectl: FakeKubectl) -> None:
    script = (kubectl.folder / 'kubectl').read_text()
    (kubectl.folder / 'kubectl').write_text(script.replace('name=', '[ "$verb" != create ] || kill -9 $$\nname=', 1))
    assert submit(kubectl) == Result(
        125, '', 'tao: error: kubectl did not create the job\n    kubectl was ended by SIGKILL\n',
    )


def test_a_kubectl_that_says_nothing(kubectl: FakeKubectl) -> None:
    kubectl.answers('patch', '', '', 3)
    said = 'secret/night stays when the job is removed (kubectl ended with exit code 3 and said nothing)'
    assert said in submit(kubectl, '--env=API_KEY').err
