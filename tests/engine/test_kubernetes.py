"""What kubectl makes of a submission, and of one that the cluster refuses; the cluster is a few answers."""
from __future__ import annotations

import json
import shutil
import subprocess
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any, Iterator

import pytest
from kubernetes_api import Api, failure, wrapper

if TYPE_CHECKING:
    from conftest import Docker, Program

KUBECTL = shutil.which('kubectl', path='/usr/local/bin:/usr/bin:/bin')
QUOTA = 'exceeded quota: gpus'
VALUE = 'two\n"lines"'
SUBMIT = ('-q', 'submit', 'kubernetes', '--name=night')


@pytest.fixture
def api(docker: Docker) -> Iterator[Api]:
    if not KUBECTL:
        pytest.skip('no kubectl (tests/run installs kubernetes-client)')
    with Api() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        where = {'cluster': 'here', 'user': 'me', 'namespace': 'mine'}
        config = {
            'apiVersion': 'v1', 'kind': 'Config', 'current-context': 'here',
            'clusters': [{'name': 'here', 'cluster': {'server': f'http://127.0.0.1:{server.server_port}'}}],
            'users': [{'name': 'me', 'user': {}}], 'contexts': [{'name': 'here', 'context': where}],
        }
        folder = Path(docker.env['HOME'], '.kube')
        folder.mkdir()
        (folder / 'config').write_text(json.dumps(config))
        program = Path(docker.env['PATH'].partition(':')[0], 'kubectl')
        program.write_text(wrapper(KUBECTL))
        program.chmod(0o755)
        yield server
        server.is_logging.set()
        server.shutdown()


def pods(api: Api, *ranks: int) -> None:
    """The controller is quick."""
    def made() -> None:
        for rank in ranks:
            api.pod(rank, 'Running', running={})

    api.steps = [made]


def test_kubectl_creates_what_the_dry_run_shows(api: Api, tao: Program) -> None:
    pods(api, 0, 1)
    words = ['submit', 'kubernetes', '--nodes=2', '--name=night', '--namespace=ml', '--shm_size=1G', 'dino', 'train',
             '$(x)']
    dry = json.loads(tao('--dry-run=json', *words).stdout)
    api.warning = 'would violate PodSecurity "restricted:latest": hostPath volumes'
    done = tao(*words)
    assert (done.returncode, done.stdout) == (0, 'job.batch/night\n')
    warned = f'tao: notice: kubectl: Warning: {api.warning}\n'
    assert done.stderr == (
        warned + warned
        + 'tao: notice: Kubernetes has it now; tao list does not show it: kubectl -n ml describe job/night\n'
        'tao: notice: what it writes: '
        'kubectl -n ml logs -f --prefix --tail=-1 --max-log-requests=2 -l job-name=night\n'
        'tao: notice: to end it, and to remove it: kubectl -n ml delete job/night\n'
    )
    assert api.calls == [
        ('POST', '/api/v1/namespaces/ml/services'), ('POST', '/apis/batch/v1/namespaces/ml/jobs'),
        ('PATCH', '/api/v1/namespaces/ml/services/night'),
    ]
    assert api.created == dry['items']


def test_a_secret_of_its_own_goes_with_the_job(api: Api, tao: Program, docker: Docker, tmp_path: Path) -> None:
    pods(api, 0)
    words = [*SUBMIT, '--env=API_KEY', 'dino', 'train']
    seen = tmp_path / 'words'
    path = Path(docker.env['PATH'].partition(':')[0], 'kubectl')
    path.write_text(path.read_text().replace('exec', f'echo "$*" >>{seen}; exec'))
    done = tao(*words, env={**docker.env, 'API_KEY': VALUE})
    assert (done.returncode, done.stdout, done.stderr) == (0, 'job.batch/night\n', '')
    secret, job = api.created
    assert (secret['metadata']['name'], secret['stringData']) == ('night', {'API_KEY': VALUE})
    assert 'lines' not in seen.read_text() + json.dumps(job)
    subprocess.run(['kubectl', 'delete', 'job/night'], env=docker.env, check=True, stdout=subprocess.DEVNULL)
    assert api.objects == {}
    script = tao('--dry-run', *words, env={**docker.env, 'API_KEY': VALUE}).stdout
    subprocess.run(
        ['sh', '-c', script], env={**docker.env, 'API_KEY': VALUE}, check=True, stdout=subprocess.DEVNULL,
    )
    assert api.created[2:] == [secret, job]
    owners = [found['metadata'].get('ownerReferences') for found in api.objects.values()]
    assert owners == [[{'apiVersion': 'batch/v1', 'kind': 'Job', 'name': 'night', 'uid': '0f00d-jobs'}], None]


@pytest.mark.parametrize(('kind', 'changes'), [
    ('Service', ['POST services']), ('Secret', ['POST services', 'POST secrets', 'DELETE services/night']),
    ('Job', ['POST services', 'POST secrets', 'POST jobs', 'DELETE services/night', 'DELETE secrets/night']),
])
def test_nothing_of_a_refused_submission_stays(
    kind: str, changes: list[str], api: Api, tao: Program, docker: Docker,
) -> None:
    api.refused['POST', kind] = failure(403, 'Forbidden', f'night is forbidden: {QUOTA}')
    done = tao(*SUBMIT, '--nodes=2', '--env=API_KEY', 'dino', 'train', env={**docker.env, 'API_KEY': VALUE})
    assert (done.returncode, done.stdout) == (125, '')
    assert done.stderr.startswith('tao: error: kubectl did not create the job\n    Error from server (Forbidden): ')
    assert QUOTA in done.stderr and len(done.stderr.splitlines()) == 2
    assert [' '.join(change) for change in api.changes] == changes
    assert api.objects == {}


def test_what_could_not_be_removed_is_said(api: Api, tao: Program) -> None:
    api.refused['POST', 'Job'] = failure(403, 'Forbidden', QUOTA)
    api.refused['DELETE', 'Service'] = failure(403, 'Forbidden', 'no deleting')
    done = tao(*SUBMIT, '--nodes=2', 'dino', 'train')
    assert (done.returncode, done.stdout) == (125, '')
    assert done.stderr.splitlines()[-2:] == [
        '    service/night was created before, and could not be removed', '    try: kubectl delete service/night',
    ]
    assert list(api.objects) == [('services', 'night')]


def test_a_job_that_is_there_after_all(api: Api, tao: Program) -> None:
    """The server had taken it when its store gave up."""
    api.refused['POST', 'Job'] = failure(504, 'Timeout', 'etcdserver: request timed out')
    job = json.loads(tao(*SUBMIT, '--nodes=2', '--dry-run=json', 'dino', 'train').stdout)['items'][1]
    api.objects['jobs', 'night'] = {**job, 'metadata': {**job['metadata'], 'uid': 'x'}}
    done = tao(*SUBMIT, '--nodes=2', 'dino', 'train')
    assert (done.returncode, done.stdout) == (125, '')
    assert done.stderr.startswith('tao: error: kubectl failed, but the cluster has job night\n')
    assert ('services', 'night') in api.objects


def test_what_is_there_already_is_left_alone(api: Api, tao: Program) -> None:
    pods(api, 0, 1)
    assert tao(*SUBMIT, '--nodes=2', 'dino', 'train').returncode == 0
    done = tao(*SUBMIT, '--nodes=2', 'dino', 'train')
    assert done.returncode == 125
    assert done.stderr.endswith('    try: --name NAME to submit another one, or kubectl delete job/night\n')
    assert len(api.changes) == 4  # the last one the Service that was refused


def test_what_the_job_does_not_own_is_said(api: Api, tao: Program) -> None:
    pods(api, 0, 1)
    api.refused['PATCH', 'Service'] = failure(403, 'Forbidden', 'no patching')
    done = tao(*SUBMIT[1:], '--nodes=2', 'dino', 'train')
    assert (done.returncode, done.stdout) == (0, 'job.batch/night\n')
    assert 'service/night stays when the job is removed (Error from server (Forbidden): no patching): ' in done.stderr


def test_why_there_is_no_pod(api: Api, tao: Program) -> None:
    words = f'Error creating: pods "night-0-x7k2p" is forbidden: {QUOTA}'
    api.steps = [lambda: None, lambda: api.event('jobs', 'FailedCreate', words)]
    done = tao(*SUBMIT[1:], 'dino', 'train')
    assert (done.returncode, done.stderr.splitlines()[-1]) == (0, f'tao: notice: job night: FailedCreate: {words}')


def test_a_job_is_waited_for(api: Api, tao: Program) -> None:
    def pending() -> None:
        api.pod(0)
        api.event('pods', 'FailedMount', 'hostPath type check failed: /data is not a directory')

    def failed() -> None:
        api.pod(0, 'Failed', terminated={'exitCode': 3, 'reason': 'Error', 'finishedAt': '2026-01-31T10:20:30Z'})
        api.job_ends('Failed')

    api.steps = [pending, lambda: api.pod(0, 'Running', running={}), failed]
    done = tao(*SUBMIT[1:], '--wait', 'dino', 'train')
    assert (done.returncode, done.stdout) == (3, 'job.batch/night\n')
    assert done.stderr.splitlines()[-1] == (
        'tao: notice: night-0-abcde: FailedMount: hostPath type check failed: /data is not a directory'
    )


def test_a_job_is_followed(api: Api, tao: Program) -> None:
    def ends() -> None:
        api.pod(0, 'Succeeded', terminated={'exitCode': 0, 'reason': 'Completed'})
        api.job_ends('Complete')
        api.is_logging.set()

    api.log = 'epoch 1\nepoch 2\n'
    api.steps = [lambda: api.pod(0), lambda: api.pod(0, 'Running', running={}), ends]
    done = tao(*SUBMIT, '--follow', 'dino', 'train')
    assert (done.returncode, done.stdout, done.stderr) == (0, 'job.batch/night\nepoch 1\nepoch 2\n', '')


def test_the_client_takes_the_manifest(api: Api, tao: Program, docker: Docker) -> None:
    words = ['-q', 'submit', 'kubernetes', '--dry-run=json', '--nodes=2', '--pvc=data:/data', 'dino', 'train']
    done = subprocess.run(
        ['kubectl', 'create', '--dry-run=client', '-o', 'json', '-f', '-'], input=tao(*words).stdout, env=docker.env,
        capture_output=True, encoding='utf-8',
    )
    assert (done.returncode, done.stderr) == (0, '')
    assert 'nvidia.com/gpu' in done.stdout
    assert api.calls == []


def test_the_client_makes_the_secret_of_a_notice(api: Api, tao: Program, docker: Docker) -> None:
    env = {**docker.env, 'API_KEY': VALUE}
    words = ['submit', 'kubernetes', '--dry-run=json', '--name=night', '--env=API_KEY', 'dino', 'train']
    line = tao(*words, env=env).stderr.splitlines()[-1].partition('notice: ')[2]
    made: Any = json.loads(subprocess.run(
        ['bash', '-c', f'{line} --dry-run=client -o json'], env=env, check=True, stdout=subprocess.PIPE,
    ).stdout)
    assert made['data'] == {'API_KEY': 'dHdvCiJsaW5lcyI='}


def test_no_cluster(tao: Program, docker: Docker) -> None:
    if not KUBECTL:
        pytest.skip('no kubectl (tests/run installs kubernetes-client)')
    done = tao('-q', 'submit', 'kubernetes', 'dino', 'train', env={**docker.env, 'KUBECONFIG': '/nowhere'})
    assert (done.returncode, done.stdout) == (125, '')
    assert done.stderr.startswith('tao: error: kubectl did not create the job\n    ')
