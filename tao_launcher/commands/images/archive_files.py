"""The files of a tar archive: their names and sizes, and what small ones hold. Nothing is extracted."""
from __future__ import annotations

import posixpath
import tarfile

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import IO

MOST_FILES = 100_000
MOST_BYTES = 32 << 20  # that are read at a time: a header can ask for any number of them
PADDING = 1 << 20  # bytes of zeros that may follow the archive


class _Limited:
    """A file of which never more than MOST_BYTES are read at a time."""

    def __init__(self, file: IO[bytes]) -> None:
        self.file = file
        self.seek, self.tell = file.seek, file.tell

    def read(self, count: int = -1) -> bytes:
        """Some of it. Raises ValueError for too much."""
        if not 0 <= count <= MOST_BYTES:
            raise ValueError('a header is too large')
        return self.file.read(count)


class Files:
    """The files of an archive (name → bytes), its links (name → name), and what is wrong with them.

    Links are taken that lead to a file of the archive: classic docker and podman write a layer that several images
    have once. Everything that could lead outside is a fault, whatever an engine would make of it.
    """

    def __init__(self, file: IO[bytes]) -> None:
        self.sizes: dict[str, int] = {}
        self.links: dict[str, str] = {}
        self.faults: list[str] = []
        self._file = file
        self._starts: dict[str, int] = {}

    def fault(self, text: str) -> None:
        """Note what is wrong, once."""
        if text not in self.faults:
            self.faults.append(text)

    def read(self) -> None:
        """Read every header. Raises TarError, ValueError, OSError."""
        self._file.seek(0)
        seen: set[str] = set()
        with tarfile.open(fileobj=_Limited(self._file), mode='r:') as archive:  # type: ignore[call-overload]
            while True:
                member = archive.next()
                if member is None:
                    break
                archive.members.clear()  # which it would keep
                if len(seen) >= MOST_FILES:
                    raise ValueError(f'more than {MOST_FILES} files')
                self._take(member, seen)
            end = archive.offset
        for name, target in self.links.items():
            if target not in self.sizes:
                self.fault(f'{name[:100]}: a link to {target[:100]}, which is not a file in it')
        self._check_rest(end)

    def _take(self, member: tarfile.TarInfo, seen: set[str]) -> None:
        name = posixpath.normpath(member.name)
        shown = member.name[:100]
        if member.name.startswith('/') or '..' in member.name.split('/'):
            self.fault(f'{shown}: leads outside')
        elif name in seen:
            self.fault(f'{shown}: twice')
        elif member.isreg() and not member.issparse():
            self.sizes[name] = member.size
            self._starts[name] = member.offset_data
        elif member.issym():
            self.links[name] = posixpath.normpath(posixpath.join(posixpath.dirname(name), member.linkname))
        elif not member.isdir():
            self.fault(f'{shown}: not a regular file')
        seen.add(name)

    def _check_rest(self, end: int) -> None:
        """A reader that is less strict might find more files after the end."""
        self._file.seek(end)
        rest = self._file.read(PADDING + 1)
        if len(rest) > PADDING or rest.strip(b'\0'):
            self.fault('unexpected content after its end')

    def file(self, name: str) -> str:
        """The name of the file that a name stands for, links followed."""
        name = posixpath.normpath(name)
        return self.links.get(name, name)

    def content(self, name: str, limit: int) -> bytes:
        """What a file holds. Raises ValueError for more than `limit` bytes."""
        name = self.file(name)
        if self.sizes[name] > limit:
            raise ValueError(f'{name}: larger than {limit >> 20} MiB')
        self._file.seek(self._starts[name])
        return self._file.read(self.sizes[name])

    def total(self, packed: Sequence[bytes], factor: float) -> int:
        """The bytes of all files, with `factor` for those that begin as packed ones do."""
        total = 0.0
        for name, size in self.sizes.items():
            self._file.seek(self._starts[name])
            total += size * (factor if self._file.read(4).startswith(tuple(packed)) else 1)
        return int(total)
