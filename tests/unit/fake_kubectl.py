"""A kubectl that writes down what it is told, and answers as a test lays it down."""
from __future__ import annotations

import json
from pathlib import Path
from typing import Any

FAKE = """#!/bin/sh
folder=${0%/*} verb=$1
[ "$1" != -n ] || verb=$3
printf '%s\\n' "$*" >>"$folder/calls"
number=$(grep -c "^$verb\\$" "$folder/verbs" 2>/dev/null)
echo "$verb" >>"$folder/verbs"
name=$verb.$((${number:-0} + 1))
cat >"$folder/$name.in"
[ -e "$folder/$name.code" ] || name=$verb
[ ! -e "$folder/$name.err" ] || cat "$folder/$name.err" >&2
[ ! -e "$folder/$name.out" ] || cat "$folder/$name.out"
[ ! -e "$folder/$name.code" ] || exit "$(cat "$folder/$name.code")"
"""
UID = '0f00d0f0-1'


class FakeKubectl:
    """The program; the Job that it is to create gets the id UID."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        self.folder = folder
        self.path = f'{folder}:/usr/bin:/bin'
        (folder / 'kubectl').write_text(FAKE)
        (folder / 'kubectl').chmod(0o755)
        self.answers('create', UID)

    def answers(self, call: str, out: str = '', err: str = '', code: int = 0) -> None:
        """What a verb answers, or with a number (create.2) so many-th call of it."""
        for end, text in (('out', out), ('err', err), ('code', str(code))):
            (self.folder / f'{call}.{end}').write_text(text)

    @property
    def calls(self) -> list[str]:
        """Every call."""
        path = self.folder / 'calls'
        return path.read_text().splitlines() if path.exists() else []

    def read(self, call: str) -> Any:
        """The document that a call read."""
        return json.loads((self.folder / f'{call}.in').read_text())
