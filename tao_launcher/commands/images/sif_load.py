"""tao bundle load of Apptainer's files: they go into the folder where launches look for them."""
from __future__ import annotations

import hashlib

from ...base import listing
from ...base.errors import CheckFailed
from ...base.files import Whole
from ...base.folders import make_folders
from ...base.progress import Progress, size
from ...base.reading import BLOCK, blocks
from ...engine import process, sif
from ...engine.platforms import architecture
from . import carried
from .sif_verify import verified

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from ...base.host import Host
    from .sif_bundle import SifImage
    from .sif_store import SifStore
    from .sif_verify import SifVerified


def load(folder: str, store: SifStore, signers: str, here: Host) -> dict[str, str]:
    """Copy the files of a bundle to where launches look for them, once it verifies.

    Returns the sha256 of the files by reference. Releases that it carries go into the caller's releases.d.

    Loading it again changes nothing. Raises CheckFailed, ConfigError.
    """
    with verified(folder, store.output, signers) as good:
        releases = carried.contents(good.manifest.releases, here)
        wanted = [image for image in good.manifest.images if _is_wanted(image, good, store)]
        if store.dry_run:
            store.output.result(''.join(
                store.line('cp', f'{folder}/{image.file}', store.path(image.reference)) for image in wanted
            ))
            carried.keep_all(releases, here, store.output, dry_run=True)
            return {}
        try:
            make_folders(store.folder, [])
            _check_space(wanted, good, store)
            for image in wanted:
                _copy(image, good, store)
        except OSError as e:
            raise CheckFailed(
                f'{store.folder}: {e.strerror or e}', advice='TAO_SIF_DIR names another folder for the images',
            ) from None
    carried.keep_all(releases, here, store.output, dry_run=False)
    store.output.result(''.join(f'{image.reference}\n' for image in good.manifest.images))
    return {image.reference: f'sha256:{good.manifest.files[image.file][1]}' for image in good.manifest.images}


def _is_wanted(image: SifImage, good: SifVerified, store: SifStore) -> bool:
    """Whether the file of an image is to be copied: where another is, only under a tag, which can move."""
    path, expected = store.path(image.reference), good.manifest.files[image.file]
    found = store.found(image.reference)
    if not found:
        return True
    if found.size == expected[0] and _digest(path) == expected[1]:
        return False
    if '@' in image.reference:
        store.output.notice(f'{path}: another file of this digest is here, which is used')
        return False
    store.output.notice(f'{path}: another file is here, which this one replaces')
    return True


def _digest(path: str) -> str:
    digest = hashlib.sha256()
    try:
        for block in blocks(path):
            digest.update(block)
    except OSError:
        return ''
    return digest.hexdigest()


def _check_space(wanted: Sequence[SifImage], good: SifVerified, store: SifStore) -> None:
    total = sum(good.manifest.files[image.file][0] for image in wanted)
    free = listing.free_bytes(store.folder)
    if not store.no_check and free is not None and free < total:
        raise CheckFailed(
            f'not enough room in {store.folder}', f'{size(free)} free, {size(total)} needed',
            advice='TAO_SIF_DIR names another folder, or tao --no-check bundle load …',
        )


def _copy(image: SifImage, good: SifVerified, store: SifStore) -> None:
    """Copy the very file that was looked at. Raises CheckFailed for one that has changed since, OSError."""
    file = good.opened.files[image.file]
    count, digest = good.manifest.files[image.file]
    progress = Progress(f'loading {image.file}', count, store.output, process.clock)
    file.seek(0)
    with Whole(store.path(image.reference)) as whole:
        for block in progress.of(iter(lambda: file.read(BLOCK), b'')):
            whole.add(block)
        if (whole.size, whole.digest.hexdigest()) != (count, digest):
            raise CheckFailed(f'{image.file} was changed while it was used', 'do not trust any of it')
    found = store.found(image.reference)
    if found and not sif.fits(found.machine, store.machine):
        store.output.notice(f'{found.path} is for {found.machine}, and this machine is {architecture(store.machine)}')
