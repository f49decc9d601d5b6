"""The file that remembers which images came with bundles: ~/.local/state/tao/images.json.

It has the engine's id by reference. Under "proven" it has those again of which a registry's documents show that the
image is the one of the digest; an older launcher writes the first alone, so the two have to agree.
"""
from __future__ import annotations

import json
import os

from ...base import host
from ...base.errors import CheckFailed
from ...base.files import sweep, write
from ...base.folders import make_folders
from ...base.lock import locked
from ...engine.references import PROVEN, proven, remembered

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Mapping


def remember(path: str, found: Mapping[str, str], proofs: Collection[str], gone: Collection[str]) -> None:
    """Add ids by reference, those of `proofs` as proven, and take those out that are `gone`.

    What is not proven replaces nothing that is. Raises CheckFailed.
    """
    if not found and not host.is_file(path):
        return
    folder = os.path.dirname(path)
    try:
        make_folders(folder, [], mode=0o700)
        with locked(folder):  # other loads add theirs
            known = host.json_file(path)
            merged = _merged(known, found, proofs, gone)
            if merged != known:
                sweep(path)
                write(path, (json.dumps(merged, indent=2, sort_keys=True) + '\n').encode())
    except OSError as e:
        raise CheckFailed(
            f'{path}: {e.strerror or e}', 'the images are loaded, but references by digest will not be found',
            advice='the same command again once it can be written',
        ) from None


def _merged(
    known: object, found: Mapping[str, str], proofs: Collection[str], gone: Collection[str],
) -> dict[str, object]:
    certain = {name: value for name, value in proven(known).items() if name not in gone}
    new = {name: value for name, value in found.items() if name in proofs or name not in certain}
    certain.update({name: value for name, value in new.items() if name in proofs})
    every: dict[str, object] = {name: value for name, value in remembered(known).items() if name not in gone}
    every.update(new)
    if certain:
        every[PROVEN] = certain
    return every
