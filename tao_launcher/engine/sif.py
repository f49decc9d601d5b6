"""Images as files of Apptainer's: what the file of a reference is called, and what its header says. Pure.

The header: https://github.com/apptainer/sif/blob/main/pkg/sif/sif.go
"""
from __future__ import annotations

from ..base.record import Record
from .platforms import architecture

ENDING = '.sif'
# Signs that no reference has, for the two that no file name or no path of Apptainer's may have.
SIGNS = (('/', '+'), (':', '='))
HEADER = 128  # bytes
MAGIC = b'SIF_MAGIC\0'
LAUNCH = 32  # bytes before it
MACHINES = {'01': '386', '02': 'amd64', '03': 'arm', '04': 'arm64', '05': 'ppc64', '06': 'ppc64le', '10': 's390x'}


class Header(Record):
    """What the header of a file says: how many bytes the whole has, and the machine it is for (amd64), '' unknown."""

    size: int
    machine: str


def name(reference: str) -> str:
    """The file's name for an image; two references never have the same one."""
    named = reference if '@' in reference or ':' in reference.rpartition('/')[2] else f'{reference}:latest'
    for sign, other in SIGNS:
        named = named.replace(sign, other)
    return named + ENDING


def source(reference: str) -> str:
    """What Apptainer is told to fetch the image from its registry."""
    return f'docker://{reference}'


def header(start: bytes) -> Header | None:
    """What the first HEADER bytes of a file say; None where it is no such file."""
    data = start[LAUNCH:HEADER]
    if len(data) < HEADER - LAUNCH or not data.startswith(MAGIC):
        return None
    machine = data[13:15].decode('ascii', 'replace')
    offset, size = (int.from_bytes(data[at:at + 8], 'little') for at in (80, 88))
    return Header(offset + size, MACHINES.get(machine, ''))


def fits(made_for: str, machine: str) -> bool:
    """Whether a file for a machine (amd64, '' unknown) may run on another, named as the kernel names it: x86_64."""
    return made_for in ('', architecture(machine))
