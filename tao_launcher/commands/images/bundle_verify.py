"""tao bundle verify: a bundle is whole, holds what it says and nothing else, and what its digests are worth."""
from __future__ import annotations

from contextlib import contextmanager

from ...base.errors import CheckFailed
from ...base.record import Record
from . import archive as archives
from . import bundle, bundle_files, documents
from .archive import Archive
from .bundle import CONTENT, IMAGES, MANIFEST, PROGRAM, SIGNATURE, SUMS, Image
from .bundle_files import Opened, facts

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from typing import IO

    from ...base.output import Output
    from ...tasks.release_file import Release


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
        if facts(self.file) != self.facts:
            raise CheckFailed(f'{IMAGES} was changed while it was used', 'do not trust any of it', *loaded)


def verify(folder: str, output: Output, signers: str = '') -> int:
    """Say whether the bundle in `folder` is good; 0. Raises as `verified`."""
    with verified(folder, output, signers) as found:
        bundle_files.say_good(folder, len(found.images), found.signer, output)
    return 0


@contextmanager
def verified(folder: str, output: Output, signers: str = '') -> Iterator[Verified]:
    """The bundle in `folder`, once every file is what SHA256SUMS says and holds what manifest.json says.

    With `signers` (a file as ssh-keygen's ALLOWED SIGNERS) SHA256SUMS has to be signed by one of them.
    Raises CheckFailed with every file that is missing, damaged or foreign, ConfigError for its manifest.
    """
    sums, names = bundle_files.sums(folder)
    signer = bundle_files.signer(folder, sums, signers, output, is_signed=SIGNATURE in names)
    expected = bundle.read_sums(sums.decode('utf-8', 'replace'))
    wrong = [f'{name}: not part of the bundle' for name in names if name not in (*CONTENT, SUMS, SIGNATURE)]
    wrong += [f'{name}: not in {SUMS}' for name in CONTENT if name not in expected]
    wrong += [f'{name}: in {SUMS}, but not a file of a bundle' for name in expected if name not in CONTENT]
    there = Opened(folder, output, follows=True)
    try:
        for name in CONTENT:
            if name in expected:
                wrong += there.damage(name, expected[name], is_large=name == IMAGES)
        if wrong:
            raise CheckFailed(f'{folder}: not good', *wrong)
        images, releases = _images(folder, there.text(MANIFEST), expected)
        archive = archives.read(there.files[IMAGES])
        proven, lies = _proofs(images, archive)
        wrong = [f'{name}: changed meanwhile' for name in there.changed()]
        wrong += [*bundle.mismatches(images, archive), *lies]
        if wrong:
            raise CheckFailed(f'{folder}: not good', *wrong)
        for reference in dict.fromkeys(image.reference for image in images):
            if '@' in reference and reference not in proven:
                output.notice(f'{reference}: unproven; nothing here shows that this image is the one of that digest')
        found = Verified(images, archive, proven, signer, there.files[IMAGES], there.facts[IMAGES], releases)
        yield found
        found.check_unchanged()
    finally:
        there.close()


def _images(
    folder: str, data: bytes, expected: Mapping[str, str],
) -> tuple[list[Image], dict[str, Release]]:
    images, named, releases = bundle.read_manifest(data, f'{folder}/{MANIFEST}')
    swapped = [name for name in (IMAGES, PROGRAM) if named.get(name) != expected[name]]
    if swapped:
        raise CheckFailed(f'{folder}: not good', *(f'{name}: not the one that {MANIFEST} names' for name in swapped))
    return images, releases


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
