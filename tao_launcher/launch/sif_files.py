"""The files that tao pull and tao bundle load make of images, for Apptainer."""
from __future__ import annotations

from ..base.reading import start_and_size
from ..base.record import Record
from ..engine import sif
from ..settings.locate import sif_folder

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..base.host import Host


class SifFile(Record):
    """A whole file; size in bytes, machine as registries name it, '' unknown."""

    path: str
    size: int
    machine: str


def sif_file(path: str) -> SifFile | None:
    """The file at a path; None where there is none, or none that is whole."""
    try:
        start, size = start_and_size(path, sif.HEADER)
    except OSError:
        return None
    found = sif.header(start)
    return SifFile(path, size, found.machine) if found and found.size <= size else None


def local_image(reference: str, environ: Mapping[str, str], here: Host) -> str:
    """The path of an image's file, if it is here and for this machine; else ''."""
    found = sif_file(f'{sif_folder(environ, here)}/{sif.name(reference)}')
    return found.path if found and sif.fits(found.machine, here.machine) else ''
