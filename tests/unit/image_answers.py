"""A docker that answers as told about images."""
from __future__ import annotations

import json
from pathlib import Path

from support import FakeDocker

ID, OTHER = f'sha256:{"a" * 64}', f'sha256:{"b" * 64}'
REPOSITORY = 'nvcr.io/nvidia/tao/tao-toolkit'
DINO = f'{REPOSITORY}:7.1.0-pyt'
# "image inspect", "info", "pull" and so on answer with the file of that name, where there is one.
SCRIPT = """#!/bin/sh
folder=${0%/*}
printf '%s\\0' "$(($# + 1))" "${0##*/}" "$@" >>"$folder/calls"
[ ! -e "$folder/$1.err" ] || cat "$folder/$1.err" >&2
[ ! -e "$folder/$1.out" ] || cat "$folder/$1.out"
[ ! -e "$folder/$1.code" ] || exit "$(cat "$folder/$1.code")"
"""


class Engine(FakeDocker):
    """A docker (and podman) that answers as told, and with nothing otherwise."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        for name in ('docker', 'podman'):
            (folder / name).write_text(SCRIPT)

    def answers(self, verb: str, out: str = '', err: str = '', code: int = 0) -> None:
        for name, text in (('out', out), ('err', err), ('code', str(code))):
            (self.folder / f'{verb}.{name}').write_text(text)

    def has(self, *found: dict[str, object]) -> None:
        """The images that there are. The code is 1 as soon as one of those asked for is missing."""
        self.answers('image', json.dumps(found), 'Error: No such image: x\n', 1)


def image(*tags: str, id: str = ID, digests: tuple[str, ...] = (), size: int = 21_300_000_000) -> dict[str, object]:
    return {'Id': id, 'RepoTags': list(tags), 'RepoDigests': list(digests), 'Size': size}
