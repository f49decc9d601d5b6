"""tao images with Apptainer: the files of the images that tasks need."""
from __future__ import annotations

import json

from ...base.progress import size
from .image_table import print_table

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from ...launch.sif_files import SifFile
    from .sif_store import SifStore
    from .store import Needed


def images(wanted: Sequence[Needed], store: SifStore, *, as_json: bool) -> int:
    """Print the images, and which of them have a file. No program is asked, so a dry run has nothing to print."""
    if store.dry_run:
        store.output.notice(f'no command is run: the images are files in {store.folder}')
        return 0
    here = store.present([image.reference for image in wanted])
    if as_json:
        store.output.result(json.dumps([_as_json(image, here) for image in wanted], indent=2) + '\n')
        return 0
    rows = [('IMAGE', 'HERE', 'SIZE', 'RELEASE', 'TASKS', 'FILE')]  # the last one is never cut
    for image in wanted:
        found = here.get(image.reference)
        shown, path = (('yes', size(found.size)), found.path) if found else (('no', ''), '')
        rows.append((image.reference, *shown, image.release, ' '.join(image.tasks), path))
    print_table(rows, store.output)
    return 0


def _as_json(image: Needed, here: Mapping[str, SifFile]) -> dict[str, Any]:
    found = here.get(image.reference)
    return {
        'reference': image.reference, 'present': found is not None, 'size': found.size if found else None,
        'id': None, 'digests': [], 'file': found.path if found else None, 'release': image.release,
        'tasks': list(image.tasks),
    }
