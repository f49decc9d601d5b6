"""What an archive of `docker save` holds, as its own lists say it. Nothing of it is extracted, no layer is read.

Engines read manifest.json (classic docker, podman), repositories (docker before 1.10) or index.json (containerd's
store), whichever they know: all of them are read here, and in the way that an engine written in Go reads them.
"""
from __future__ import annotations

import hashlib
import posixpath
import re
import tarfile

from ...base.json_text import MAX_BYTES
from ...base.record import Record
from . import documents
from .archive_files import Files

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import IO, Any

DIGEST = 'sha256:[0-9a-f]{64}'
NAMES = ('io.containerd.image.name', 'org.opencontainers.image.ref.name')  # the annotations that become tags
MOST = 1000  # manifests of one index
PACKED = (b'\x1f\x8b', b'\x28\xb5\x2f\xfd')  # how gzip and zstd begin
UNPACKING = 2.2  # times what a packed layer takes, about


class Archived(Record):
    """An image of an archive.

    config is the digest of its configuration, '' where only index.json has it. digests are those of the manifests and
    indexes that lead to it, tops the ones that index.json itself names. content: see documents.content.
    """

    config: str
    tags: tuple[str, ...]
    digests: tuple[str, ...]
    tops: tuple[str, ...]
    content: str
    machine: str  # amd64, arm64


class Archive(Record):
    """An archive: its images, every tag that a list of it has, the manifests and indexes in it by digest, its bytes
    unpacked (about), and what is wrong.
    """

    images: tuple[Archived, ...]
    tags: tuple[str, ...]
    documents: Mapping[str, bytes]
    unpacked: int
    faults: tuple[str, ...]


def read(file: IO[bytes]) -> Archive:
    """Read the lists of an archive, from its start. Raises OSError."""
    files = Files(file)
    found = _Lists(files)
    try:
        found.read()
    except (tarfile.TarError, ValueError, RecursionError, OverflowError) as e:
        found.fault(f'not an archive of images ({e})' if not files.sizes else str(e))
    return Archive(
        tuple(found.images), tuple(found.tags), found.documents, files.total(PACKED, UNPACKING), tuple(files.faults),
    )


class _Lists:
    """The lists of one archive, as far as they are read."""

    def __init__(self, files: Files) -> None:
        self.files = files
        self.fault = files.fault
        self.images: list[Archived] = []
        self.tags: list[str] = []
        self.documents: dict[str, bytes] = {}

    def read(self) -> None:
        """Read them. Raises ValueError for one that is none."""
        self.files.read()
        listed = self._list('manifest.json', list)
        tops = list(self._index())
        self.images += [self._image(entry, tops) for entry in listed]
        known = {top for image in self.images for top in image.tops}
        for digest, tags, reached in tops:
            if digest not in known:
                self.images.append(Archived('', tags, tuple(reached), (digest,), '', ''))
        for image in self.images:
            self.tags += image.tags
        for repository, tags in self._list('repositories', dict).items():
            self.tags += [f'{repository}:{tag}' for tag in tags] if isinstance(tags, dict) else [repository]

    def _list(self, name: str, kind: type) -> Any:
        if name in self.files.links:
            self.fault(f'{name}: a link')
        if name not in self.files.sizes:
            if name == 'manifest.json':
                self.fault('no manifest.json, so it is not an archive of images')
            return kind()
        found = documents.strict(self.files.content(name, MAX_BYTES), name)
        if not isinstance(found, kind):
            raise ValueError(f'{name}: not the expected list')
        return found

    def _image(self, entry: object, tops: list[tuple[str, tuple[str, ...], list[str]]]) -> Archived:
        """The image of an entry of manifest.json."""
        members: Mapping[str, Any] = entry if isinstance(entry, dict) else {}
        name, layers, tags = members.get('Config'), members.get('Layers') or [], members.get('RepoTags') or []
        if not isinstance(name, str) or not _are_texts(layers) or not _are_texts(tags):
            raise ValueError('manifest.json: not the expected list')
        for path in (name, *layers):
            if self.files.file(path) not in self.files.sizes:
                self.fault(f'names {path[:100]}, which it does not have')
        data = self.files.content(name, MAX_BYTES) if self.files.file(name) in self.files.sizes else b''
        digest = f'sha256:{hashlib.sha256(data).hexdigest()}'
        if data and posixpath.basename(name).partition('.')[0] != digest[7:]:
            self.fault(f'{name[:100]}: its name is not its digest')
        config = documents.parsed(data)
        rootfs = config.get('rootfs')
        made_of = documents.content(rootfs.get('diff_ids') if isinstance(rootfs, dict) else None, config.get('config'))
        ours = [top for top in tops if digest in top[2]]
        return Archived(
            digest, (*tags, *(tag for top in ours for tag in top[1] if tag not in tags)),
            tuple(reached for top in ours for reached in top[2] if reached != digest), tuple(top[0] for top in ours),
            made_of, str(config.get('architecture', '')),
        )

    def _index(self) -> Iterator[tuple[str, tuple[str, ...], list[str]]]:
        """(digest, tags, digests of all that it leads to) of every entry of index.json."""
        for entry in documents.entries(self._list('index.json', dict)):
            digest, notes = str(entry.get('digest')), entry.get('annotations')
            names = [str(notes[name]) for name in NAMES if notes.get(name)] if isinstance(notes, dict) else []
            if len(names) == 2 and names[0].endswith(f':{names[1]}'):
                names.pop()
            reached = self._reached(digest)
            if not reached:
                self.fault(f'index.json names {digest[:80]}, which it does not have')
            yield digest, tuple(names), reached

    def _reached(self, digest: str) -> list[str]:
        """The digests of the manifests and indexes below one, itself included, and of configurations."""
        found: dict[str, None] = {}
        waiting = [digest]
        while waiting and len(found) < MOST:
            one = waiting.pop()
            if one in found or not re.fullmatch(DIGEST, one):
                continue
            name = f'blobs/sha256/{one[7:]}'
            if name not in self.files.sizes:
                continue  # of another platform, which was not pulled
            data = self.documents.get(one) or self.files.content(name, MAX_BYTES)
            if hashlib.sha256(data).hexdigest() != one[7:]:
                self.fault(f'{name}: its name is not its digest')
                continue
            found[one], self.documents[one] = None, data
            children, config = documents.named(documents.strict(data, name))
            waiting += children
            found.update(dict.fromkeys([config] if config else []))
        return list(found)


def _are_texts(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)
