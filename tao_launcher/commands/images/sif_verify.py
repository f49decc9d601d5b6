"""tao bundle verify, of a bundle of Apptainer's files: it is whole, and holds what it says and nothing else."""
from __future__ import annotations

from contextlib import contextmanager

from ...base.errors import CheckFailed
from ...base.record import Record
from ...engine import sif
from . import bundle, bundle_files, sif_bundle
from .bundle import MANIFEST, PROGRAM, SIGNATURE, SUMS
from .bundle_files import Opened

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...base.output import Output
    from .sif_bundle import SifManifest


class SifVerified(Record):
    """A bundle that is good: its manifest, who signed it ('' where nobody asked), and the very files looked at."""

    manifest: SifManifest
    signer: str
    opened: Opened


def verify(folder: str, output: Output, signers: str = '') -> int:
    """Say whether the bundle in `folder` is good; 0. Raises as `verified`."""
    with verified(folder, output, signers) as found:
        bundle_files.say_good(folder, len(found.manifest.images), found.signer, output)
    return 0


@contextmanager
def verified(folder: str, output: Output, signers: str = '') -> Iterator[SifVerified]:
    """The bundle in `folder`, once every file is what SHA256SUMS and manifest.json say.

    With `signers` (a file as ssh-keygen's ALLOWED SIGNERS) SHA256SUMS has to be signed by one of them. A link is no
    file of a bundle. Raises CheckFailed with all that is wrong, ConfigError for its manifest.
    """
    sums, names = bundle_files.sums(folder)
    signer = bundle_files.signer(folder, sums, signers, output, is_signed=SIGNATURE in names)
    expected = bundle.read_sums(sums.decode('utf-8', 'replace'))
    ours = [name for name in expected if name in (MANIFEST, PROGRAM) or sif_bundle.is_file(name)]
    wrong = [
        f'{name}: not part of the bundle' for name in names if name not in (*ours, *sif_bundle.OTHERS)
    ]
    wrong += [f'{name}: not in {SUMS}' for name in (MANIFEST, PROGRAM) if name not in expected]
    wrong += [f'{name}: in {SUMS}, but not a file of a bundle' for name in expected if name not in ours]
    there = Opened(folder, output, follows=False)
    try:
        for name in ours:
            found = there.damage(name, expected[name], is_large=sif_bundle.is_file(name))
            wrong += found or _no_image(name, there)
        if wrong:
            raise CheckFailed(f'{folder}: not good', *wrong)
        manifest = sif_bundle.read(there.text(MANIFEST), f'{folder}/{MANIFEST}')
        wrong = [f'{name}: changed meanwhile' for name in there.changed()]
        wrong += sif_bundle.mismatches(manifest, expected, {name: there.size(name) for name in ours})
        if wrong:
            raise CheckFailed(f'{folder}: not good', *wrong)
        for image in manifest.images:
            if '@' in image.reference:
                output.notice(
                    f'{image.reference}: unproven; nothing here shows that this image is the one of that digest'
                )
        yield SifVerified(manifest, signer, there)
    finally:
        there.close()


def _no_image(name: str, there: Opened) -> list[str]:
    if not sif_bundle.is_file(name):
        return []
    file = there.files[name]
    file.seek(0)
    found = sif.header(file.read(sif.HEADER))
    if not found:
        return [f'{name}: not an image of Apptainer\'s']
    return [] if found.size <= there.size(name) else [f'{name}: not whole: {there.size(name)} of {found.size} bytes']
