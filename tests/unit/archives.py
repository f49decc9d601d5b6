"""Archives of images as engines save them, small: of classic docker, and of docker with containerd's store."""
from __future__ import annotations

import hashlib
import io
import json
import tarfile
from pathlib import Path
from typing import Any, Mapping, Sequence

from tao_launcher.commands.images import bundle

LAYER = b'a layer'
IMAGE_MANIFEST = 'application/vnd.oci.image.manifest.v1+json'


class Tar:
    """A tar archive, member by member."""

    def __init__(self) -> None:
        self.members: list[tuple[tarfile.TarInfo, bytes]] = []

    def file(self, name: str, data: bytes | str) -> Tar:
        member = tarfile.TarInfo(name)
        content = data.encode() if isinstance(data, str) else data
        member.size = len(content)
        self.members.append((member, content))
        return self

    def other(self, name: str, kind: bytes, target: str = '') -> Tar:
        """A link, a device, a folder."""
        member = tarfile.TarInfo(name)
        member.type, member.linkname = kind, target
        self.members.append((member, b''))
        return self

    def data(self) -> bytes:
        made = io.BytesIO()
        with tarfile.open(fileobj=made, mode='w', format=tarfile.PAX_FORMAT) as archive:
            for member, content in self.members:
                archive.addfile(member, io.BytesIO(content))
        return made.getvalue()


def sha(data: bytes) -> str:
    return f'sha256:{hashlib.sha256(data).hexdigest()}'


def configuration(command: str = 'web', machine: str = 'amd64') -> bytes:
    """The configuration of an image with one layer."""
    rootfs = {'type': 'layers', 'diff_ids': [sha(LAYER)]}
    return json.dumps({'architecture': machine, 'config': {'Cmd': [command]}, 'rootfs': rootfs}).encode()


def registry_manifest(config: bytes) -> bytes:
    """The document of a registry for an image."""
    named = {'mediaType': 'application/vnd.oci.image.config.v1+json', 'digest': sha(config), 'size': len(config)}
    return json.dumps({'schemaVersion': 2, 'mediaType': IMAGE_MANIFEST, 'config': named, 'layers': []}).encode()


def index(*manifests: bytes, machines: Sequence[str] = ('amd64', 'arm64', 'unknown')) -> bytes:
    """An index of manifests, each for a machine."""
    entries = [
        {'digest': sha(data), 'size': len(data), 'platform': {'architecture': machine, 'os': 'linux'}}
        for data, machine in zip(manifests, machines)
    ]
    return json.dumps({'schemaVersion': 2, 'manifests': entries}).encode()


def classic(images: Mapping[str, bytes], **changes: Any) -> Tar:
    """What classic docker saves of tag → configuration; `changes` are made to every entry of manifest.json."""
    made = Tar()
    entries = []
    for config in dict.fromkeys(images.values()):
        made.file(f'{sha(config)[7:]}.json', config).file(f'{sha(config)[7:]}/layer.tar', LAYER)
        tags = [tag for tag, own in images.items() if own == config]
        entry = {'Config': f'{sha(config)[7:]}.json', 'RepoTags': tags, 'Layers': [f'{sha(config)[7:]}/layer.tar']}
        entries.append({**entry, **changes})
    return made.file('manifest.json', json.dumps(entries))


def containerd(tag: str, config: bytes, *, whole: bytes = b'', notes: Mapping[str, str] = {}) -> Tar:
    """What docker saves of an image in containerd's store; `whole` is the index that the image is of."""
    document = registry_manifest(config)
    top = whole or document
    made = Tar()
    for data in dict.fromkeys((config, document, top, LAYER)):
        made.file(f'blobs/sha256/{sha(data)[7:]}', data)
    named = {'io.containerd.image.name': tag, 'org.opencontainers.image.ref.name': tag.rpartition(':')[2], **notes}
    entry = {'digest': sha(top), 'size': len(top), 'annotations': named}
    made.file('index.json', json.dumps({'schemaVersion': 2, 'manifests': [entry]}))
    paths = [f'blobs/sha256/{sha(data)[7:]}' for data in (config, LAYER)]
    return made.file('manifest.json', json.dumps([{'Config': paths[0], 'RepoTags': [tag], 'Layers': paths[1:]}]))




def write_bundle(folder: Path, archive: bytes, *images: bundle.Image) -> Path:
    """A bundle with that archive and those images, whose sums are right."""
    folder.mkdir(exist_ok=True)
    contents = {'images.tar': archive, 'tao.pyz': b'a launcher'}
    facts = {name: (len(data), sha(data)[7:]) for name, data in contents.items()}
    contents['manifest.json'] = bundle.manifest(images, facts).encode()
    for name, data in contents.items():
        (folder / name).write_bytes(data)
    (folder / 'SHA256SUMS').write_text(bundle.sums({name: sha(data)[7:] for name, data in contents.items()}))
    return folder
