"""What tests of the history share: a docker whose jobs last until the launcher knows their image, and the entries."""
from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from support import FakeDocker

IMAGE_ID = 'sha256:' + 'beef' * 16
DIGEST = 'nvcr.io/nvidia/tao/tao-toolkit@sha256:' + 'd1e5' * 16
# The answer is taken once the launcher has buried the process that gave it. It ends with a launcher that was killed.
SCRIPT = """#!/bin/sh
folder=${0%/*}
goes_on() { kill -0 $PPID 2>/dev/null && sleep 0.01; }
case $1 in
run)
    echo $$ >"$folder/running"
    while [ ! -s "$folder/asked" ]; do goes_on || exit; done
    while [ "${TAO_HISTORY-}" != off ] && kill -0 "$(cat "$folder/asked")"; do goes_on || exit; done 2>/dev/null
    while [ -e "$folder/hold" ]; do goes_on || exit; done
    exit "$(cat "$folder/code")"
    ;;
image) cat "$folder/image" && echo $$ >"$folder/asked" ;;
*) exit 1 ;;
esac
"""


class Recorded:
    """The history of a test's launches."""

    def __init__(self, docker: FakeDocker, path: Path) -> None:
        self.folder = docker.folder
        self.path = path
        (self.folder / 'docker').write_text(SCRIPT)
        (self.folder / 'image').write_text(f'{IMAGE_ID} other/name@sha256:{"0" * 64} {DIGEST}\n')

    @property
    def entries(self) -> list[dict[str, Any]]:
        """What was written, one for each line."""
        return [json.loads(line) for line in self.path.read_text('ascii').splitlines()]

    @property
    def pair(self) -> tuple[dict[str, Any], dict[str, Any]]:
        """The start and the end of the one launch there was."""
        start, end = self.entries
        assert (start['event'], end['event'], start['id']) == ('start', 'end', end['id'])
        return start, end


def history_of(home: Path) -> Path:
    """The file that launches are recorded in, if none is named."""
    return home / '.local' / 'state' / 'tao' / 'history.jsonl'


def is_running(pid: int) -> bool:
    """Whether a process is there."""
    return os.path.exists(f'/proc/{pid}')
