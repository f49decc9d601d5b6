"""A docker that answers as told, and what `docker inspect` says of a job."""
from __future__ import annotations

import json
import os
import pwd
from pathlib import Path
from typing import Any, Mapping, Optional, Sequence

from support import TOLD, FakeDocker

# The N-th call of a verb answers with the files VERB.N.out and so on, where they are, else with VERB.out.
SCRIPT = """#!/bin/sh
folder=${0%/*}
exec 9>>"$folder/calls"
[ $# -lt 100 ] || flock 9 # the shell writes many words in several pieces, and another call may be writing too
printf '%s\\0' "$(($# + 1))" "${0##*/}" "$@" >&9
exec 9>&-
echo >>"$folder/$1.count"
answer=$1.$(wc -l <"$folder/$1.count")
[ -e "$folder/$answer.out" ] || answer=$1
{told}
cat "$folder/$answer.err" >&2
cat "$folder/$answer.out"
exit "$(cat "$folder/$answer.code")"
"""
ID = 'f00dcafe' * 8
IMAGE = 'nvcr.io/nvidia/tao/tao-toolkit:7.1.0-pyt'
MINE = str(os.getuid())
OTHER = '1' if MINE != '1' else '2'
OTHER_NAME = pwd.getpwuid(int(OTHER)).pw_name
PAST, FUTURE = '2026-01-31T11:20:30.5Z', '2999-01-31T11:20:30.5Z'
THEIRS = {'tao.job': 'model/ocrnet/train', 'tao.user': OTHER, 'tao.plan': ''}


def container(
    id: str = ID, labels: Optional[Mapping[str, Any]] = None, state: str = 'running', code: int = 0,
    started: str = '2026-01-31T10:20:30.123456789Z', command: Optional[Sequence[str]] = ('dino', 'train'),
    **more: Any,
) -> dict[str, Any]:
    """A job as `docker inspect` shows it, as far as anyone looks; `more` replaces the other fields."""
    own = {'tao.job': 'model/dino/train', 'tao.user': MINE, 'tao.plan': '0123456789ab'}
    running = state == 'running'
    return {
        'Id': id,
        'Created': '2026-01-31T10:20:29.5Z',
        'Name': f'/job_{id[:4]}',
        'State': {
            'Status': state, 'Running': running, 'ExitCode': code, 'StartedAt': started,
            'FinishedAt': '0001-01-01T00:00:00Z' if running else '2026-01-31T11:20:30.5Z',
        },
        'HostConfig': {
            'AutoRemove': False,
            'DeviceRequests': [
                {'Driver': '', 'Count': -1, 'DeviceIDs': None, 'Capabilities': [['gpu']], 'Options': {}},
            ],
            'Devices': [],
        },
        'Config': {
            'Tty': False, 'Env': ['TAO_LAUNCH_ID=', 'PATH=/bin'], 'Image': IMAGE,
            'Cmd': None if command is None else list(command), 'Labels': own if labels is None else dict(labels),
        },
        **more,
    }


def ended_at(time: str) -> dict[str, Any]:
    """The first job of `ids`, which ended with 4 at that time."""
    job = container(ids(1)[0], state='exited', code=4)
    return {**job, 'State': {**job['State'], 'FinishedAt': time}}


def ids(count: int) -> list[str]:
    """Full ids that differ in their first digits."""
    return [f'{i:04x}' * 16 for i in range(0xa000, 0xa000 + count)]


class Engine(FakeDocker):
    """A docker that answers each verb with what a test laid down, and with nothing otherwise."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        for name in ('docker', 'podman'):
            (folder / name).write_text(SCRIPT.replace('{told}', TOLD))
        for verb in ('ps', 'inspect', 'stop', 'rm', 'wait', 'logs', 'exec', 'attach', 'version', 'events', 'kill'):
            self.answers(verb)

    def answers(self, verb: str, out: str = '', err: str = '', code: int = 0) -> None:
        """What a verb answers from now on; `ps.2` is the second time that ps is asked."""
        for name, text in (('out', out), ('err', err), ('code', str(code))):
            (self.folder / f'{verb}.{name}').write_text(text, encoding='utf-8', errors='surrogateescape')

    def has(self, *containers: Mapping[str, Any]) -> None:
        """The containers that there are. As docker does, `ps` prints their full ids."""
        self.answers('ps', ''.join(f'{found["Id"]}\n' for found in containers))
        self.answers('inspect', json.dumps(list(containers)) + '\n')

    def forget(self) -> None:
        super().forget()
        for counted in self.folder.glob('*.count'):
            counted.unlink()


def last(engine: Engine) -> list[str]:
    """The last command that was no question."""
    return [call for call in engine.calls if call[1] not in ('ps', 'inspect')][-1]
