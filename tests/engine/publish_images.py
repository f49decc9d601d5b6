"""publish_images PORT: puts four images, tagged "1", into the registry at 127.0.0.1:PORT, and prints their digests.

tao/single and tao/single_by_tag are one manifest as docker writes it; tao/several and tao/several_by_tag an index of
two machines with an attestation for each, as BuildKit makes it. They share no layer with each other or with any other
image: a containerd store that has unpacked a layer does not fetch it again in another form.
"""
from __future__ import annotations

import gzip
import hashlib
import io
import json
import os
import platform
import sys
import tarfile
from urllib.request import Request, urlopen

OCI = 'application/vnd.oci.image'
DOCKER = 'application/vnd.docker'
MACHINES = ('amd64', 'arm64')
OWN = {'x86_64': 'amd64', 'aarch64': 'arm64'}[platform.machine()]
NO_MACHINE = {'architecture': 'unknown', 'os': 'unknown'}


def sha(data: bytes) -> str:
    return f'sha256:{hashlib.sha256(data).hexdigest()}'


class Repository:
    """A repository of the registry."""

    def __init__(self, port: str, name: str) -> None:
        self.url = f'http://127.0.0.1:{port}/v2/{name}'

    def blob(self, data: bytes, kind: str) -> dict[str, object]:
        """Put a blob there; its descriptor."""
        begun = urlopen(Request(f'{self.url}/blobs/uploads/', b'', method='POST')).headers['Location']
        headers = {'Content-Type': 'application/octet-stream'}
        urlopen(Request(f'{begun}&digest={sha(data)}', data, headers, method='PUT'))
        return {'mediaType': kind, 'size': len(data), 'digest': sha(data)}

    def manifest(self, document: dict[str, object], indent: int | None, *tags: str) -> dict[str, object]:
        """Put a manifest there; its descriptor."""
        data, kind = json.dumps(document, indent=indent).encode(), str(document['mediaType'])
        for name in (sha(data), *tags):
            urlopen(Request(f'{self.url}/manifests/{name}', data, {'Content-Type': kind}, method='PUT'))
        return {'mediaType': kind, 'size': len(data), 'digest': sha(data)}


def layer() -> bytes:
    """A busybox, and what no other layer has."""
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode='w') as archive:
        archive.add('/usr/bin/busybox', 'bin/sh')
        member = tarfile.TarInfo('random')
        member.size = 1 << 20
        archive.addfile(member, io.BytesIO(os.urandom(member.size)))
    return made.getvalue()


def configuration(machine: str, content: bytes) -> bytes:
    rootfs = {'type': 'layers', 'diff_ids': [sha(content)]}
    run = {'Cmd': ['/bin/sh'], 'Env': ['PATH=/bin'], 'WorkingDir': '/'}
    return json.dumps({'architecture': machine, 'os': 'linux', 'config': run, 'rootfs': rootfs}).encode()


def single(registry: Repository) -> str:
    content = layer()
    return str(registry.manifest({
        'schemaVersion': 2, 'mediaType': f'{DOCKER}.distribution.manifest.v2+json',
        'config': registry.blob(configuration(OWN, content), f'{DOCKER}.container.image.v1+json'),
        'layers': [registry.blob(gzip.compress(content), f'{DOCKER}.image.rootfs.diff.tar.gzip')],
    }, 3, '1')['digest'])


def several(registry: Repository) -> str:
    entries = []
    for machine in MACHINES:
        content = layer()
        image = registry.manifest({
            'schemaVersion': 2, 'mediaType': f'{OCI}.manifest.v1+json',
            'config': registry.blob(configuration(machine, content), f'{OCI}.config.v1+json'),
            'layers': [registry.blob(gzip.compress(content), f'{OCI}.layer.v1.tar+gzip')],
        }, 2)
        statement = json.dumps({'_type': 'https://in-toto.io/Statement/v0.1', 'subject': [image['digest']]}).encode()
        attestation = registry.manifest({
            'schemaVersion': 2, 'mediaType': f'{OCI}.manifest.v1+json',
            'config': registry.blob(json.dumps({**NO_MACHINE, 'rootfs': {
                'type': 'layers', 'diff_ids': [sha(statement)],
            }}).encode(), f'{OCI}.config.v1+json'),
            'layers': [registry.blob(statement, 'application/vnd.in-toto+json')],
        }, 2)
        entries.append({**image, 'platform': {'architecture': machine, 'os': 'linux'}})
        entries.append({**attestation, 'platform': NO_MACHINE, 'annotations': {
            'vnd.docker.reference.digest': image['digest'], 'vnd.docker.reference.type': 'attestation-manifest',
        }})
    index = {'schemaVersion': 2, 'mediaType': f'{OCI}.index.v1+json', 'manifests': entries}
    return str(registry.manifest(index, 2, '1')['digest'])


if __name__ == '__main__':
    for publish in (single, several):
        for name in (publish.__name__, f'{publish.__name__}_by_tag'):
            print(publish(Repository(sys.argv[1], f'tao/{name}')))
