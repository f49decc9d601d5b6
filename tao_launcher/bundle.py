"""What a bundle for a host without a network holds: pure, the texts of its manifest and its sums.

A bundle is a folder with images.tar (docker save), manifest.json, tao.pyz (the launcher) and
SHA256SUMS, which is written last: without it nothing verifies.
"""
from __future__ import annotations

import json

from .jsontext import loads, refused, text_faults
from .reader import Reader
from .record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Any

IMAGES, MANIFEST, PROGRAM, SUMS = 'images.tar', 'manifest.json', 'tao.pyz', 'SHA256SUMS'
CONTENT = (IMAGES, MANIFEST, PROGRAM)
FORMAT = 1


class Image(Record):
    """An image of a bundle.

    id is the engine's at the time of saving, config the digest of its configuration in the archive:
    engines differ in which of the two they call the id.
    """

    reference: str
    id: str
    config: str
    digests: tuple[str, ...]
    size: int  # bytes, unpacked
    release: str
    tasks: tuple[str, ...]


def manifest(images: Iterable[Image], files: Mapping[str, tuple[int, str]]) -> str:
    """The text of manifest.json; files are (bytes, sha256) by name."""
    document = {
        'format': FORMAT,
        'images': [image._asdict() for image in images],
        'files': {name: {'size': size, 'sha256': digest} for name, (size, digest) in sorted(files.items())},
    }
    return json.dumps(document, indent=2) + '\n'


def read_manifest(data: bytes, path: str) -> list[Image]:
    """The images that a manifest names. Raises ConfigError with every fault."""
    reader = Reader()
    document = loads(data, path)
    reader.faults.extend(text_faults(document))
    top = reader.members('', document)
    if isinstance(document, dict) and top.get('format') != FORMAT:
        reader.expect('format', top.get('format'), f'{FORMAT}; another version of the launcher made this bundle')
    images = []
    for where, item in reader.items('images', top.get('images')):
        entry = reader.members(where, item)
        texts = [reader.text(f'{where}.{key}', entry.get(key)) or '' for key in ('reference', 'id', 'config')]
        images.append(Image(
            texts[0], texts[1], texts[2], tuple(map(str, entry.get('digests') or ())), int(entry.get('size') or 0),
            str(entry.get('release', '')), tuple(map(str, entry.get('tasks') or ())),
        ))
    if reader.faults:
        raise refused(path, reader.faults)
    return images


def sums(digests: Mapping[str, str]) -> str:
    """The text of SHA256SUMS, as sha256sum -c reads it."""
    return ''.join(f'{digest}  {name}\n' for name, digest in sorted(digests.items()))


def read_sums(text: str) -> dict[str, str]:
    """Name → sha256 of a SHA256SUMS file; lines that are none are left out."""
    pairs = [line.split(maxsplit=1) for line in text.splitlines()]
    return {pair[1].lstrip('*'): pair[0] for pair in pairs if len(pair) == 2 and len(pair[0]) == 64}


def config_ids(archive_manifest: Any) -> dict[str, str]:
    """Tag → configuration digest, and digest → itself, of the manifest.json inside images.tar."""
    found: dict[str, str] = {}
    for entry in archive_manifest if isinstance(archive_manifest, list) else []:
        name = str(entry.get('Config', '')).rpartition('/')[2]
        digest = 'sha256:' + (name[:-5] if name.endswith('.json') else name)
        found[digest] = digest
        for tag in entry.get('RepoTags') or []:
            found[tag] = digest
    return found
