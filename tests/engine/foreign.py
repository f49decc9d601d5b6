"""An image whose programs are for another kind of machine, as an archive for `docker load`."""
from __future__ import annotations

import io
import json
import tarfile
from hashlib import sha256

MACHINES = {'arm64': b'\xb7\x00', 'amd64': b'\x3e\x00'}  # as the head of a program names them


def archive(members: dict[str, bytes]) -> bytes:
    """A tar file of these files, each of which may be executed."""
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode='w') as tar:
        for name, data in members.items():
            member = tarfile.TarInfo(name)
            member.size, member.mode = len(data), 0o755
            tar.addfile(member, io.BytesIO(data))
    return made.getvalue()


def program(machine: str) -> bytes:
    """The head of a program: the kernel looks at no more when it is another machine's."""
    head = bytearray(64)
    head[:20] = b'\x7fELF\x02\x01\x01' + bytes(9) + b'\x02\x00' + MACHINES[machine]
    return bytes(head)


def image(name: str, machine: str) -> bytes:
    """The archive of an image of that name for a machine, named as images name it: arm64."""
    layer = archive({path: program(machine) for path in ('bin/sh', 'bin/bash', 'usr/bin/dino')})
    config = {
        'architecture': machine, 'os': 'linux', 'created': '2026-01-01T00:00:00Z',
        'config': {'Cmd': ['/bin/sh'], 'Env': ['PATH=/usr/bin:/bin']},
        'rootfs': {'type': 'layers', 'diff_ids': [f'sha256:{sha256(layer).hexdigest()}']},
        'history': [{'created': '2026-01-01T00:00:00Z', 'created_by': 'test'}],
    }
    manifest = [{'Config': 'config.json', 'RepoTags': [name], 'Layers': ['layer.tar']}]
    return archive({
        'config.json': json.dumps(config).encode(), 'layer.tar': layer, 'manifest.json': json.dumps(manifest).encode(),
    })
