"""tao bundle verify and load: a bundle on the host without a network."""
from __future__ import annotations

import hashlib
import json
import os

from ...base import host
from ...base.errors import CheckFailed
from ...base.files import sweep, write
from ...base.folders import make_folders
from ...base.json_text import MAX_BYTES
from ...base.lock import locked
from ...base.progress import Progress
from ...base.reading import blocks, content
from ...engine import process
from ...engine.references import lasting_tag
from . import bundle
from .bundle import CONTENT, IMAGES, MANIFEST, PROGRAM, SUMS, Image
from .store import Here, Store, check_code

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ...base.output import Output


def verify(folder: str, output: Output) -> list[Image]:
    """The images of the bundle in `folder`, once every file is what SHA256SUMS says.

    Raises CheckFailed with every file that is missing, damaged or foreign, ConfigError for its manifest.
    """
    try:
        expected = bundle.read_sums(content(f'{folder}/{SUMS}', 1 << 16).decode('utf-8', 'replace'))
        names = sorted(os.listdir(folder))
    except OSError as e:
        raise CheckFailed(
            f'{folder}: no complete bundle', f'{SUMS}, which is written last: {e.strerror or e}',
        ) from None
    wrong = [f'{name}: not part of the bundle' for name in names if name not in (*CONTENT, SUMS)]
    wrong += [f'{name}: not in {SUMS}' for name in CONTENT if name not in expected]
    wrong += [f'{name}: in {SUMS}, but no file of a bundle' for name in expected if name not in CONTENT]
    for name in CONTENT:
        if name in expected:
            wrong += _damage(f'{folder}/{name}', expected[name], output)
    if wrong:
        raise CheckFailed(f'{folder}: not good', *wrong)
    data = host.read(f'{folder}/{MANIFEST}', 'manifest of the bundle', required=True) or b''
    images, files = bundle.read_manifest(data, f'{folder}/{MANIFEST}')
    swapped = [name for name in (IMAGES, PROGRAM) if files.get(name) != expected[name]]
    if swapped:
        raise CheckFailed(f'{folder}: not good', *(f'{name}: not the one that {MANIFEST} names' for name in swapped))
    return images


def _damage(path: str, expected: str, output: Output) -> list[str]:
    name = os.path.basename(path)
    digest = hashlib.sha256()
    try:
        if os.path.exists(path) and not os.path.isfile(path):
            return [f'{name}: no file']
        if name == MANIFEST and os.path.getsize(path) > MAX_BYTES:
            return [f'{name}: larger than {MAX_BYTES >> 20} MiB']
        progress = Progress(f'checking {name}', os.path.getsize(path), output, process.clock)
        for block in progress.of(blocks(path)) if name == IMAGES else blocks(path):
            digest.update(block)
    except OSError as e:
        return [f'{name}: {e.strerror or e}']
    if digest.hexdigest() == expected:
        return []
    return [f'{name}: damaged (sha256 {digest.hexdigest()[:12]}…, not {expected[:12]}…)']


def load(folder: str, state: str, store: Store) -> int:
    """Load a bundle, once it verifies: images, their tags, and in `state` the ids of references by digest.

    Loading it again changes nothing. Raises CheckFailed, ConfigError, EngineError.
    """
    images = verify(folder, store.output)
    found = _found(images, store)
    if store.dry_run:
        _print(folder, images, found, store)
        return 0
    if len(found) < len(images):
        _load_images(f'{folder}/{IMAGES}', store)
        found = {**store.present([image.reference for image in images]), **_found(images, store)}
    lost = [image.reference for image in images if image.reference not in found]
    if lost:
        raise CheckFailed('not there after loading', *lost)
    for words in _tags(images, found, store):
        answer = store.engine.ask(*words)
        check_code(answer.code, 'a tag could not be set', answer.err)
    _remember(state, {
        digest: found[image.reference].id for image in images
        for digest in (image.reference, *image.digests) if '@' in digest
    })
    store.output.result(''.join(f'{image.reference}\n' for image in images))
    return 0


def _found(images: Sequence[Image], store: Store) -> dict[str, Here]:
    """The images that the engine has, by reference, under one of their two ids."""
    here = store.present([found for image in images for found in (image.id, image.config)])
    both = {image.reference: here.get(image.id) or here.get(image.config) for image in images}
    return {reference: found for reference, found in both.items() if found}


def _tags(images: Sequence[Image], found: Mapping[str, Here], store: Store) -> list[tuple[str, ...]]:
    """The words that set the tags which are not as they should be."""
    tags = {lasting_tag(image.reference): found[image.reference] for image in images}
    here = store.present(list(tags))
    return [('tag', want.id, tag) for tag, want in tags.items() if tag not in here or here[tag].id != want.id]


def _print(folder: str, images: Sequence[Image], found: Mapping[str, Here], store: Store) -> None:
    """What a load would run; an image that is not here yet gets its id as the bundle knows it."""
    if len(found) < len(images):
        store.output.notice(f'its input comes from {folder}/{IMAGES}')
        store.output.result(store.line('load'))
        by_digest = [image for image in images if '@' in image.reference]
        found = {image.reference: Here('', image.config, 0, ()) for image in by_digest}
    else:
        by_digest = list(images)
    store.output.result(''.join(store.line(*words) for words in _tags(by_digest, found, store)))


def _load_images(path: str, store: Store) -> None:
    try:
        size = os.path.getsize(path)
        progress = Progress(f'loading {IMAGES}', size, store.output, process.clock)
        answer = process.write_to((*store.engine.words, 'load'), store.engine.environ, path, progress.reached)
    except OSError as e:
        raise CheckFailed(f'{path}: {e.strerror or e}') from None
    check_code(answer.code, 'the images could not be loaded', answer.err or answer.out)
    progress.reached(size)
    progress.finish()


def _remember(path: str, by_digest: dict[str, str]) -> None:
    """Add to the file of reference → image id that launches read."""
    if not by_digest:
        return
    folder = os.path.dirname(path)
    try:
        make_folders(folder, [], mode=0o700)
        with locked(folder):  # other loads add theirs
            known = host.json_file(path)
            merged = {**(known if isinstance(known, dict) else {}), **by_digest}
            if merged != known:
                sweep(path)
                write(path, (json.dumps(merged, indent=2, sort_keys=True) + '\n').encode())
    except OSError as e:
        raise CheckFailed(
            f'{path}: {e.strerror or e}', 'the images are loaded, but references by digest will not be found',
            advice='the same again once it can be written',
        ) from None
