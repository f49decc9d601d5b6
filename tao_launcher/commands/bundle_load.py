"""tao bundle verify and load: a bundle on the host without a network."""
from __future__ import annotations

import hashlib
import json
import os

from .. import bundle, host, process
from ..bundle import CONTENT, IMAGES, MANIFEST, SUMS, Image
from ..errors import CheckFailed, EngineError
from ..files import blocks, write
from ..progress import Progress
from .engine import Engine
from .images import Here, present

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ..output import Output


def verify(folder: str, output: Output) -> list[Image]:
    """The images of the bundle in `folder`, once every file is what SHA256SUMS says.

    Raises CheckFailed with every file that is missing, damaged or foreign, ConfigError for its manifest.
    """
    try:
        with open(f'{folder}/{SUMS}', encoding='utf-8') as f:
            expected = bundle.read_sums(f.read())
        names = sorted(os.listdir(folder))
    except (OSError, UnicodeDecodeError) as e:
        raise CheckFailed(
            f'{folder}: no complete bundle ({getattr(e, "strerror", "") or e})', f'{SUMS} is written last',
        ) from None
    wrong = [f'{name}: not part of the bundle' for name in names if name not in (*CONTENT, SUMS)]
    wrong += [f'{name}: not in {SUMS}' for name in CONTENT if name not in expected]
    wrong += [f'{name}: in {SUMS}, but no file of a bundle' for name in expected if name not in CONTENT]
    for name in CONTENT:
        if name in expected:
            wrong += _damage(f'{folder}/{name}', expected[name], output)
    if wrong:
        raise CheckFailed(f'{folder}: not good', *wrong)
    with open(f'{folder}/{MANIFEST}', 'rb') as data:
        return bundle.read_manifest(data.read(), f'{folder}/{MANIFEST}')


def _damage(path: str, expected: str, output: Output) -> list[str]:
    name = os.path.basename(path)
    digest = hashlib.sha256()
    try:
        progress = Progress(f'checking {name}', os.path.getsize(path), output, process.clock)
        for block in blocks(path):
            digest.update(block)
            progress.add(len(block))
    except OSError as e:
        return [f'{name}: {e.strerror}']
    if digest.hexdigest() == expected:
        return []
    return [f'{name}: damaged (sha256 {digest.hexdigest()[:12]}…, not {expected[:12]}…)']


def load(folder: str, engine: Engine, state: str, output: Output) -> int:
    """Load a bundle, once it verifies: images, their tags, and in `state` the ids of references by digest.

    Loading it again changes nothing. Raises CheckFailed, EngineError.
    """
    images = verify(folder, output)
    ids = [found for image in images for found in (image.id, image.config)]
    if not all(_found(image, present(engine, ids)) for image in images):
        path = f'{folder}/{IMAGES}'
        progress = Progress(f'loading {IMAGES}', os.path.getsize(path), output, process.clock)

        def counted() -> Iterator[bytes]:
            for block in blocks(path):
                progress.add(len(block))
                yield block

        answer = process.write_to((*engine.words, 'load'), engine.environ, counted())
        if answer.code != 0:
            raise EngineError('the images could not be loaded', answer.err.strip()[-300:])
        progress.finish()
    here = present(engine, ids)
    by_digest = {}
    for image in images:
        found = _found(image, here)
        if not found:
            raise CheckFailed(f'{image.reference} is not there after loading', f'expected id {image.id}')
        if '@' in image.reference:
            by_digest[image.reference] = found
        elif present(engine, [image.reference]).get(image.reference) != here[found]:
            engine.ask('tag', found, image.reference)
    if by_digest:
        _remember(state, by_digest)
    for image in images:
        output.result(f'{image.reference}\n')
    return 0


def _found(image: Image, here: Mapping[str, Here]) -> str:
    """The id under which the engine has the image, or ''."""
    return next((name for name in (image.id, image.config) if name in here), '')


def _remember(path: str, by_digest: dict[str, str]) -> None:
    """Add to the file of reference → image id that launches read."""
    known = host.json_file(path)
    merged = {**(known if isinstance(known, dict) else {}), **by_digest}
    os.makedirs(os.path.dirname(path), exist_ok=True)
    write(path, (json.dumps(merged, indent=2, sort_keys=True) + '\n').encode())
