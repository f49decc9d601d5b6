"""What the kernel tells of a process that listens, and of this one."""
from __future__ import annotations

import os
import resource
from pathlib import Path

from limited_daemon import daemon

from tao_launcher.base import processes


def test_a_process_that_listens(tmp_path: Path) -> None:
    with daemon(tmp_path / 'd.sock'):
        found = processes.listener(str(tmp_path / 'd.sock'))
        assert found and processes.process_name(found.process) == 'dockerd'
        assert processes.raises_limits(found.process) is False
        limits = [processes.hard_limit(name, found.process) for name in ('nofile', 'memlock', 'nosuch')]
        assert limits == [64, 65536, None]
    assert processes.raises_limits(found.process) is None
    assert processes.hard_limit('nofile', found.process) is None


def test_this_process() -> None:
    own = processes.own_process()
    assert own == os.getpid()
    for name in ('NOFILE', 'MEMLOCK', 'STACK', 'CORE', 'RTTIME'):
        assert processes.hard_limit(name.lower(), own) == resource.getrlimit(getattr(resource, f'RLIMIT_{name}'))[1]
