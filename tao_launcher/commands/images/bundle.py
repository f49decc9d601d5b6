"""What a bundle for a host without a network holds: pure, the texts of its manifest and its sums.

A bundle is a folder with images.tar (docker save), manifest.json, tao.pyz (the launcher) and
SHA256SUMS, which is written last: without it nothing verifies.
"""
from __future__ import annotations

import json
import re

from ...base.json_reader import Reader, whole
from ...base.json_text import at, loads, refused, text_faults
from ...base.record import Record
from ...engine import answers
from ...settings import parsers

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Any

IMAGES, MANIFEST, PROGRAM, SUMS = 'images.tar', 'manifest.json', 'tao.pyz', 'SHA256SUMS'
CONTENT = (IMAGES, MANIFEST, PROGRAM)
OURS = (*CONTENT, SUMS, *(f'{name}.part' for name in (*CONTENT, SUMS)))  # .part: of a save by an older launcher
FORMAT = 1


class Image(Record):
    """An image of a bundle.

    id is the engine's at the time of saving, config the digest of its configuration in the archive:
    engines differ in which of the two they call the id.
    """

    reference: str
    id: str
    config: str
    digests: tuple[str, ...]  # REPOSITORY@DIGEST
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


def read_manifest(data: bytes, path: str) -> tuple[list[Image], dict[str, str]]:
    """(the images that a manifest names, name → sha256 of its files). Raises ConfigError with every fault."""
    reader = Reader()
    document = loads(data, path)
    reader.faults.extend(text_faults(document))
    top = reader.members('', document)
    if isinstance(document, dict) and top.get('format') != FORMAT:
        reader.expect('format', top.get('format'), f'{FORMAT}; another version of the launcher made this bundle')
    images = [_image(where, item, reader) for where, item in reader.items('images', top.get('images'))]
    files = {
        name: str(reader.members(at('files', name), entry).get('sha256'))
        for name, entry in reader.members('files', top.get('files')).items()
    }
    if reader.faults:
        raise refused(path, reader.faults)
    return images, files


def _image(where: str, item: object, reader: Reader) -> Image:
    entry = reader.members(where, item)

    def reference(path: str, value: object) -> str:
        text = reader.text(path, value)
        return (reader.parsed(path, text, parsers.image) if text else None) or ''

    def texts(key: str) -> tuple[tuple[str, Any], ...]:
        return tuple(reader.items(at(where, key), entry.get(key)))

    size = whole(entry.get('size'))
    if size is None:
        reader.expect(at(where, 'size'), entry.get('size'), 'a number of bytes')
    for key in ('id', 'config'):  # words for the engine's command line
        if not re.fullmatch('sha256:[0-9a-f]{64}', str(entry.get(key))):
            reader.expect(at(where, key), entry.get(key), 'an image id "sha256:…"')
    return Image(
        reference(at(where, 'reference'), entry.get('reference')), str(entry.get('id')), str(entry.get('config')),
        tuple(reference(path, value) for path, value in texts('digests')), size or 0, str(entry.get('release')),
        tuple(str(value) for _, value in texts('tasks')),
    )


def sums(digests: Mapping[str, str]) -> str:
    """The text of SHA256SUMS, as sha256sum -c reads it."""
    return ''.join(f'{digest}  {name}\n' for name, digest in sorted(digests.items()))


def read_sums(text: str) -> dict[str, str]:
    """Name → sha256 of a SHA256SUMS file; lines that are none are left out."""
    pairs = [line.split(maxsplit=1) for line in text.splitlines()]
    return {pair[1].lstrip('*'): pair[0] for pair in pairs if len(pair) == 2 and len(pair[0]) == 64}


def config_ids(archive_manifest: object) -> dict[str, str]:
    """Tag → configuration digest, and digest → itself, of the manifest.json inside images.tar."""
    found: dict[str, str] = {}
    for entry in answers.entries(archive_manifest):
        name = answers.text(entry, 'Config').rpartition('/')[2]
        digest = 'sha256:' + (name[:-5] if name.endswith('.json') else name)
        found[digest] = digest
        for tag in answers.texts(entry, 'RepoTags'):
            found[tag] = digest
    return found
