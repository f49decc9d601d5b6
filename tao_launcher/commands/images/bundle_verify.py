"""tao bundle verify: a bundle is whole, holds what it says and nothing else, and what its digests are worth."""
from __future__ import annotations

import hashlib
import os
from contextlib import contextmanager

from ...base.errors import CheckFailed
from ...base.json_text import MAX_BYTES
from ...base.progress import Progress
from ...base.reading import BLOCK, NotRegular, content, opened
from ...base.record import Record
from ...base.text import plural
from ...engine import process
from . import archive as archives
from . import bundle, documents, signature
from .archive import Archive
from .bundle import CONTENT, IMAGES, MANIFEST, PROGRAM, SIGNATURE, SUMS, Image

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from typing import IO

    from ...base.output import Output
    from ...tasks.release_file import Release

MOST_SUMS = 1 << 16  # bytes


class Verified(Record):
    """A bundle that is good.

    `proven` are its references by digest that documents of the registry prove, `signer` is who signed it (''
    where nobody asked), `file` the very images.tar that was looked at.
    """

    images: Sequence[Image]
    archive: Archive
    proven: frozenset[str]
    signer: str
    file: IO[bytes]
    facts: tuple[int, ...]
    releases: Mapping[str, Release] = {}  # that the images are of, where a launcher may not know them

    def check_unchanged(self, *loaded: str) -> None:
        """Raise CheckFailed when someone has changed images.tar since it was looked at; `loaded` came of it."""
        if _facts(self.file) != self.facts:
            raise CheckFailed(f'{IMAGES} was changed while it was used', 'do not trust any of it', *loaded)


def verify(folder: str, output: Output, signers: str = '') -> int:
    """Say whether the bundle in `folder` is good; 0. Raises as `verified`."""
    with verified(folder, output, signers) as found:
        signed = f', signed by {found.signer}' if found.signer else ''
        output.result(f'{folder}: good, {plural(len(found.images), "image")}{signed}\n')
    return 0


@contextmanager
def verified(folder: str, output: Output, signers: str = '') -> Iterator[Verified]:
    """The bundle in `folder`, once every file is what SHA256SUMS says and holds what manifest.json says.

    With `signers` (a file as ssh-keygen's ALLOWED SIGNERS) SHA256SUMS has to be signed by one of them.
    Raises CheckFailed with every file that is missing, damaged or foreign, ConfigError for its manifest.
    """
    sums, names = _sums(folder)
    signer = _signer(folder, sums, signers, output, is_signed=SIGNATURE in names)
    expected = bundle.read_sums(sums.decode('utf-8', 'replace'))
    wrong = [f'{name}: not part of the bundle' for name in names if name not in (*CONTENT, SUMS, SIGNATURE)]
    wrong += [f'{name}: not in {SUMS}' for name in CONTENT if name not in expected]
    wrong += [f'{name}: in {SUMS}, but not a file of a bundle' for name in expected if name not in CONTENT]
    files: dict[str, IO[bytes]] = {}
    facts: dict[str, tuple[int, ...]] = {}  # before anything of them was read
    try:
        for name in CONTENT:
            if name in expected:
                wrong += _damage(folder, name, expected[name], files, facts, output)
        if wrong:
            raise CheckFailed(f'{folder}: not good', *wrong)
        images, releases = _images(folder, files[MANIFEST], expected)
        archive = archives.read(files[IMAGES])
        proven, lies = _proofs(images, archive)
        changed = [name for name in CONTENT if _facts(files[name]) != facts[name]]
        wrong = [*(f'{name}: changed meanwhile' for name in changed), *bundle.mismatches(images, archive), *lies]
        if wrong:
            raise CheckFailed(f'{folder}: not good', *wrong)
        for reference in dict.fromkeys(image.reference for image in images):
            if '@' in reference and reference not in proven:
                output.notice(f'{reference}: unproven; nothing here shows that this image is the one of that digest')
        found = Verified(images, archive, proven, signer, files[IMAGES], facts[IMAGES], releases)
        yield found
        found.check_unchanged()
    finally:
        for file in files.values():
            file.close()


def _images(
    folder: str, file: IO[bytes], expected: Mapping[str, str],
) -> tuple[list[Image], dict[str, Release]]:
    file.seek(0)
    images, named, releases = bundle.read_manifest(file.read(MAX_BYTES), f'{folder}/{MANIFEST}')
    swapped = [name for name in (IMAGES, PROGRAM) if named.get(name) != expected[name]]
    if swapped:
        raise CheckFailed(f'{folder}: not good', *(f'{name}: not the one that {MANIFEST} names' for name in swapped))
    return images, releases


def _sums(folder: str) -> tuple[bytes, list[str]]:
    """(the text of SHA256SUMS, the names of all files)."""
    try:
        return content(f'{folder}/{SUMS}', MOST_SUMS), sorted(os.listdir(folder))
    except OSError as e:
        raise CheckFailed(
            f'{folder}: not a complete bundle', f'{SUMS}, which is written last: {e.strerror or e}',
        ) from None


def _signer(folder: str, sums: bytes, signers: str, output: Output, *, is_signed: bool) -> str:
    if not signers:
        if is_signed:
            output.notice(f'{folder}: signed, but the signer is not checked: --signers FILE checks it')
        return ''
    if not is_signed:
        raise CheckFailed(f'{folder}: not signed', f'there is no {SIGNATURE}')
    try:
        made = content(f'{folder}/{SIGNATURE}', MOST_SUMS)
    except OSError as e:
        raise CheckFailed(f'{folder}/{SIGNATURE}: {e.strerror or e}') from None
    return signature.signer(sums, made, signers)


def _damage(
    folder: str, name: str, expected: str, files: dict[str, IO[bytes]], facts: dict[str, tuple[int, ...]],
    output: Output,
) -> list[str]:
    """What is wrong with a file, which is opened once, into `files`; `facts` are its size and times before that."""
    digest = hashlib.sha256()
    try:
        file = files[name] = open(opened(f'{folder}/{name}'), 'rb')
        facts[name] = _facts(file)
        size = os.fstat(file.fileno()).st_size
        if name == MANIFEST and size > MAX_BYTES:
            return [f'{name}: larger than {MAX_BYTES >> 20} MiB']
        progress = Progress(f'checking {name}', size, output, process.clock)
        blocks = iter(lambda: file.read(BLOCK), b'')
        for block in progress.of(blocks) if name == IMAGES else blocks:
            digest.update(block)
    except (NotRegular, IsADirectoryError):
        return [f'{name}: no file']
    except OSError as e:
        return [f'{name}: {e.strerror or e}']
    if digest.hexdigest() == expected:
        return []
    return [f'{name}: damaged (sha256 {digest.hexdigest()[:12]}…, not {expected[:12]}…)']


def _proofs(images: Sequence[Image], archive: Archive) -> tuple[frozenset[str], list[str]]:
    """(the references by digest that are proven, what is proven to be another image)."""
    proven, lies = [], []
    for image in images:
        known: Mapping[str, bytes] = {**archive.documents, **documents.by_digest(bundle.documents(image))}
        found = bundle.in_archive(image, archive)
        for reference in dict.fromkeys((image.reference, *image.digests)):
            digest = reference.partition('@')[2]
            if found and digest:
                told = documents.proves(digest, known, found.config, found.tops)
                proven += [reference] if told else []
                lies += [f'{IMAGES}: has another image than the one of {reference}'] if told is False else []
    return frozenset(proven), lies


def _facts(file: IO[bytes]) -> tuple[int, ...]:
    found = os.fstat(file.fileno())
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns
