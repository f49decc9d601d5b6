"""--timeout: a job that obeys a SIGTERM and one that does not; both are gone, and the code is 124."""
from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest
from jobs import HANDLES, IGNORES, STOP, gone

if TYPE_CHECKING:
    from conftest import Docker, Program

SAID = 'tao: the job has had its 2s (--timeout) and is told to stop\n'
pytestmark = pytest.mark.area('signals')


@pytest.mark.engine_dependent
@pytest.mark.parametrize(('script', 'least'), [(HANDLES, 2.0), (IGNORES, 4.0)])
def test_a_job_that_has_had_its_time(docker: Docker, tao: Program, script: str, least: float) -> None:
    begun = time.monotonic()
    done = tao(*STOP, '--timeout', '2s', 'dino', 'run', 'sh', '-c', script)
    assert (done.returncode, done.stderr) == (124, SAID)
    assert least <= time.monotonic() - begun < 60
    gone(docker)
