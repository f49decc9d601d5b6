"""The launcher as one file, tao.pyz, that python3 runs without anything installed."""
from __future__ import annotations

import io
import os
import zipfile

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

START = 'from tao_launcher.main import console\n\nconsole()\n'
LONG_AGO = (1980, 1, 1, 0, 0, 0)  # the first time that a zip file can hold


def build(package: str, extras: Iterable[str], version: str) -> bytes:
    """The bytes of tao.pyz: the package at that folder, pure Python packages beside it, and its version.

    Same inputs, same bytes: sorted, without times and without compression, which differs between zlibs.
    """
    metadata = f'Metadata-Version: 2.1\nName: tao-launcher\nVersion: {version}\n'
    files = {
        '__main__.py': START.encode(),
        f'tao_launcher-{version}.dist-info/METADATA': metadata.encode(),
        **dict(_files(package)),
    }
    for extra in extras:
        files.update(_files(extra))
    buffer = io.BytesIO()
    buffer.write(b'#!/usr/bin/env python3\n')
    with zipfile.ZipFile(buffer, 'a', zipfile.ZIP_STORED) as archive:
        for name in sorted(files):
            info = zipfile.ZipInfo(name, LONG_AGO)
            info.create_system = 3
            info.external_attr = 0o644 << 16
            archive.writestr(info, files[name])
    return buffer.getvalue()


def _files(path: str) -> Iterator[tuple[str, bytes]]:
    """Name in the archive and content of a package's, or a module's, files."""
    top = os.path.dirname(path)
    paths = [path] if os.path.isfile(path) else [
        os.path.join(folder, name) for folder, _, names in os.walk(path) for name in names
    ]
    for each in paths:
        if '__pycache__' not in each and not each.endswith(('.pyc', '.so')):
            with open(each, 'rb') as f:
                yield os.path.relpath(each, top), f.read()
