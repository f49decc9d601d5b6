"""What is known of an engine."""
from __future__ import annotations

import pytest

from tao_launcher.engine.docker import DOCKER
from tao_launcher.engine.none import NONE
from tao_launcher.engine.podman import PODMAN
from tao_launcher.engine.profile import Profile


@pytest.mark.parametrize(('profile', 'is_child'), [(DOCKER, False), (PODMAN, False), (NONE, True)])
def test_a_job_is_a_child_where_there_is_no_engine(profile: Profile, is_child: bool) -> None:
    assert profile.is_child is is_child
