"""Apptainer and SingularityCE: which one a name means, and what they call their variables."""
from __future__ import annotations

import pytest

from tao_launcher.engine import daemon, profiles
from tao_launcher.engine.apptainer import APPTAINER, SINGULARITY, cache, cached_names, named, prefixed, variable
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


def test_cache() -> None:
    assert cache(APPTAINER, {}, '/h') == '/h/.apptainer/cache'
    assert cache(SINGULARITY, {'SINGULARITY_CACHEDIR': '/c', 'APPTAINER_CACHEDIR': '/a'}, '/h') == '/c/cache'
    # as Apptainer 1.4.5 has called it
    digest = '69741111d2457e167717fa9f51442c35fc4870be4db3600799bf5db0087ac31e'
    assert cached_names(digest, 'amd64') == (
        '28eb7db24377314826413b8b65a34acd5e1f51ca515ac9e63ffca36454ab4a28', digest,
    )
