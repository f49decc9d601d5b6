"""Whether there is room where the engine keeps its images."""
from __future__ import annotations

from ...base import listing
from ...base.errors import CheckFailed
from ...base.progress import size
from ...base.shell import join
from ...engine import failures

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    from .store import Store

# What an image takes on disk for each byte that is pulled, about: unpacked; a containerd store keeps both forms.
UNPACKED, BOTH = 2.2, 2.9


def check_for_pull(store: Store, total: int) -> None:
    """Raise CheckFailed when the disk that the engine keeps images on is too full to pull so many bytes."""
    def needed(info: Mapping[str, Any]) -> float:
        return total * (BOTH if failures.has_containerd_store(info) else UNPACKED)

    _check(store, needed, 'tao --no-check pull …')


def check_for_archive(store: Store, archive: int, unpacked: int) -> None:
    """Raise CheckFailed when it is too full to load an archive of so many bytes, which are more when unpacked.

    Docker puts the whole archive beside the images while it loads them, podman somewhere else.
    """
    def needed(info: Mapping[str, Any]) -> float:
        return unpacked + (0 if 'store' in info else archive)

    _check(store, needed, 'tao --no-check bundle load …')


def _check(store: Store, needed: Callable[[Mapping[str, Any]], float], again: str) -> None:
    engine = store.engine
    if store.no_check or engine.daemon.is_remote:
        return
    info = engine.ask('info', '--format', '{{json .}}').json()
    folder = failures.image_folder(info)
    free = listing.free_bytes(folder) if folder else None
    if free is not None and free < needed(info):
        raise CheckFailed(
            f'not enough room in {folder}', f'{size(free)} free, about {size(needed(info))} needed',
            advice=f'{join(engine.words)} image prune, or ' + again,
        )
