"""A history as launches leave it."""
from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from recorded import DIGEST, IMAGE_ID

IMAGE = 'nvcr.io/nvidia/tao/tao-toolkit:7.1.0-pyt'
ARGV = ['docker', 'run', '--rm', '-v', '/a b:/d', IMAGE, 'dino', 'train', '-e', '/x y']
START = {
    'event': 'start', 'uid': os.getuid(), 'job': 'model/dino/train', 'when': '2026-01-31T10:20:30.123Z', 'host': 'node',
    'cwd': '/', 'program': 'tao', 'words': ['dino', 'train', '-e', '/x y'], 'masked': [], 'argv': ARGV,
    'masked_argv': [], 'image': IMAGE, 'image_at': 5, 'release': '7.1.0', 'env': [], 'engine': ['docker'],
    'launcher': '0.1.0',
}
END = {
    'event': 'end', 'uid': os.getuid(), 'job': 'model/dino/train', 'when': '2026-01-31T11:25:30.123Z', 'user': 'jo',
    'how': 'job', 'code': 0, 'seconds': 3900.5, 'image_id': IMAGE_ID, 'digests': [DIGEST], 'container': 'f00d' * 16,
}


def a_launch(id: str, end: Any = None, **start: Any) -> list[dict[str, Any]]:
    """The two entries of a launch, with other values; `end` False for none."""
    own = {key: value for key, value in start.items() if key in ('uid', 'job')}
    entries = [{**START, 'id': id, **start}]
    return entries if end is False else [*entries, {**END, 'id': id, **own, **(end or {})}]


def write(home: Path, *launches: Any, more: bytes = b'') -> Path:
    """The caller's history, with these launches."""
    path = home / '.local' / 'state' / 'tao' / 'history.jsonl'
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = [json.dumps(entry).encode() + b'\n' for entries in launches for entry in entries]
    path.write_bytes(b''.join(lines) + more)
    path.chmod(0o600)
    return path
