"""tao bundle save with Apptainer: files of images and the launcher in a folder, for a host without a network."""
from __future__ import annotations

from functools import partial

from ...base import host
from ...base.errors import CheckFailed
from ...base.files import Whole
from ...base.progress import Progress, size
from ...base.reading import blocks
from ...base.shell import join
from ...base.text import plural
from ...engine import process, profiles
from . import bundle, bundle_files, sif_bundle, signature
from .bundle_files import check_folder, clear, finish, is_ours, writing
from .sif_bundle import SifImage, SifManifest

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from ...launch.sif_files import SifFile
    from ...tasks.release_file import Release
    from .sif_store import SifStore
    from .store import Needed


def save(
    folder: str, wanted: Sequence[Needed], program: Callable[[], bytes], store: SifStore, key: str,
    releases: Mapping[str, Release],
) -> int:
    """Write a bundle of the images, whose files have to be here, into `folder`; with a `key` it is signed.

    `releases` are those of the images that the launcher on the other host may not know. Raises CheckFailed.
    """
    absent = store.missing(wanted)
    if absent:
        tasks = join(dict.fromkeys(task for image in absent for task in image.tasks))
        raise CheckFailed(
            f'{plural(len(absent), "image")} not here', *(store.path(image.reference) for image in absent),
            advice=f'{profiles.tao(store.words)} pull {tasks}',
        )
    here = store.present([image.reference for image in wanted])
    images = tuple(SifImage(image.reference, image.release, image.tasks) for image in wanted)
    ours = partial(is_ours, more=(*(image.file for image in images), *_before(folder)))
    with writing(folder):
        if host.is_folder(store.folder) and host.path_of(folder) == store.folder:
            raise CheckFailed(f'{folder}: has the images themselves', 'a bundle needs a folder of its own')
        check_folder(folder, ours)
        if store.dry_run:
            store.output.result(''.join(
                store.line('cp', here[image.reference].path, f'{folder}/{image.file}') for image in images
            ))
            return 0
        if key:
            signature.sign(b'', key)  # what is wrong with it shows now, not after an hour
        total = sum(found.size for found in here.values())
        clear(folder, total, store.output, ours)
        files = {image.file: _copy(here[image.reference], f'{folder}/{image.file}', store) for image in images}
        finish(folder, files, program(), lambda every: sif_bundle.text(SifManifest(images, every, releases)), key)
    store.output.progress(f'{folder}: {plural(len(wanted), "image")}, {size(total)}', last=True)
    return 0


def _before(folder: str) -> list[str]:
    """The files of the bundle that is in the folder already."""
    if not host.is_file(f'{folder}/{bundle.SUMS}'):
        return []
    expected = bundle.read_sums(bundle_files.sums(folder)[0].decode('utf-8', 'replace'))
    return list(filter(sif_bundle.is_file, expected))


def _copy(found: SifFile, path: str, store: SifStore) -> tuple[int, str]:
    """(bytes, sha256) of a file, hashed while it is written."""
    progress = Progress(f'saving {path.rpartition("/")[2]}', found.size, store.output, process.clock)
    with Whole(path) as whole:
        for block in progress.of(blocks(found.path)):
            whole.add(block)
        if whole.size != found.size:
            raise CheckFailed(f'{found.path} was changed while it was saved', advice='the same command again')
    return whole.size, whole.digest.hexdigest()
