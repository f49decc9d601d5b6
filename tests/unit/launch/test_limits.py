"""Which limits an engine cannot set."""
from __future__ import annotations

import resource
from pathlib import Path

from limited_daemon import daemon

from tao_launcher.base import processes
from tao_launcher.engine.apptainer import APPTAINER
from tao_launcher.engine.daemon import Daemon
from tao_launcher.engine.podman import PODMAN
from tao_launcher.launch import limits
from tao_launcher.settings.values import Ulimit

LIMITS = [Ulimit('nofile', 64), Ulimit('nofile', 1, 65), Ulimit('memlock', -1), Ulimit('stack', 1 << 20),
          Ulimit('nosuch', -1)]


def test_limits_above_the_daemons(tmp_path: Path) -> None:
    with daemon(tmp_path / 'd.sock') as engine:
        assert limits.refused(LIMITS, engine) == ('nofile', 'memlock')
        assert limits.refused(LIMITS, engine._replace(is_remote=True)) == ()
        listener = processes.listener(str(tmp_path / 'd.sock'))
        assert listener and processes.hard_limit('nofile', listener.process) == 64
        assert processes.raises_limits(listener.process) is False
    assert limits.refused(LIMITS, engine) == ()  # there is none


def test_what_only_passes_on_what_it_hears(tmp_path: Path) -> None:
    with daemon(tmp_path / 'd.sock', 'socat') as engine:
        assert limits.refused(LIMITS, engine) == ()


def test_an_engine_that_we_start() -> None:
    """Its limits are ours, unless sudo is between."""
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    own = limits.refused([Ulimit('nofile', most), Ulimit('nofile', most + 1)], Daemon(PODMAN))
    effective = Path('/proc/self/status').read_text().partition('CapEff:')[2].split()[0]
    assert own == (() if int(effective, 16) & 1 << 24 else ('nofile',))
    assert limits.refused([Ulimit('nofile', most + 1)], Daemon(PODMAN, is_sudo=True)) == ()
    assert limits.refused([Ulimit('nofile', most + 1)], Daemon(APPTAINER)) == ()


def test_more_files_than_the_kernel_allows() -> None:
    most = int(Path('/proc/sys/fs/nr_open').read_text())
    assert limits.more_files([Ulimit('nofile', 1, most), Ulimit('memlock', most + 1)]) == 0
    for limit in (Ulimit('nofile', 1, most + 1), Ulimit('nofile', most + 1)):
        assert limits.more_files([limit]) == most
