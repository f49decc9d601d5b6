"""The engine that is asked about jobs, and who is the caller there."""
from __future__ import annotations

import os
import re

from engine_answers import ID, Engine, container
from support import tao


def test_another_engine(engine: Engine) -> None:
    engine.has(container())
    assert tao('--engine', 'podman', 'list', '--format', 'ids').out == f'{ID}\n'
    assert [call[0] for call in engine.calls] == ['podman', 'podman']


def test_a_remote_engine_knows_the_caller_by_name(engine: Engine) -> None:
    tao('list', env={'DOCKER_HOST': 'ssh://gpu1'})
    owner = engine.calls[0][-1]
    assert re.fullmatch(rf'label=tao\.user=[^@]+@{re.escape(os.uname().nodename)}', owner)
