"""tao images: what is here of the images that are needed."""
from __future__ import annotations

import json

from ...base.progress import size
from ...engine import signals
from ..help.verb_parser import add_dry_run
from .asked import add_source, has_files, made_store, wanted_images
from .image_table import print_table
from .sif_store import sif_store
from .store import Here, Needed, Store

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Mapping, Sequence
    from typing import Any

    from ...settings.invocation import Invocation
    from ..help.verb_parser import Parser

HELP = 'the images that tasks need, and which are here'


def add(parser: Parser) -> None:
    """Add what follows the verb's name."""
    add_dry_run(parser)
    parser.add_argument('tasks', nargs='*', metavar='TASK', help='TASK or GROUP/TASK (default: the whole catalogue)')
    parser.add_argument('--format', choices=('table', 'json'), default='table', help='how they are printed')
    add_source(parser)


def run(given: Namespace, invocation: Invocation) -> int:
    """Run the verb. Returns its exit code; raises Fatal."""
    with signals.Unwinding():
        if has_files(invocation):
            from . import sif_show

            files = sif_store(given, invocation)
            return sif_show.images(wanted_images(given, invocation), files, as_json=given.format == 'json')
        store = made_store(given, invocation)
        return images(wanted_images(given, invocation), store, as_json=given.format == 'json')


def images(wanted: Sequence[Needed], store: Store, *, as_json: bool) -> int:
    """Print the images. Raises EngineError."""
    references = [image.reference for image in wanted]
    if store.dry_run:
        store.output.result(store.line(*store.inspect_words(references)))
        return 0
    here = store.present(references)
    if as_json:
        store.output.result(json.dumps([_as_json(image, here) for image in wanted], indent=2) + '\n')
        return 0
    rows = [('IMAGE', 'HERE', 'SIZE', 'ID', 'DIGEST', 'RELEASE', 'TASKS')]
    for image in wanted:
        found = here.get(image.reference)
        shown = ('yes', size(found.size), _short(found.id), _short(' '.join(found.digests))) if found else _NO
        rows.append((image.reference, *shown, image.release, ' '.join(image.tasks)))
    print_table(rows, store.output)
    return 0


_NO = ('no', '', '', '')


def _short(text: str) -> str:
    """The start of an id, or of the first digest."""
    return text.partition('sha256:')[2][:12]


def _as_json(image: Needed, here: Mapping[str, Here]) -> dict[str, Any]:
    found = here.get(image.reference)
    return {
        'reference': image.reference, 'present': found is not None, 'size': found.size if found else None,
        'id': found.id if found else None, 'digests': list(found.digests) if found else [],
        'release': image.release, 'tasks': list(image.tasks),
    }
