"""tao bundle load: a bundle on the host without a network."""
from __future__ import annotations

import os
import re

from ...base.errors import CheckFailed, EngineError
from ...base.progress import Progress
from ...engine import process, pulls
from ...engine.pipes import write_to
from ...engine.pulls import Wanted
from ...engine.references import lasting_tag
from . import bundle, carried, memory, space
from .bundle import IMAGES
from .bundle_verify import verified
from .store import Here, Store, check_code

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ...base.host import Host
    from .archive import Archived
    from .bundle import Image
    from .bundle_verify import Verified


def load(folder: str, store: Store, signers: str, here: Host) -> dict[str, str]:
    """Load a bundle, once it verifies: images, their tags, and in the store's memory the ids of references by digest.

    Returns the ids by reference. Releases that it carries go into the caller's releases.d.

    Loading it again changes nothing. Raises CheckFailed, ConfigError, EngineError.
    """
    with verified(folder, store.output, signers) as good:
        found = _found(good, store)
        releases = carried.contents(good.releases, here)
        if store.dry_run:
            _print(folder, good, found, store)
            carried.keep_all(releases, here, store.output, dry_run=True)
            return {}
        if len(found) < len(good.images):
            _load_images(good, store)
            found = _found(good, store)
        lost = [image.reference for image in good.images if image.reference not in found]
        if lost:
            raise CheckFailed('not there after loading', *lost)
        for words in _tags(good.images, found, store):
            answer = store.engine.ask(*words)
            check_code(answer.code, 'a tag could not be set', answer.err)
    _remember(good, found, store)
    carried.keep_all(releases, here, store.output, dry_run=False)
    store.output.result(''.join(f'{image.reference}\n' for image in good.images))
    return {image.reference: found[image.reference].id for image in good.images}


def _found(good: Verified, store: Store) -> dict[str, Here]:
    """The images that the engine has, by reference: under an id that is known, or by their tag as what they are."""
    asked = []
    for image in good.images:
        archived = bundle.in_archive(image, good.archive)
        if archived:
            asked.append((image.reference, archived, (*_ids(archived), lasting_tag(image.reference))))
    here = store.present(list(dict.fromkeys(name for _, _, names in asked for name in names)))
    found: dict[str, Here] = {}
    for reference, archived, names in asked:
        for name in names:
            if name in here and _is(archived, here[name]):
                found.setdefault(reference, here[name])
    return found


def _ids(archived: Archived) -> tuple[str, ...]:
    """What a store may call the image: its configuration's digest, or that of what index.json names for it.

    Both are of the archive itself. What manifest.json calls the id may be that of any other image here.
    """
    return (*((archived.config,) if archived.config else ()), *archived.tops)


def _is(archived: Archived, here: Here) -> bool:
    """Whether an image of the engine is the one of the archive.

    A containerd store makes a manifest of its own for an image that classic docker saved, so its id is a new one.
    """
    return here.id in _ids(archived) or bool(archived.content) and here.content == archived.content


def _tags(images: Sequence[Image], found: Mapping[str, Here], store: Store) -> list[tuple[str, ...]]:
    """The words that set the tags which are not as they should be."""
    tags = {lasting_tag(image.reference): found[image.reference] for image in images}
    here = store.present(list(tags))
    return [('tag', want.id, tag) for tag, want in tags.items() if tag not in here or here[tag].id != want.id]


def _print(folder: str, good: Verified, found: Mapping[str, Here], store: Store) -> None:
    """What a load would run. The archive brings the tags along; older bundles have none for references by digest."""
    if len(found) == len(good.images):
        store.output.result(''.join(store.line(*words) for words in _tags(good.images, found, store)))
        return
    store.output.notice(f'its input comes from {folder}/{IMAGES}')
    store.output.result(store.line('load'))
    brought = {tag for one in good.archive.images for tag in one.tags}
    untagged = [
        image for image in good.images if '@' in image.reference and lasting_tag(image.reference) not in brought
    ]
    found = {image.reference: Here('', image.config, 0, ()) for image in untagged}
    store.output.result(''.join(store.line(*words) for words in _tags(untagged, found, store)))


def _load_images(good: Verified, store: Store) -> None:
    """Have the engine read the very file that was looked at. Raises CheckFailed, EngineError."""
    size = os.fstat(good.file.fileno()).st_size
    space.check_for_archive(store, size, good.archive.unpacked)
    tags = [lasting_tag(image.reference) for image in good.images]
    before = store.genuine(tags)
    progress = Progress(f'loading {IMAGES}', size, store.output, process.clock)
    try:
        answer = write_to((*store.engine.words, 'load'), store.engine.environ, good.file, progress.reached)
    except OSError as e:
        raise CheckFailed(f'{IMAGES}: {e.strerror or e}') from None
    said = FAILED.search(answer.out)
    if answer.code != 0 or said:
        _untag([tag for tag in tags if tag not in before], store)
        text = (answer.err or answer.out) if answer.code != 0 else answer.out
        wanted = Wanted('', store.engine.words)
        why, advice = pulls.explained('space', wanted) if pulls.trouble(text) == 'space' else ('', '')
        lines = [*text.strip()[-300:].splitlines(), *([why] if why else [])]
        raise EngineError('the images could not be loaded', *lines, advice=advice)
    good.check_unchanged(*answer.out.strip()[-300:].splitlines())
    progress.reached(size)
    progress.finish()


# docker with containerd's store says so on stdout and ends with 0
FAILED = re.compile('^(error|failed)\\b.*|no space left on device', re.IGNORECASE | re.MULTILINE)


def _untag(tags: Sequence[str], store: Store) -> None:
    """Take the names away that a failed load has left: the images that they name are not whole."""
    for tag in store.genuine(tags):
        store.engine.ask('rmi', tag)


def _remember(good: Verified, found: Mapping[str, Here], store: Store) -> None:
    """Keep the ids for launches, but of what the engine itself knows by its digest: that is asked for so."""
    ids = {
        digest: found[image.reference].id for image in good.images
        for digest in (image.reference, *image.digests) if '@' in digest
    }
    genuine = store.genuine(list(ids))
    for reference in genuine:
        if genuine[reference].id != ids[reference] and genuine[reference].content != _content(good, found, reference):
            store.output.notice(f'{reference}: the engine has another image of this digest, which is used')
    new = {reference: image for reference, image in ids.items() if reference not in genuine}
    old = {reference: store.remembered[reference] for reference in ids if reference in store.remembered}
    here = store.genuine(list(old.values()))
    of_another_engine = [reference for reference, image in old.items() if image not in here]
    memory.remember(store.memory, new, good.proven, (*genuine, *of_another_engine))


def _content(good: Verified, found: Mapping[str, Here], reference: str) -> str:
    named = (image.reference for image in good.images if reference in (image.reference, *image.digests))
    return found[next(named)].content
