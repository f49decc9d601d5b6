"""tao bundle save: images and the launcher in a folder, for a host without a network."""
from __future__ import annotations

import errno
import json
import os
import tarfile

from ...base import host
from ...base.errors import CheckFailed
from ...base.files import Whole, is_unfinished, remove, write
from ...base.folders import make_folders
from ...base.progress import Progress, size
from ...base.reading import opened
from ...base.shell import join, quote
from ...base.text import plural
from ...engine import process
from . import bundle
from .bundle import IMAGES, MANIFEST, PROGRAM, SUMS, Image
from .store import Here, Needed, Store, check_code, missing

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence


def save(folder: str, wanted: Sequence[Needed], program: Callable[[], bytes], store: Store) -> int:
    """Write a bundle of the images, which have to be here, into `folder`.

    SHA256SUMS is written last: what an interruption leaves does not verify. Raises CheckFailed, EngineError.
    """
    here = store.present([image.reference for image in wanted])
    absent = missing(wanted, here)
    if absent:
        tasks = join(dict.fromkeys(task for image in absent for task in image.tasks))
        raise CheckFailed(
            f'{plural(len(absent), "image")} not here', *(image.reference for image in absent),
            advice=f'tao pull {tasks}',
        )
    words = _words(store, [here[image.reference].name for image in wanted])
    try:
        _check_folder(folder)
        if store.dry_run:
            store.output.result(store.line(*words))
            store.output.notice(f'its output goes into {folder}/{IMAGES}')
            return 0
        total = sum({found.id: found.size for found in here.values()}.values())
        _clear(folder, total, store)
        images_file = _save_images(folder, words, total, store)
        _finish(folder, _entries(folder, wanted, here), images_file, program())
    except OSError as e:
        why = ['FAT32 takes no file above 4 GB: use exFAT or ext4'] if e.errno == errno.EFBIG else []
        raise CheckFailed(f'{folder}: {e.strerror or e}', 'the bundle is not complete', *why) from None
    saved = f'{folder}: {plural(len(wanted), "image")}, {size(images_file[0])}'
    store.output.progress(saved, last=True)
    return 0


def _words(store: Store, names: Sequence[str]) -> tuple[str, ...]:
    several = store.engine.daemon.profile.several if len(names) > 1 else ()
    return ('save', *several, *names)


def _check_folder(folder: str) -> None:
    """Raise CheckFailed when other files than a bundle's are in the folder, OSError when it is none."""
    try:
        others = sorted(name for name in os.listdir(folder) if not _is_ours(name))
    except FileNotFoundError:
        return
    if others:
        more = ', …' if len(others) > 3 else ''
        raise CheckFailed(
            f'{folder}: holds other files ({", ".join(others[:3])}{more})', 'a bundle has a folder of its own',
            advice=f'tao bundle save {quote(folder.rstrip("/") + "/bundle")} …',
        )


def _is_ours(name: str) -> bool:
    return name in bundle.OURS or is_unfinished(name)


def _clear(folder: str, total: int, store: Store) -> None:
    """Make the folder, without an older bundle: nothing in it verifies from here on."""
    make_folders(os.path.abspath(folder), [])
    for name in (SUMS, *sorted(filter(_is_ours, os.listdir(folder)))):
        remove(f'{folder}/{name}')
    free = host.free_bytes(folder)
    if free is not None and free < total:  # layers that images share are counted twice, so it may fit
        store.output.notice(f'{folder}: {size(free)} free, up to {size(total)} needed')


def _save_images(folder: str, words: Sequence[str], total: int, store: Store) -> tuple[int, str]:
    """(bytes, sha256) of images.tar, hashed while it is written."""
    progress = Progress(f'saving {IMAGES}', total, store.output, process.clock)
    with Whole(f'{folder}/{IMAGES}') as whole:
        def sink(block: bytes) -> None:
            whole.add(block)
            progress.add(len(block))

        answer = process.read_from((*store.engine.words, *words), store.engine.environ, sink)
        check_code(answer.code, 'the images could not be saved', answer.err)
    progress.finish()
    return whole.size, whole.digest.hexdigest()


def _entries(folder: str, wanted: Sequence[Needed], here: Mapping[str, Here]) -> list[Image]:
    """The images for the manifest. Raises CheckFailed when the archive does not have one of them."""
    configs = bundle.config_ids(_archive_manifest(f'{folder}/{IMAGES}'))
    lost = [i.reference for i in wanted if '@' not in here[i.reference].name and i.reference not in configs]
    if lost or not configs:
        raise CheckFailed('the engine left images out of what it saved', *lost, advice='the same again')
    entries = []
    for image in wanted:
        found = here[image.reference]
        by_digest = [image.reference] if '@' in image.reference and image.reference not in found.digests else []
        entries.append(Image(
            image.reference, found.id, configs.get(image.reference, found.id), (*found.digests, *by_digest),
            found.size, image.release, image.tasks,
        ))
    return entries


def _archive_manifest(path: str) -> object:
    try:
        with open(opened(path), 'rb') as file, tarfile.open(fileobj=file, mode='r:') as archive:
            member = archive.extractfile('manifest.json')
            return json.load(member) if member else None
    except (tarfile.TarError, KeyError, ValueError, RecursionError):
        raise CheckFailed('the engine saved no docker archive', path) from None


def _finish(folder: str, images: Sequence[Image], images_file: tuple[int, str], program: bytes) -> None:
    program_file = write(f'{folder}/{PROGRAM}', program, 0o755)
    text = bundle.manifest(images, {IMAGES: images_file, PROGRAM: program_file})
    manifest_file = write(f'{folder}/{MANIFEST}', text.encode())
    digests = {IMAGES: images_file[1], PROGRAM: program_file[1], MANIFEST: manifest_file[1]}
    write(f'{folder}/{SUMS}', bundle.sums(digests).encode())
