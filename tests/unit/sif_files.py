"""Files of Apptainer's as tests have them, and an apptainer that makes them."""
from __future__ import annotations

import hashlib
import json
import sys
from pathlib import Path

DINO = 'nvcr.io/nvidia/tao/tao-toolkit:7.1.0-pyt'
NAME = 'nvcr.io+nvidia+tao+tao-toolkit=7.1.0-pyt.sif'
HEADER = 128
# It writes down its words, and makes the file that it is told to; with a text in "fails" it says that and fails.
PROGRAM = '''#!{python} -IS
import json, os, sys
folder = os.path.dirname(os.path.abspath(sys.argv[0]))
with open(folder + '/calls', 'a') as f:
    f.write(json.dumps(sys.argv[1:]) + '\\n')
if os.path.exists(folder + '/fails'):
    with open(folder + '/fails') as f:
        sys.exit(f.read())
with open(folder + '/image', 'rb') as f:
    data = f.read()
print('INFO:    Creating SIF file...', file=sys.stderr)
with open(sys.argv[-2], 'wb') as f:
    f.write(data)
'''


def sif(content: bytes = b'squash', machine: str = '02') -> bytes:
    """A file with a header such as Apptainer writes."""
    head = b'#!/usr/bin/env run-singularity\n\0' + b'SIF_MAGIC\0' + b'01\0' + machine.encode() + b'\0'
    head = head.ljust(112, b'\1') + HEADER.to_bytes(8, 'little') + len(content).to_bytes(8, 'little')
    return head + content


def sha(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


class Apptainer:
    """An apptainer in a folder for PATH."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir()
        (folder / 'apptainer').write_text(PROGRAM.format(python=sys.executable))
        (folder / 'apptainer').chmod(0o755)
        self.makes(sif())

    def makes(self, data: bytes) -> None:
        (self.folder / 'image').write_bytes(data)

    def fails(self, said: str) -> None:
        (self.folder / 'fails').write_text(said)

    @property
    def calls(self) -> list[list[str]]:
        path = self.folder / 'calls'
        return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def resum(folder: Path) -> None:
    """Write SHA256SUMS anew, as someone who changes a bundle can."""
    files = sorted(path for path in folder.iterdir() if not path.name.startswith('SHA256SUMS'))
    (folder / 'SHA256SUMS').write_text(''.join(f'{sha(path.read_bytes())}  {path.name}\n' for path in files))


def rewrite(folder: Path, change: object) -> None:
    """Have `change` alter the manifest of a bundle, and write SHA256SUMS anew."""
    path = folder / 'manifest.json'
    document = json.loads(path.read_text())
    assert callable(change)
    change(document)
    path.write_text(json.dumps(document))
    resum(folder)
