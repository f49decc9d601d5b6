"""What a bundle of Apptainer's files holds: pure, the text of its manifest.

A bundle is a folder with a file for each image (see engine/sif.name), manifest.json, tao.pyz (the launcher) and
SHA256SUMS, which is written last: without it nothing verifies. SHA256SUMS.sig may sign that.
"""
from __future__ import annotations

from ...base.errors import Fault
from ...base.json_reader import Reader, whole
from ...base.json_text import at, loads, refused, text_faults
from ...base.record import Record
from ...engine import sif
from ...settings import parsers
from . import bundle
from .bundle import MANIFEST, PROGRAM, SIGNATURE, SUMS, read_releases

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ...tasks.release_file import Release

FORMAT = 'sif-1'
# What every bundle has beside the images, SIGNATURE where it is signed.
OTHERS = (MANIFEST, PROGRAM, SUMS, SIGNATURE)


class SifImage(Record):
    """An image of a bundle; its file's name is that of its reference."""

    reference: str
    release: str
    tasks: tuple[str, ...]

    @property
    def file(self) -> str:
        """The name of its file."""
        return sif.name(self.reference)


class SifManifest(Record):
    """A manifest; files are (bytes, sha256) by name, releases those that a launcher may not know."""

    images: tuple[SifImage, ...]
    files: Mapping[str, tuple[int, str]]
    releases: Mapping[str, Release] = {}


def text(manifest: SifManifest) -> str:
    """The text of manifest.json."""
    return bundle.manifest(manifest.images, manifest.files, manifest.releases, FORMAT)


def read(data: bytes, path: str) -> SifManifest:
    """The manifest in the bytes of a file. Raises ConfigError with every fault."""
    reader = Reader()
    document = loads(data, path)
    reader.faults.extend(text_faults(document))
    top = reader.members('', document)
    if isinstance(document, dict) and top.get('format') != FORMAT:
        reader.expect('format', top.get('format'), f'"{FORMAT}"; another version of the launcher made this bundle')
    images = tuple(_image(where, item, reader) for where, item in reader.items('images', top.get('images')))
    twice = {image.file for image in images if [one.file for one in images].count(image.file) > 1}
    reader.faults += [Fault('images', f'{name}: several images of one file') for name in sorted(twice)]
    files = {
        name: _file(at('files', name), entry, reader)
        for name, entry in reader.members('files', top.get('files')).items()
    }
    there = {(image.release, task, image.reference) for image in images for task in image.tasks}
    releases = read_releases(top, there, reader)
    if reader.faults:
        raise refused(path, reader.faults)
    return SifManifest(images, files, releases)


def _image(where: str, item: object, reader: Reader) -> SifImage:
    entry = reader.members(where, item)
    path = at(where, 'reference')
    given = reader.text(path, entry.get('reference'))
    reference = (reader.parsed(path, given, parsers.image) if given else None) or ''
    tasks = reader.items(at(where, 'tasks'), entry.get('tasks'))
    return SifImage(reference, str(entry.get('release')), tuple(str(value) for _, value in tasks))


def _file(where: str, item: object, reader: Reader) -> tuple[int, str]:
    entry = reader.members(where, item)
    size = whole(entry.get('size'))
    if size is None:
        reader.expect(at(where, 'size'), entry.get('size'), 'a number of bytes')
    return size or 0, str(entry.get('sha256'))


def mismatches(manifest: SifManifest, expected: Mapping[str, str], sizes: Mapping[str, int]) -> list[str]:
    """What manifest.json, SHA256SUMS (`expected`) and the folder with files of these `sizes` do not agree about."""
    names = [image.file for image in manifest.images]
    wrong = [f'{name}: {MANIFEST} names it, and it is not in {SUMS}' for name in names if name not in expected]
    for name in (one for one in expected if one != MANIFEST):
        if name not in names and name != PROGRAM:
            wrong.append(f'{name}: of no image that {MANIFEST} names')
        elif manifest.files.get(name, (0, ''))[1] != expected[name]:
            wrong.append(f'{name}: not the one that {MANIFEST} names')
        elif manifest.files[name][0] != sizes.get(name):
            wrong.append(f'{name}: {sizes.get(name)} bytes, not the {manifest.files[name][0]} of {MANIFEST}')
    return wrong


def is_file(name: str) -> bool:
    """Whether a name is one of an image's files, in a folder and no other."""
    return name.endswith(sif.ENDING) and '/' not in name and not name.startswith('.')


def has_files(names: Iterable[str]) -> bool:
    """Whether a bundle whose files these are is one of Apptainer's."""
    return any(map(is_file, names))
