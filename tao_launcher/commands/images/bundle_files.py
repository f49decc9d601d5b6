"""The files of a bundle's folder: which are ours, which are damaged, and those that every bundle has."""
from __future__ import annotations

import errno
import hashlib
import os
from contextlib import contextmanager

from ...base import host, listing
from ...base.errors import CheckFailed
from ...base.files import is_unfinished, remove, write
from ...base.folders import make_folders
from ...base.json_text import MAX_BYTES
from ...base.progress import Progress, size
from ...base.reading import BLOCK, NotRegular, content, opened
from ...base.shell import quote
from ...base.text import plural
from ...engine import process
from . import bundle, signature
from .bundle import MANIFEST, PROGRAM, SIGNATURE, SUMS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping
    from typing import IO

    from ...base.output import Output

MOST_SUMS = 1 << 16  # bytes


def sums(folder: str) -> tuple[bytes, list[str]]:
    """(the text of SHA256SUMS, the names of all files). Raises CheckFailed."""
    try:
        return content(f'{folder}/{SUMS}', MOST_SUMS), sorted(os.listdir(folder))
    except OSError as e:
        raise CheckFailed(
            f'{folder}: not a complete bundle', f'{SUMS}, which is written last: {e.strerror or e}',
        ) from None


def signer(folder: str, text: bytes, signers: str, output: Output, *, is_signed: bool) -> str:
    """Who of the `signers` has signed the text of SHA256SUMS; '' where nobody asks. Raises CheckFailed."""
    if not signers:
        if is_signed:
            output.notice(f'{folder}: signed, but the signer is not checked: --signers FILE checks it')
        return ''
    if not is_signed:
        raise CheckFailed(f'{folder}: not signed', f'there is no {SIGNATURE}')
    try:
        made = content(f'{folder}/{SIGNATURE}', MOST_SUMS)
    except OSError as e:
        raise CheckFailed(f'{folder}/{SIGNATURE}: {e.strerror or e}') from None
    return signature.signer(text, made, signers)


class Opened:
    """Files of a folder, each opened once: what was looked at is what is used."""

    def __init__(self, folder: str, output: Output, *, follows: bool) -> None:
        self.files: dict[str, IO[bytes]] = {}
        self.facts: dict[str, tuple[int, ...]] = {}  # size and times before anything was read
        self._folder, self._output, self._follows = folder, output, follows

    def damage(self, name: str, expected: str, *, is_large: bool) -> list[str]:
        """Open a file. What is wrong with it, whose sha256 is to be `expected`."""
        digest = hashlib.sha256()
        try:
            file = self.files[name] = open(opened(f'{self._folder}/{name}', follows=self._follows), 'rb')
            self.facts[name] = facts(file)
            if name == MANIFEST and self.size(name) > MAX_BYTES:
                return [f'{name}: larger than {MAX_BYTES >> 20} MiB']
            progress = Progress(f'checking {name}', self.size(name), self._output, process.clock)
            blocks = iter(lambda: file.read(BLOCK), b'')
            for block in progress.of(blocks) if is_large else blocks:
                digest.update(block)
        except (NotRegular, IsADirectoryError):
            return [f'{name}: no file']
        except OSError as e:
            return [f'{name}: {e.strerror or e}']
        if digest.hexdigest() == expected:
            return []
        return [f'{name}: damaged (sha256 {digest.hexdigest()[:12]}…, not {expected[:12]}…)']

    def size(self, name: str) -> int:
        """The bytes of a file, as they were before it was read."""
        return os.fstat(self.files[name].fileno()).st_size

    def text(self, name: str) -> bytes:
        """What a small file holds."""
        self.files[name].seek(0)
        return self.files[name].read(MAX_BYTES)

    def changed(self) -> list[str]:
        """The files that someone has written to since they were opened."""
        return [name for name, file in self.files.items() if facts(file) != self.facts.get(name)]

    def close(self) -> None:
        """Close them all."""
        for file in self.files.values():
            file.close()


def say_good(folder: str, images: int, signer: str, output: Output) -> None:
    """Print that a bundle is good; `signer` is '' where nobody asked who signed it."""
    signed = f', signed by {signer}' if signer else ''
    output.result(f'{folder}: good, {plural(images, "image")}{signed}\n')


def facts(file: IO[bytes]) -> tuple[int, ...]:
    """What shows whether someone has written to an open file."""
    found = os.fstat(file.fileno())
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns


def check_folder(folder: str, is_ours: Callable[[str], bool]) -> None:
    """Raise CheckFailed when other files than a bundle's are in the folder, OSError when it is none."""
    try:
        others = sorted(name for name in os.listdir(folder) if not is_ours(name))
    except FileNotFoundError:
        return
    if others:
        more = ', …' if len(others) > 3 else ''
        raise CheckFailed(
            f'{folder}: holds other files ({", ".join(others[:3])}{more})', 'a bundle needs a folder of its own',
            advice=f'tao bundle save {quote(folder.rstrip("/") + "/bundle")} …',
        )


def is_ours(name: str, more: Collection[str] = ()) -> bool:
    """Whether a name is one of a bundle's files; `more` are further ones."""
    return name in bundle.OURS or name in more or is_unfinished(name)


@contextmanager
def writing(folder: str) -> Iterator[None]:
    """Within it an OSError becomes the CheckFailed of a bundle that could not be written."""
    try:
        yield
    except OSError as e:
        why = ['FAT32 cannot hold a file above 4 GB: use exFAT or ext4'] if e.errno == errno.EFBIG else []
        raise CheckFailed(f'{folder}: {e.strerror or e}', 'the bundle is not complete', *why) from None


def clear(folder: str, total: int, output: Output, is_ours: Callable[[str], bool]) -> None:
    """Make the folder, without an older bundle: nothing in it verifies from here on. Raises OSError."""
    make_folders(host.path_of(folder), [])
    for name in (SUMS, *sorted(filter(is_ours, os.listdir(folder)))):
        remove(f'{folder}/{name}')
    free = listing.free_bytes(folder)
    if free is not None and free < total:  # layers that images share are counted twice, so it may fit
        output.notice(f'{folder}: {size(free)} free, up to {size(total)} needed')


def finish(
    folder: str, images: Mapping[str, tuple[int, str]], program: bytes,
    manifest: Callable[[Mapping[str, tuple[int, str]]], str], key: str,
) -> None:
    """Write what a bundle has beside its images, (bytes, sha256) by name: SHA256SUMS, with its signature, last.

    `manifest` makes the text of manifest.json from the files before it. Raises CheckFailed, OSError.
    """
    files = {**images, PROGRAM: write(f'{folder}/{PROGRAM}', program, 0o755)}
    files[MANIFEST] = write(f'{folder}/{MANIFEST}', manifest(files).encode())
    text = bundle.sums({name: digest for name, (_, digest) in files.items()}).encode()
    if key:
        write(f'{folder}/{SIGNATURE}', signature.sign(text, key))
    write(f'{folder}/{SUMS}', text)
