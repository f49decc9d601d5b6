"""The checks of disk, memory and processors."""
from __future__ import annotations

import pytest
from doctor_answers import facts

from tao_launcher.commands.doctor import hardware
from tao_launcher.commands.doctor.findings import GIB, Finding
from tao_launcher.commands.doctor.hardware import Disk


@pytest.mark.parametrize(('free', 'finding'), [
    (None, None),
    (200 * GIB, ('ok', '200 GiB free in /d; 100 are recommended')),
    (99 * GIB, ('warn', '99 GiB free in /d; 100 are recommended',
                'docker image prune  (or move data-root in /etc/docker/daemon.json)')),
    (12 << 20, ('warn', '12 MB free in /d; no image fits; 100 GiB are recommended',
                'docker image prune  (or move data-root in /etc/docker/daemon.json)')),
])
def test_disk(free: int | None, finding: tuple[str, ...] | None) -> None:
    assert hardware.disk(facts(), Disk('/d', free)) == (Finding('disk', *finding) if finding else None)


@pytest.mark.parametrize(('size', 'finding'), [
    (0, None),
    (8 * GIB - (300 << 20), ('ok', '8 GiB; at least 8 are needed, 32 are recommended')),
    (4 * GIB, ('warn', '4 GiB; at least 8 are needed, 32 are recommended')),
])
def test_memory(size: int, finding: tuple[str, ...] | None) -> None:
    assert hardware.memory(facts(), size) == (Finding('memory', *finding) if finding else None)
    assert hardware.memory(facts(is_remote=True), size) is None


@pytest.mark.parametrize(('count', 'finding'), [
    (0, None), (8, ('ok', '8; TAO asks for at least 8')), (2, ('warn', '2; TAO asks for at least 8')),
])
def test_cores(count: int, finding: tuple[str, ...] | None) -> None:
    assert hardware.cores(facts(), count) == (Finding('cores', *finding) if finding else None)
    assert hardware.cores(facts(is_remote=True), count) is None
