"""Checks of disk, memory and processors; the figures are those of NVIDIA's documentation."""
from __future__ import annotations

from ...base import listing, machine
from ...base.record import Record
from ...base.shell import join
from ...engine import failures, profiles
from ...launch import image_refusals
from .findings import GIB, Finding, asking

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .facts import Gathered, MachineFacts


class Disk(Record):
    """The folder of this machine that images are kept in, and its free bytes; None where they cannot be told."""

    folder: str = ''
    free: int | None = None


def _disk(gathered: Gathered) -> Disk:
    folder = failures.image_folder(gathered.facts.info)
    return Disk(folder, listing.free_bytes(folder) if folder and not gathered.facts.is_remote else None)


def disk(facts: MachineFacts, found: Disk) -> Finding | None:
    """Whether there is room for images."""
    if found.free is None:
        return None
    text = f'{found.free / GIB:.0f} GiB free in {found.folder}; 100 are recommended'
    engine, profile = join(facts.engine), profiles.profile(facts.engine)
    if found.free < image_refusals.LOW_ON_DISK:
        text = f'{found.free >> 20} MB free in {found.folder}; no image fits; 100 GiB are recommended'
    if found.free < 100 * GIB:
        return Finding('disk', 'warn', text, f'{engine} image prune  (or move {profile.storage})')
    return Finding('disk', 'ok', text)


def _memory(gathered: Gathered) -> int:
    return machine.memory()


def memory(facts: MachineFacts, size: int) -> Finding | None:
    """Whether there is enough memory; `size` in bytes, 0 where it is not known."""
    if not size or facts.is_remote:
        return None
    text = f'{size / GIB:.0f} GiB; at least 8 are needed, 32 are recommended'
    # a machine sold with 8 GB shows a little less
    return Finding('memory', 'ok' if size > 7 * GIB else 'warn', text)


def _cores(gathered: Gathered) -> int:
    return machine.cores()


def cores(facts: MachineFacts, count: int) -> Finding | None:
    """Whether there are enough processors; 0 where their number is not known."""
    if not count or facts.is_remote:
        return None
    return Finding('cores', 'ok' if count >= 8 else 'warn', f'{count}; TAO asks for at least 8')


DISK, MEMORY, CORES = asking(_disk, disk), asking(_memory, memory), asking(_cores, cores)
