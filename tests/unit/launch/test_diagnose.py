"""What is asked after a failure."""
from __future__ import annotations

import pytest
from support import FakeDocker, tao


@pytest.mark.parametrize('code', [0, 1, 125, 137])
def test_only_a_failure_asks_docker_more(code: int, fake_docker: FakeDocker) -> None:
    fake_docker.ends_with(code)
    assert tao('dino', 'train').code == code
    asked = [call[1] for call in fake_docker.calls]
    assert asked == ['run'] if code == 0 else asked[:2] == ['run', 'ps']
