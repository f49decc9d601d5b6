"""tao pull: fetch the images that tasks need."""
from __future__ import annotations

import json

from .. import host, process
from ..errors import CheckFailed, EngineError
from ..progress import size
from .engine import Engine
from .images import Needed, present

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from ..output import Output

UNPACKED = 2.2  # what an image takes on disk for each byte that is pulled, about


def pull(wanted: Sequence[Needed], engine: Engine, ask_first: bool, yes: bool, dry_run: bool, output: Output) -> int:
    """Pull the images that are not here, after a look at their size and the free space.

    With `ask_first` it asks on a terminal, and needs `yes` elsewhere. An interrupted pull goes on
    where it was when it is run again. Raises EngineError, CheckFailed.
    """
    here = present(engine, [image.reference for image in wanted])
    missing = [image for image in wanted if image.reference not in here]
    if not missing:
        output.say('every image is here')
        return 0
    if dry_run:
        output.result(''.join(output.line((*engine.words, 'pull', image.reference)) for image in missing))
        return 0
    sizes = [download_size(engine, image.reference) for image in missing]
    _check_space(engine, missing, sizes, output)
    if ask_first and not yes and not _agreed(missing, sizes):
        raise CheckFailed('not pulled', advice='the same with --yes')
    for image in missing:
        _pull(engine, image.reference, output)
    return 0


def download_size(engine: Engine, reference: str) -> int | None:
    """The bytes of an image's layers, as its registry's manifest says; None where it does not say."""
    answer = engine.ask('manifest', 'inspect', '--insecure', reference, timeout=20.0)
    document = _object(answer.out)
    listed = document.get('manifests')
    if isinstance(listed, list) and listed:
        repository = reference.partition('@')[0]
        folder, slash, name = repository.rpartition('/')
        image = f'{folder}{slash}{name.partition(":")[0]}@{listed[0].get("digest")}'
        document = _object(engine.ask('manifest', 'inspect', '--insecure', image, timeout=20.0).out)
    layers = document.get('layers')
    return sum(int(layer.get('size') or 0) for layer in layers) if isinstance(layers, list) else None


def _object(text: str) -> dict[str, Any]:
    try:
        value = json.loads(text)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def _check_space(engine: Engine, missing: Sequence[Needed], sizes: Sequence[int | None], output: Output) -> None:
    total = sum(count or 0 for count in sizes)
    unknown = '' if None not in sizes else ', the size of some is not known'
    output.notice(f'{len(missing)} image{"s"[:len(missing) > 1]} to pull, {size(total)}{unknown}')
    root = engine.ask('info', '--format', '{{.DockerRootDir}}').out.strip()
    free = None if engine.daemon.is_remote or not root else host.free_bytes(root)
    if free is not None and free < total * UNPACKED:
        raise CheckFailed(
            f'not enough room in {root}', f'{size(free)} free, about {size(total * UNPACKED)} needed',
            advice=f'{" ".join(engine.words)} system prune',
        )


def _agreed(missing: Sequence[Needed], sizes: Sequence[int | None]) -> bool:
    from ..machine import agrees

    lines = [f'  {image.reference}  {size(n) if n else "?"}' for image, n in zip(missing, sizes)]
    return agrees('Pull these images?\n' + '\n'.join(lines) + '\n[y/N] ')


def _pull(engine: Engine, reference: str, output: Output) -> None:
    """Pull one image, with docker's own progress on a terminal and a line every 30 s elsewhere."""
    words = (*engine.words, 'pull', *([] if output.has_terminal else ['--quiet']), reference)
    if output.has_terminal:
        code, text = process.show(words, engine.environ), ''
    else:
        output.say(f'pulling {reference}')
        answer = process.ask_patiently(
            words, engine.environ, lambda seconds: output.say(f'still pulling {reference}, {seconds:.0f} s'),
        )
        code, text = answer.code or 0, answer.err.strip()
    if code == 0:
        return
    registry = reference.partition('/')[0]
    if 'unauthorized' in text.lower() or 'denied' in text.lower() or (not text and registry == 'nvcr.io'):
        user = "'$oauthtoken'" if registry == 'nvcr.io' else 'USER'
        raise EngineError(f'{reference} could not be pulled', text[-300:], advice=f'docker login {registry} -u {user}')
    raise EngineError(f'{reference} could not be pulled', text[-300:], advice='run it again: it goes on where it was')
