"""What real engines say of each trouble: tests/unit/engine_messages.json, which tests/engine_messages writes."""
from __future__ import annotations

import json
from pathlib import Path
from typing import NamedTuple

DATA = Path(__file__).parent / 'engine_messages.json'
ENGINES = {'docker-20', 'docker-26', 'docker-28', 'docker-28-containerd', 'docker-rootless', 'podman-4', 'podman-5'}


class Message(NamedTuple):
    """One engine's words: which engine, its version, what the trouble was, the exit code of its client."""

    engine: str
    version: str
    what: str
    code: int
    text: str

    @property
    def client(self) -> str:
        """The name of its program."""
        return self.engine.partition('-')[0]


MESSAGES = [
    Message(one['engine'], one['version'], one['what'], one['code'], one.get('err', '') + one.get('out', ''))
    for one in json.loads(DATA.read_text(encoding='utf-8'))
]


def of(*whats: str) -> list[Message]:
    """The messages about these troubles."""
    found = [message for message in MESSAGES if message.what in whats]
    assert {message.what for message in found} == {*whats}
    return found
