"""Apptainer and SingularityCE: which one a name means, and what they call their variables."""
from __future__ import annotations

import pytest

from tao_launcher.engine import daemon, profiles
from tao_launcher.engine.apptainer import APPTAINER, SINGULARITY, named, prefixed, variable
from tao_launcher.engine.daemon import Daemon
from tao_launcher.engine.profile import Profile


@pytest.mark.parametrize(('name', 'profile'), [
    ('apptainer', APPTAINER), ('apptainer-1.4', APPTAINER), ('singularity', SINGULARITY),
    ('singularity-ce', SINGULARITY),
])
def test_named(name: str, profile: Profile) -> None:
    assert named(name) is profile and profiles.known(f'/opt/{name}') is profile
    assert (profile.is_child, profile.gpu_option) == (True, '--nv')


def test_variables() -> None:
    assert variable(APPTAINER, 'CACHEDIR') == 'APPTAINER_CACHEDIR'
    assert prefixed(APPTAINER, 'A') == 'APPTAINERENV_A' and prefixed(SINGULARITY, 'A') == 'SINGULARITYENV_A'


def test_there_is_no_daemon() -> None:
    """Whatever words and variables would name one for docker."""
    found = daemon.find(
        ('apptainer', '-d', '--debug'), {'DOCKER_HOST': 'ssh://there', '': 'x'}, '/home/user', lambda path: {},
    )
    assert found == Daemon(profile=APPTAINER)
    with pytest.raises(ValueError, match='with Apptainer there is no daemon to choose'):
        profiles.at(('apptainer',), 'lab')
