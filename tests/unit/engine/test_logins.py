"""Which logins an engine has stored, and for which registries."""
from __future__ import annotations

from typing import Any

import pytest

from tao_launcher.engine.logins import logins


def test_logins(tmp_path: Any) -> None:
    for name in ('.docker', 'config/containers', 'run/containers'):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / '.docker' / 'config.json').write_text('{"auths": {"docker": {}}}')
    environ = {'HOME': str(tmp_path), 'XDG_RUNTIME_DIR': f'{tmp_path}/run'}
    assert logins(('docker',), environ) == logins(('podman',), environ) == {'auths': {'docker': {}}}
    (tmp_path / 'run' / 'containers' / 'auth.json').write_text('{"auths": {"run": {}}}')
    assert logins(('podman',), environ) == {'auths': {'run': {}}}
    (tmp_path / 'own.json').write_text('{"auths": {"own": {}}}')
    assert logins(('podman',), {**environ, 'REGISTRY_AUTH_FILE': f'{tmp_path}/own.json'}) == {'auths': {'own': {}}}
    assert logins(('docker',), {**environ, 'DOCKER_CONFIG': f'{tmp_path}/config'}) == {'auths': {'docker': {}}}


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
