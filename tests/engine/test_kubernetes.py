"""What kubectl makes of a submission, and of one that the cluster refuses; the cluster is a few answers."""
from __future__ import annotations

import http.server
import json
import shutil
import subprocess
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any, Iterator

import pytest

if TYPE_CHECKING:
    from conftest import Docker, Program

KUBECTL = shutil.which('kubectl', path='/usr/local/bin:/usr/bin:/bin')
VERBS = ['create', 'delete', 'get']
BATCH = {'groupVersion': 'batch/v1', 'version': 'v1'}
ANSWERS: dict[str, Any] = {
    '/api': {'kind': 'APIVersions', 'versions': ['v1']},
    '/apis': {'kind': 'APIGroupList', 'apiVersion': 'v1', 'groups': [
        {'name': 'batch', 'versions': [BATCH], 'preferredVersion': BATCH},
    ]},
    '/api/v1': {'kind': 'APIResourceList', 'groupVersion': 'v1', 'resources': [
        {'name': 'services', 'singularName': 'service', 'namespaced': True, 'kind': 'Service', 'verbs': VERBS},
    ]},
    '/apis/batch/v1': {'kind': 'APIResourceList', 'groupVersion': 'batch/v1', 'resources': [
        {'name': 'jobs', 'singularName': 'job', 'namespaced': True, 'kind': 'Job', 'verbs': VERBS},
    ]},
}


def failure(code: int, reason: str, message: str) -> dict[str, Any]:
    status = {'kind': 'Status', 'apiVersion': 'v1', 'status': 'Failure'}
    return {**status, 'code': code, 'reason': reason, 'message': message}


class Api(http.server.ThreadingHTTPServer):
    """The start of a Kubernetes API: it knows Services and Jobs, takes them, and writes down what it is told."""

    def __init__(self) -> None:
        super().__init__(('127.0.0.1', 0), Handler)
        self.calls: list[tuple[str, str]] = []
        self.created: list[Any] = []
        self.refused: dict[str, dict[str, Any]] = {}  # kind → the answer


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = 'HTTP/1.1'
    server: Api

    def answer(self, document: Any) -> None:
        data = json.dumps(document).encode()
        self.send_response(document.get('code', 200))
        self.send_header('Content-Type', 'application/json')
        self.send_header('Content-Length', str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def do_GET(self) -> None:
        path = self.path.partition('?')[0]
        self.answer(ANSWERS.get(path) or failure(404, 'NotFound', 'not here'))

    def do_POST(self) -> None:
        document = json.loads(self.rfile.read(int(self.headers['Content-Length'])))
        self.server.calls.append(('POST', self.path.partition('?')[0]))
        refused = self.server.refused.get(document['kind'])
        if not refused:
            self.server.created.append(document)
        self.answer(refused or document)

    def do_DELETE(self) -> None:
        self.rfile.read(int(self.headers.get('Content-Length') or 0))
        self.server.calls.append(('DELETE', self.path.partition('?')[0]))
        self.answer({'kind': 'Status', 'apiVersion': 'v1', 'status': 'Success'})

    def handle(self) -> None:
        try:
            super().handle()
        except ConnectionError:
            pass  # kubectl has what it wants

    def log_message(self, format: str, *words: object) -> None:
        pass


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
        # the schemas that kubectl would check with are not part of these few answers
        wrapper = Path(docker.env['PATH'].partition(':')[0], 'kubectl')
        case = 'case " $* " in *" create "*) set -- "$@" --validate=false; esac'
        wrapper.write_text(f'#!/bin/sh\n{case}\nexec {KUBECTL} "$@"\n')
        wrapper.chmod(0o755)
        yield server
        server.shutdown()


def test_kubectl_creates_what_the_dry_run_shows(api: Api, tao: Program) -> None:
    words = ['submit', 'kubernetes', '--nodes=2', '--name=night', '--namespace=ml', 'dino', 'train', '$(x)']
    dry = json.loads(tao('--dry-run', *words).stdout)
    done = tao(*words)
    assert (done.returncode, done.stdout) == (0, 'job.batch/night\n')
    assert done.stderr == (
        'tao: notice: Kubernetes has it now, tao list has not: kubectl -n ml get pods -l job-name=night\n'
        'tao: notice: what it writes: kubectl -n ml logs -f --prefix --tail=-1 -l job-name=night\n'
        'tao: notice: to end it, and to remove it: kubectl -n ml delete job,service night\n'
    )
    assert api.calls == [('POST', '/api/v1/namespaces/ml/services'), ('POST', '/apis/batch/v1/namespaces/ml/jobs')]
    assert api.created == dry['items']


def test_nothing_of_a_refused_job_stays(api: Api, tao: Program) -> None:
    api.refused['Job'] = failure(403, 'Forbidden', 'jobs.batch "night" is forbidden: exceeded quota: gpus')
    done = tao('submit', 'kubernetes', '--name=night', 'dino', 'train')
    assert (done.returncode, done.stdout) == (125, '')
    assert done.stderr.startswith('tao: error: kubectl did not create the job\n    Error from server (Forbidden): ')
    assert 'exceeded quota: gpus' in done.stderr
    assert api.calls == [
        ('POST', '/api/v1/namespaces/mine/services'), ('POST', '/apis/batch/v1/namespaces/mine/jobs'),
        ('DELETE', '/api/v1/namespaces/mine/services/night'),
    ]


def test_what_is_there_already_is_left_alone(api: Api, tao: Program) -> None:
    for kind, name in (('Service', 'services'), ('Job', 'jobs.batch')):
        api.refused[kind] = failure(409, 'AlreadyExists', f'{name} "night" already exists')
    done = tao('submit', 'kubernetes', '--name=night', 'dino', 'train')
    assert done.returncode == 125
    assert done.stderr.endswith('    try: --name NAME for one more, or kubectl delete job,service night\n')
    assert [verb for verb, _ in api.calls] == ['POST', 'POST']


def test_the_client_takes_the_manifest(api: Api, tao: Program, docker: Docker) -> None:
    text = tao('-q', 'submit', 'kubernetes', '--dry-run', '--nodes=2', '--pvc=data:/data', 'dino', 'train').stdout
    done = subprocess.run(
        ['kubectl', 'create', '--dry-run=client', '-o', 'json', '-f', '-'], input=text, env=docker.env,
        capture_output=True, encoding='utf-8',
    )
    assert (done.returncode, done.stderr) == (0, '')
    assert 'nvidia.com/gpu' in done.stdout
    assert api.calls == []


def test_no_cluster(tao: Program, docker: Docker) -> None:
    if not KUBECTL:
        pytest.skip('no kubectl (tests/run installs kubernetes-client)')
    done = tao('submit', 'kubernetes', 'dino', 'train', env={**docker.env, 'KUBECONFIG': '/nowhere'})
    assert (done.returncode, done.stdout) == (125, '')
    assert done.stderr.startswith('tao: error: kubectl did not create the job\n    ')
