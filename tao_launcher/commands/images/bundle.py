"""What a bundle for a host without a network holds: pure, the texts of its manifest and its sums.

A bundle is a folder with images.tar (docker save), manifest.json, tao.pyz (the launcher) and
SHA256SUMS, which is written last: without it nothing verifies. SHA256SUMS.sig may sign that.
"""
from __future__ import annotations

import base64
import binascii
import json
import re

from ...base.errors import Fault
from ...base.json_reader import Reader, whole
from ...base.json_text import at, loads, refused, text_faults
from ...base.record import Record
from ...engine.references import lasting_tag, plain, with_registry
from ...settings import parsers
from ...tasks import release_file

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping
    from typing import Any

    from ...tasks.release_file import Release
    from .archive import Archive, Archived

IMAGES, MANIFEST, PROGRAM, SUMS = 'images.tar', 'manifest.json', 'tao.pyz', 'SHA256SUMS'
SIGNATURE = f'{SUMS}.sig'
CONTENT = (IMAGES, MANIFEST, PROGRAM)
OURS = (*CONTENT, SUMS, SIGNATURE, *(f'{name}.part' for name in (*CONTENT, SUMS)))  # .part: of an older launcher
FORMAT = 1


class Image(Record):
    """An image of a bundle.

    id is the engine's at the time of saving, config the digest of its configuration in the archive. Stores differ in
    what they call the id (that digest, or the manifest's), so the configuration is what identifies it. Bundles that
    were saved before that was known can have the id for both.
    """

    reference: str
    id: str
    config: str
    digests: tuple[str, ...]  # REPOSITORY@DIGEST
    size: int  # bytes, unpacked
    release: str
    tasks: tuple[str, ...]
    documents: tuple[str, ...] = ()  # of its registry, what `digests` are the digests of: the bytes in base64


def manifest(
    images: Iterable[Record], files: Mapping[str, tuple[int, str]], releases: Mapping[str, Release] = {},
    form: int | str = FORMAT,
) -> str:
    """The text of manifest.json, of this form and with images as that has them.

    files are (bytes, sha256) by name, releases those that a launcher may not know.
    """
    document = {
        'format': form,
        'images': [image._asdict() for image in images],
        'files': {name: {'size': size, 'sha256': digest} for name, (size, digest) in sorted(files.items())},
        **({'releases': release_file.document(releases)} if releases else {}),
    }
    return json.dumps(document, indent=2) + '\n'


def read_manifest(data: bytes, path: str) -> tuple[list[Image], dict[str, str], dict[str, Release]]:
    """(the images that a manifest names, name → sha256 of its files, releases). Raises ConfigError with every fault."""
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
    there = {(image.release, task, image.reference) for image in images for task in image.tasks}
    releases = read_releases(top, there, reader)
    if reader.faults:
        raise refused(path, reader.faults)
    return images, files, releases


def read_releases(
    top: Mapping[str, Any], there: Collection[tuple[str, str, str]], reader: Reader,
) -> dict[str, Release]:
    """The releases of a manifest, which are in our format alone; `there` is (release, task, image) of its images."""
    if 'releases' not in top:
        return {}
    value = top['releases']
    inner = Reader()
    members = inner.members('', value)
    ours = {key: one for key, one in members.items() if key != 'format_version'}
    found = release_file.releases(ours, inner) if isinstance(value, dict) else {}
    reader.faults += [
        Fault(f'releases.{fault.path}' if fault.path else 'releases', fault.message, value=fault.value)
        for fault in inner.faults
    ]
    reader.faults += [
        Fault('releases', f'{each}: its image is not in the bundle') for each in _strangers(found, there)
    ]
    return found


def _strangers(releases: Mapping[str, Release], there: Collection[tuple[str, str, str]]) -> list[str]:
    """The tasks of the releases, as RELEASE GROUP/TASK, whose image the bundle does not have.

    A bundle of a mirror has the image under another registry.
    """
    return [
        f'{release} {group}/{task}' for release, found in releases.items()
        for group, image, task in release_file.pairs(found)
        if group and not any(  # '' is one whose name is refused
            (release, f'{group}/{task}') == (of_release, name)
            and (reference == image or reference.endswith(with_registry(image, '')))
            for of_release, name, reference in there
        )
    ]


def _image(where: str, item: object, reader: Reader) -> Image:
    entry = reader.members(where, item)

    def reference(path: str, value: object) -> str:
        text = reader.text(path, value)
        return (reader.parsed(path, text, parsers.image) if text else None) or ''

    def texts(key: str) -> tuple[tuple[str, Any], ...]:
        return tuple(reader.items(at(where, key), entry.get(key)))

    found = tuple(reader.items(at(where, 'documents'), entry['documents'])) if 'documents' in entry else ()
    for path, value in found:
        if _bytes(value) is None:
            reader.expect(path, value, 'base64')
    size = whole(entry.get('size'))
    if size is None:
        reader.expect(at(where, 'size'), entry.get('size'), 'a number of bytes')
    for key in ('id', 'config'):  # words for the engine's command line
        if not re.fullmatch('sha256:[0-9a-f]{64}', str(entry.get(key))):
            reader.expect(at(where, key), entry.get(key), 'an image id "sha256:…"')
    return Image(
        reference(at(where, 'reference'), entry.get('reference')), str(entry.get('id')), str(entry.get('config')),
        tuple(reference(path, value) for path, value in texts('digests')), size or 0, str(entry.get('release')),
        tuple(str(value) for _, value in texts('tasks')), tuple(str(value) for _, value in found),
    )


def _bytes(text: object) -> bytes | None:
    try:
        return base64.b64decode(str(text), validate=True) if isinstance(text, str) else None
    except (binascii.Error, ValueError):
        return None


def packed(document: bytes) -> str:
    """A document as the manifest has it."""
    return base64.b64encode(document).decode()


def documents(image: Image) -> list[bytes]:
    """The documents of an image, as they were at its registry."""
    return [_bytes(text) or b'' for text in image.documents]


def in_archive(image: Image, archive: Archive) -> Archived | None:
    """The image of the archive that an image of the manifest is, by its configuration or by an id of a store."""
    known = {image.id, image.config}
    by_config = [found for found in archive.images if found.config == image.config]
    return next(iter(by_config or [found for found in archive.images if known & {*found.digests}]), None)


def mismatches(images: Iterable[Image], archive: Archive) -> list[str]:
    """What the archive has and the manifest has not, and the other way round: nothing else may be loaded."""
    wrong = list(archive.faults)
    tags: dict[Archived, set[str]] = {}
    for image in images:
        found = in_archive(image, archive)
        if found:
            tags.setdefault(found, set()).update(plain(tag) for tag in (image.reference, lasting_tag(image.reference)))
        else:
            wrong.append(f'does not have {image.reference}, which {MANIFEST} names')
    said: set[str] = set()
    for found in archive.images:
        if found not in tags:
            wrong.append(f'has an image that {MANIFEST} does not name ({found.config or " ".join(found.tops)})')
        for tag in found.tags if found in tags else ():
            if plain(tag) not in tags[found]:
                wrong.append(f'has the tag {tag} for an image that {MANIFEST} does not name so')
                said.add(tag)
    known = {tag for every in tags.values() for tag in every}
    wrong += [
        f'has the tag {tag}, which {MANIFEST} does not name'
        for tag in archive.tags if plain(tag) not in known and tag not in said
    ]
    return [f'{IMAGES}: {fault}' for fault in dict.fromkeys(wrong)]


def sums(digests: Mapping[str, str]) -> str:
    """The text of SHA256SUMS, as sha256sum -c reads it."""
    return ''.join(f'{digest}  {name}\n' for name, digest in sorted(digests.items()))


def read_sums(text: str) -> dict[str, str]:
    """Name → sha256 of a SHA256SUMS file; lines that are none are left out. Digits may be capitals."""
    pairs = [line.split(maxsplit=1) for line in text.splitlines()]
    return {pair[1].lstrip('*'): pair[0].lower() for pair in pairs if len(pair) == 2 and len(pair[0]) == 64}
