"""What looks like a secret."""
from __future__ import annotations

import pytest

from tao_launcher.base.secrets import is_secret, steers_the_client, until_value


@pytest.mark.parametrize(('name', 'value', 'secret'), [
    ('A', 'x://u:p@h', True), ('PATH', 'x://u:p@h', True), ('PATH', '/bin', False), ('SSH_AUTH_SOCK', '/x', False),
    ('A', 'nvapi-' + 'x' * 40, True), ('HF', 'hf_' + 'x' * 34, True), ('A', 'ghp_' + 'x' * 36, True),
    ('MODEL', 'hf_small', False), ('A', 'x nvapi-' + 'x' * 40, False),
])
def test_is_secret(name: str, value: str, secret: bool) -> None:
    assert is_secret(name, value) is secret


@pytest.mark.parametrize(('name', 'steers'), [
    ('PATH', True), ('http_proxy', True), ('HTTP_PROXY', True), ('LD_PRELOAD', True), ('DOCKER_TLS_VERIFY', True),
    ('path', False), ('DOCKER_PASSWORD', False), ('SSH_KEY', False), ('PYTHONPATH', False), ('DOCKER_HOST2', False),
])
def test_steers_the_client(name: str, steers: bool) -> None:
    assert steers_the_client(name) is steers


@pytest.mark.parametrize(('text', 'shown'), [
    ('NAME', 'NAME'), ('', ''), ('NAME=s3cr3t', 'NAME=…'), ('NAME: s3cr3t', 'NAME:…'), ('NAME s3cr3t', 'NAME …'),
    ('  NAME\ts3cr3t', '  NAME\t…'), ('=s3cr3t', '=…'), ('NAME=', 'NAME='), ('NAME\n', 'NAME\n'), (' ', ' '),
])
def test_a_name_is_shown_without_its_value(text: str, shown: str) -> None:
    assert until_value(text) == shown
