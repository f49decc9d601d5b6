"""A process that listens as a daemon does, with limits of its own."""
from __future__ import annotations

import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import Iterator

from tao_launcher.engine.daemon import Daemon
from tao_launcher.engine.docker import DOCKER

# A process of this name without the right to raise limits, that opens 64 files at most and has no other limit of these.
LISTEN = '''
import os, resource, socket, sys
name, path = sys.argv[1:]
with open('/proc/self/comm', 'w') as f:
    f.write(name)
listener = socket.socket(socket.AF_UNIX)
listener.bind(path)
os.chmod(path, 0o666)
listener.listen()
resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))
resource.setrlimit(resource.RLIMIT_MEMLOCK, (65536, 65536))
if os.geteuid() == 0:
    os.setuid(65534)
print('ready', flush=True)
sys.stdin.read()
'''


@contextmanager
def daemon(path: Path, name: str = 'dockerd') -> Iterator[Daemon]:
    words = [sys.executable, '-c', LISTEN, name, str(path)]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, encoding='utf-8') as process:
        assert process.stdout and process.stdout.readline() == 'ready\n'
        yield Daemon(DOCKER, address=f'unix://{path}')
        process.communicate('')
