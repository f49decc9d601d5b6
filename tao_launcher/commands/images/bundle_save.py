"""tao bundle save: images and the launcher in a folder, for a host without a network."""
from __future__ import annotations

from ...base.errors import CheckFailed
from ...base.files import Whole
from ...base.progress import Progress, size
from ...base.reading import opened
from ...base.shell import join
from ...base.text import plural
from ...engine import process
from ...engine.pipes import read_from
from ...engine.references import lasting_tag, plain
from . import archive as archives
from . import bundle, documents, signature
from .bundle import IMAGES, Image
from .bundle_files import check_folder, clear, finish, is_ours, writing
from .registry import Registry
from .store import Here, Needed, Store, check_code, missing

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from ...tasks.release_file import Release
    from .archive import Archive


def save(
    folder: str, wanted: Sequence[Needed], program: Callable[[], bytes], store: Store, key: str = '',
    releases: Mapping[str, Release] = {},
) -> int:
    """Write a bundle of the images, which have to be here, into `folder`; with a `key` it is signed.

    `releases` are those of the images that the launcher on the other host may not know.

    An image by digest is saved under its lasting tag, which it gets here too: no store finds it in another's archive
    by its digest. SHA256SUMS is written last: what an interruption leaves does not verify.
    Raises CheckFailed, EngineError.
    """
    here = store.present([image.reference for image in wanted])
    absent = missing(wanted, here)
    if absent:
        tasks = join(dict.fromkeys(task for image in absent for task in image.tasks))
        raise CheckFailed(
            f'{plural(len(absent), "image")} not here', *(image.reference for image in absent),
            advice=f'tao pull {tasks}',
        )
    tags = _tags(wanted, here, store)
    words = _words(store, list(dict.fromkeys(lasting_tag(image.reference) for image in wanted)))
    with writing(folder):
        check_folder(folder, is_ours)
        if store.dry_run:
            store.output.result(''.join(store.line(*each) for each in (*tags, words)))
            store.output.notice(f'its output goes into {folder}/{IMAGES}')
            return 0
        total = sum({found.id: found.size for found in here.values()}.values())
        if key:
            signature.sign(b'', key)  # what is wrong with it shows now, not after an hour
        for each in tags:
            answer = store.engine.ask(*each)
            check_code(answer.code, 'a tag could not be set', answer.err)
        clear(folder, total, store.output, is_ours)
        images_file = _save_images(folder, words, total, store)
        entries = _entries(folder, wanted, here, store)
        finish(
            folder, {IMAGES: images_file}, program(), lambda files: bundle.manifest(entries, files, releases), key,
        )
    saved = f'{folder}: {plural(len(wanted), "image")}, {size(images_file[0])}'
    store.output.progress(saved, last=True)
    return 0


def _tags(wanted: Sequence[Needed], here: Mapping[str, Here], store: Store) -> list[tuple[str, ...]]:
    """The words that set the lasting tags which are not as they should be."""
    tags = {lasting_tag(image.reference): here[image.reference] for image in wanted if '@' in image.reference}
    known = store.present(list(tags))
    return [('tag', found.id, tag) for tag, found in tags.items() if tag not in known or known[tag].id != found.id]


def _words(store: Store, names: Sequence[str]) -> tuple[str, ...]:
    several = store.engine.daemon.profile.several if len(names) > 1 else ()
    return ('save', *several, *names)


def _save_images(folder: str, words: Sequence[str], total: int, store: Store) -> tuple[int, str]:
    """(bytes, sha256) of images.tar, hashed while it is written."""
    progress = Progress(f'saving {IMAGES}', total, store.output, process.clock)
    with Whole(f'{folder}/{IMAGES}') as whole:
        def sink(block: bytes) -> None:
            whole.add(block)
            progress.add(len(block))

        answer = read_from((*store.engine.words, *words), store.engine.environ, sink)
        check_code(answer.code, 'the images could not be saved', answer.err)
    progress.finish()
    return whole.size, whole.digest.hexdigest()


def _entries(folder: str, wanted: Sequence[Needed], here: Mapping[str, Here], store: Store) -> list[Image]:
    """The images for the manifest. Raises CheckFailed when the archive is not one that every store can load."""
    with open(opened(f'{folder}/{IMAGES}'), 'rb') as file:
        archive = archives.read(file)
    if archive.faults:  # such as layers that containerd never fetched, because it had them unpacked already
        raise CheckFailed('the engine saved what no engine could load', *archive.faults)
    found = {plain(tag): one for one in archive.images for tag in one.tags}
    lost = [image.reference for image in wanted if plain(lasting_tag(image.reference)) not in found]
    if lost:
        raise CheckFailed('the engine left images out of what it saved', *lost, advice='the same command again')
    entries = []
    for image in wanted:
        known, archived = here[image.reference], found[plain(lasting_tag(image.reference))]
        by_digest = [image.reference] if '@' in image.reference and image.reference not in known.digests else []
        entries.append(Image(
            image.reference, known.id, archived.config, (*known.digests, *by_digest), known.size, image.release,
            image.tasks,
        ))
    wrong = bundle.mismatches(entries, archive)
    if wrong:
        raise CheckFailed('the engine saved more than was asked for', *wrong)
    return _with_documents(entries, archive, store)


def _with_documents(entries: Sequence[Image], archive: Archive, store: Store) -> list[Image]:
    """The same with what their registries have of them; what that does not prove is said."""
    registry = Registry(store)
    made = []
    for image in entries:
        archived = bundle.in_archive(image, archive)
        if archived:
            known = registry.documents(image.digests, archive.documents, archived.machine)
            image = image._replace(documents=tuple(map(bundle.packed, known.values())))
            known = {**archive.documents, **known}
            digest = image.reference.partition('@')[2]
            if digest and not documents.proves(digest, known, archived.config, archived.tops):
                store.output.notice(
                    f'{image.reference}: unproven; its registry does not say that this image is the one of that digest'
                )
        made.append(image)
    return made
