"""Which logins an engine has stored, and for which registries."""
from __future__ import annotations

from typing import Any

import pytest

from tao_launcher.engine.logins import DOCKERS_OWN, logins, missing_helper


def test_logins(tmp_path: Any) -> None:
    for name in ('.docker', 'config/containers', 'run/containers'):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / '.docker' / 'config.json').write_text('{"auths": {"docker": {}}}')
    environ = {'HOME': str(tmp_path), 'XDG_RUNTIME_DIR': f'{tmp_path}/run'}
    usual: tuple[str, object] = (f'{tmp_path}/.docker/config.json', {'auths': {'docker': {}}})
    assert logins(('docker',), environ) == logins(('podman',), environ) == usual
    (tmp_path / 'run' / 'containers' / 'auth.json').write_text('{"auths": {"run": {}}}')
    assert logins(('podman',), environ) == (f'{tmp_path}/run/containers/auth.json', {'auths': {'run': {}}})
    (tmp_path / 'own.json').write_text('{"auths": {"own": {}}}')
    own = {**environ, 'REGISTRY_AUTH_FILE': f'{tmp_path}/own.json'}
    assert logins(('podman',), own) == (f'{tmp_path}/own.json', {'auths': {'own': {}}})
    assert logins(('docker',), {**environ, 'DOCKER_CONFIG': f'{tmp_path}/config'}) == usual
    assert logins(('docker',), {'HOME': '/nowhere'}) == ('', None)


@pytest.mark.parametrize(('configuration', 'known'), [
    (None, False),
    ({}, False),
    ({'auths': {'nvcr.io': {'auth': 'eA=='}}}, True),
    ({'auths': {'https://nvcr.io/v2/': {}}}, True),
    ({'auths': {'docker.io': {}}}, False),
    ({'auths': {}, 'credsStore': 'desktop'}, None),
    ({'auths': {'nvcr.io': {}}, 'credsStore': 'desktop'}, True),
    ({'credHelpers': {'nvcr.io': 'ngc'}}, None),
    ({'credHelpers': {'gcr.io': 'gcloud'}}, False),
    ({'auths': None}, False),
    ([], None),
])
def test_login(configuration: object, known: bool | None) -> None:
    from tao_launcher.engine.logins import is_logged_in

    assert is_logged_in('nvcr.io', configuration) is known


@pytest.mark.parametrize(('configuration', 'registry', 'found'), [
    ({'credsStore': 'desktop'}, 'nvcr.io', ('docker-credential-desktop', 'credsStore')),
    ({'credsStore': 'there'}, 'nvcr.io', ('', '')),
    ({'credsStore': ''}, 'nvcr.io', ('', '')),
    ({'credHelpers': {'nvcr.io': 'ngc'}}, 'nvcr.io', ('docker-credential-ngc', 'credHelpers')),
    ({'credHelpers': {'https://nvcr.io': 'ngc'}}, 'nvcr.io', ('docker-credential-ngc', 'credHelpers')),
    ({'credHelpers': {'gcr.io': 'gcloud'}}, 'nvcr.io', ('', '')),  # of another registry
    ({'credHelpers': {'nvcr.io': 'there'}, 'credsStore': 'desktop'}, 'nvcr.io', ('', '')),
    ({'credHelpers': {'https://index.docker.io/v1/': 'hub'}}, DOCKERS_OWN, ('docker-credential-hub', 'credHelpers')),
    ({'credsStore': '../x'}, 'nvcr.io', ('', '')),
    ({'credsStore': 7, 'credHelpers': []}, 'nvcr.io', ('', '')),
    ({'credHelpers': {'nvcr.io': None}}, 'nvcr.io', ('', '')),
    (None, 'nvcr.io', ('', '')), ([], 'nvcr.io', ('', '')),
])
def test_a_helper_that_is_not_there(
    configuration: object, registry: str, found: tuple[str, str], tmp_path: Any,
) -> None:
    there = tmp_path / 'docker-credential-there'
    there.write_text('')
    there.chmod(0o755)
    assert missing_helper(registry, configuration, {'PATH': str(tmp_path)}) == found
