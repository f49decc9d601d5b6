"""tao bundle save: images and the launcher in a folder, for a host without a network."""
from __future__ import annotations

import hashlib
import json
import os
import tarfile

from .. import bundle, process
from ..bundle import IMAGES, MANIFEST, PROGRAM, SUMS, Image
from ..errors import CheckFailed, EngineError
from ..files import remove, write
from ..progress import Progress, size
from .engine import Engine
from .images import Needed, present

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..output import Output


def save(folder: str, wanted: Sequence[Needed], program: bytes, engine: Engine, output: Output) -> int:
    """Write a bundle of the images, which have to be here, into `folder`.

    SHA256SUMS is written last: what an interruption leaves does not verify. Raises CheckFailed, EngineError.
    """
    here = present(engine, [image.reference for image in wanted])
    missing = [image for image in wanted if image.reference not in here]
    if missing:
        tasks = ' '.join(dict.fromkeys(task for image in missing for task in image.tasks))
        raise CheckFailed(
            f'{len(missing)} image{"s"[:len(missing) > 1]} not here', *(i.reference for i in missing),
            advice=f'tao pull {tasks}',
        )
    total = sum({found.id: found.size for found in here.values()}.values())
    try:
        os.makedirs(folder, exist_ok=True)
        for name in (SUMS, MANIFEST):  # from here on an older bundle in this folder is none
            remove(f'{folder}/{name}')
        images_file = _save_images(folder, [image.reference for image in wanted], total, engine, output)
        configs = bundle.config_ids(_archive_manifest(f'{folder}/{IMAGES}'))
        images = [
            Image(
                i.reference, here[i.reference].id, configs.get(i.reference) or here[i.reference].id,
                here[i.reference].digests, here[i.reference].size, i.release, i.tasks,
            )
            for i in wanted
        ]
        program_file = write(f'{folder}/{PROGRAM}', program)
        text = bundle.manifest(images, {IMAGES: images_file, PROGRAM: program_file})
        manifest_file = write(f'{folder}/{MANIFEST}', text.encode())
        digests = {IMAGES: images_file[1], PROGRAM: program_file[1], MANIFEST: manifest_file[1]}
        write(f'{folder}/{SUMS}', bundle.sums(digests).encode())
    except OSError as e:
        remove(f'{folder}/{IMAGES}.part')
        raise CheckFailed(f'{folder}: {e.strerror or e}', 'the bundle is not complete') from None
    output.say(f'{folder}: {len(images)} images, {size(images_file[0])}')
    return 0


def _save_images(folder: str, references: Sequence[str], total: int, engine: Engine, output: Output) -> tuple[int, str]:
    """(bytes, sha256) of images.tar, hashed while it is written."""
    digest = hashlib.sha256()
    progress = Progress(IMAGES, total, output, process.clock)
    part = f'{folder}/{IMAGES}.part'
    with open(part, 'wb') as f:
        def sink(block: bytes) -> None:
            digest.update(block)
            f.write(block)
            progress.add(len(block))

        answer = process.read_from((*engine.words, 'save', *references), engine.environ, sink)
        if answer.code == 0:
            f.flush()
            os.fsync(f.fileno())
    if answer.code != 0:
        remove(part)
        raise EngineError('the images could not be saved', answer.err.strip()[-300:])
    os.replace(part, f'{folder}/{IMAGES}')
    progress.finish()
    return progress.done, digest.hexdigest()


def _archive_manifest(path: str) -> object:
    with tarfile.open(path) as archive:
        member = archive.extractfile('manifest.json')
        return json.load(member) if member else []
