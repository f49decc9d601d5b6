"""The start of a Kubernetes API: it takes Services, Secrets and Jobs, shows pods and events, and notes every change."""
from __future__ import annotations

import http.server
import json
import re
import threading
from typing import Any, Callable, Optional
from urllib.parse import parse_qs, urlsplit

VERBS = ['create', 'delete', 'get', 'list', 'patch', 'watch']
BATCH = {'groupVersion': 'batch/v1', 'version': 'v1'}


def resources(version: str, *kinds: str) -> dict[str, Any]:
    return {'kind': 'APIResourceList', 'groupVersion': version, 'resources': [
        {'name': f'{kind.lower()}s', 'singularName': kind.lower(), 'namespaced': True, 'kind': kind, 'verbs': VERBS}
        for kind in kinds
    ]}


DISCOVERY: dict[str, Any] = {
    '/api': {'kind': 'APIVersions', 'versions': ['v1']},
    '/apis': {'kind': 'APIGroupList', 'apiVersion': 'v1', 'groups': [
        {'name': 'batch', 'versions': [BATCH], 'preferredVersion': BATCH},
    ]},
    '/api/v1': resources('v1', 'Service', 'Secret', 'Pod', 'Event'),
    '/apis/batch/v1': resources('batch/v1', 'Job'),
}
VERSIONS = {'jobs': 'batch/v1'}
KINDS = {'services': 'Service', 'secrets': 'Secret', 'pods': 'Pod', 'events': 'Event', 'jobs': 'Job'}
PLACE = re.compile(r'/(?:api|apis/batch)/v1/namespaces/([^/]+)/([^/]+)(?:/([^/]+))?(/log)?')


def failure(code: int, reason: str, message: str) -> dict[str, Any]:
    """An answer that refuses."""
    status = {'kind': 'Status', 'apiVersion': 'v1', 'status': 'Failure'}
    return {**status, 'code': code, 'reason': reason, 'message': message}


class Api(http.server.ThreadingHTTPServer):
    """The API. `refused` are its answers by verb and kind: ('POST', 'Job'); `warning` goes with what it takes.

    Before each look at the Jobs the next of `steps` is called, the last one again and again: what a cluster would do
    meanwhile.
    """

    def __init__(self) -> None:
        super().__init__(('127.0.0.1', 0), Handler)
        self.calls: list[tuple[str, str]] = []  # that change something
        self.created: list[Any] = []
        self.objects: dict[tuple[str, str], Any] = {}  # by resource and name
        self.refused: dict[tuple[str, str], dict[str, Any]] = {}
        self.warning = ''
        self.steps: list[Callable[[], None]] = []
        self.log = ''
        self.is_logging = threading.Event()  # a log ends when it is set

    @property
    def changes(self) -> list[tuple[str, str]]:
        """What was changed: the verb, the resource and the name."""
        return [(verb, re.sub('.*/namespaces/[^/]+/', '', path)) for verb, path in self.calls]

    def pod(self, rank: int = 0, phase: str = 'Pending', **state: Any) -> None:
        """Have a pod of the only Job; `state` is that of its container."""
        (job,) = [found for (resource, _), found in self.objects.items() if resource == 'jobs']
        name = f'{job["metadata"]["name"]}-{rank}-abcde'
        self.objects['pods', name] = {
            'apiVersion': 'v1', 'kind': 'Pod', 'metadata': {
                'name': name, 'uid': f'pod-{rank}', 'namespace': job['metadata']['namespace'],
                'labels': job['spec']['template']['metadata']['labels'],
                'annotations': {'batch.kubernetes.io/job-completion-index': str(rank)},
                'ownerReferences': [{'apiVersion': 'batch/v1', 'kind': 'Job', 'name': job['metadata']['name'],
                                     'uid': job['metadata']['uid']}],
            },
            'spec': {'containers': [{'name': 'tao'}]},
            'status': {'phase': phase, **({'containerStatuses': [{'name': 'tao', 'state': state}]} if state else {})},
        }

    def event(self, resource: str, reason: str, message: str) -> None:
        """Have a warning about the only object of its kind."""
        (found,) = [found for (kind, _), found in self.objects.items() if kind == resource]
        meta = found['metadata']
        self.objects['events', f'{meta["name"]}.1'] = {
            'apiVersion': 'v1', 'kind': 'Event', 'metadata': {'name': f'{meta["name"]}.1', 'namespace': 'mine'},
            'type': 'Warning', 'reason': reason, 'message': message,
            'involvedObject': {'kind': found['kind'], 'name': meta['name'], 'uid': meta['uid']},
        }

    def job_ends(self, kind: str) -> None:
        """The Job is Complete or Failed."""
        for (resource, _), found in self.objects.items():
            if resource == 'jobs':
                found['status'] = {'conditions': [{'type': kind, 'status': 'True', 'reason': kind}]}


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = 'HTTP/1.1'
    server: Api

    def answer(self, document: Any, *, warning: str = '') -> None:
        data = json.dumps(document).encode()
        self.send_response(document.get('code', 200))
        self.send_header('Content-Type', 'application/json')
        self.send_header('Content-Length', str(len(data)))
        if warning:
            self.send_header('Warning', f'299 - {json.dumps(warning)}')
        self.end_headers()
        self.wfile.write(data)

    def place(self) -> tuple[str, str, str, bool]:
        """(the namespace, the resource, the name, whether its log is meant) of the path."""
        found = PLACE.fullmatch(urlsplit(self.path).path)
        return (found[1], found[2], found[3] or '', bool(found[4])) if found else ('', '', '', False)

    def is_refused(self) -> bool:
        _, resource, _, _ = self.place()
        if self.command != 'GET':
            self.server.calls.append((self.command, urlsplit(self.path).path))
        refused = self.server.refused.get((self.command, KINDS.get(resource, '')))
        if refused:
            self.body()
            self.answer(refused, warning=self.server.warning)
        return bool(refused)

    def body(self) -> Any:
        data = self.rfile.read(int(self.headers.get('Content-Length') or 0))
        return json.loads(data) if data else {}

    def do_GET(self) -> None:
        path = urlsplit(self.path).path
        if path in DISCOVERY:
            return self.answer(DISCOVERY[path])
        if self.is_refused():
            return None
        _, resource, name, is_log = self.place()
        if is_log:
            return self.send_log()
        if name or not resource:
            return self.answer(self.server.objects.get((resource, name)) or failure(404, 'NotFound', 'not here'))
        if resource == 'jobs' and self.server.steps:
            step = self.server.steps[0]
            del self.server.steps[:len(self.server.steps) > 1]
            step()
        return self.answer({
            'kind': f'{KINDS[resource]}List', 'apiVersion': VERSIONS.get(resource, 'v1'), 'metadata': {},
            'items': [found for (kind, _), found in self.server.objects.items()
                      if kind == resource and self.is_asked_for(found)],
        })

    def is_asked_for(self, found: Any) -> bool:
        query = parse_qs(urlsplit(self.path).query)
        wanted = [word.split('=') for word in query.get('labelSelector', [''])[0].split(',') if word]
        labels = found['metadata'].get('labels', {})
        return all(labels.get(name) == value for name, value in wanted)

    def send_log(self) -> None:
        """A log that is followed: it ends when the test says so."""
        self.send_response(200)
        self.send_header('Content-Type', 'text/plain')
        self.send_header('Connection', 'close')
        self.end_headers()
        self.wfile.write(self.server.log.encode())
        self.wfile.flush()
        self.server.is_logging.wait(60)
        self.close_connection = True

    def do_POST(self) -> None:
        if self.is_refused():
            return
        namespace, resource, _, _ = self.place()
        document = self.body()
        name = document['metadata']['name']
        if (resource, name) in self.server.objects:
            return self.answer(failure(409, 'AlreadyExists', f'{resource} "{name}" already exists'))
        self.server.created.append(document)
        stored = json.loads(json.dumps(document))
        stored['metadata'].update(namespace=namespace, uid=f'0f00d-{resource}')
        self.server.objects[resource, name] = stored
        return self.answer(stored, warning=self.server.warning)

    def do_PATCH(self) -> None:
        if self.is_refused():
            return
        _, resource, name, _ = self.place()
        assert self.headers['Content-Type'] == 'application/merge-patch+json'
        found = self.server.objects[resource, name]
        found['metadata'].update(self.body()['metadata'])
        self.answer(found)

    def do_DELETE(self) -> None:
        if self.is_refused():
            return
        _, resource, name, _ = self.place()
        self.body()
        self.remove(resource, name)
        self.answer({'kind': 'Status', 'apiVersion': 'v1', 'status': 'Success'})

    def remove(self, resource: str, name: str) -> None:
        """Remove an object and what it owns."""
        gone = self.server.objects.pop((resource, name))['metadata']['uid']
        for (kind, each), found in list(self.server.objects.items()):
            if any(owner['uid'] == gone for owner in found['metadata'].get('ownerReferences', [])):
                self.remove(kind, each)

    def handle(self) -> None:
        try:
            super().handle()
        except ConnectionError:
            pass  # kubectl has what it wants

    def log_message(self, format: str, *words: object) -> None:
        pass


def wrapper(kubectl: Optional[str]) -> str:
    """A kubectl that does not ask for the schemas to check with, which this API has not."""
    case = 'case " $* " in *" create "*) set -- "$@" --validate=false; esac'
    return f'#!/bin/sh\n{case}\nexec {kubectl} "$@"\n'
