"""Platforms, as people, machines and registries write them."""
from __future__ import annotations

import pytest

from tao_launcher.engine.platforms import architecture, asked, is_platform, of_index


@pytest.mark.parametrize(('name', 'found'), [
    ('linux/amd64', 'amd64'), ('linux/arm64/v8', 'arm64'), ('x86_64', 'amd64'), ('aarch64', 'arm64'),
    ('Linux/AArch64', 'arm64'), ('arm64', 'arm64'), ('linux', ''), ('', ''), ('unknown/unknown', ''),
    ('armv7l', 'arm'), ('s390x', 's390x'),
])
def test_architecture(name: str, found: str) -> None:
    assert architecture(name) == found


VARIABLE = 'DOCKER_DEFAULT_PLATFORM'


@pytest.mark.parametrize(('option', 'engine', 'environ', 'found'), [
    ('', 'docker', {VARIABLE: 'linux/arm64'}, ('linux/arm64', VARIABLE)),
    ('linux/amd64', 'docker', {VARIABLE: 'linux/arm64'}, ('linux/amd64', '--platform')),
    ('', 'docker', {VARIABLE: ''}, ('', '')),
    ('', 'podman', {VARIABLE: 'linux/arm64'}, ('', '')),
    # its client does not get the variable
    ('', 'sudo -n docker', {VARIABLE: 'linux/arm64'}, ('', '')),
    ('linux/arm64', 'sudo docker', {}, ('linux/arm64', '--platform')),
    ('', 'sudo -E docker', {VARIABLE: 'linux/arm64'}, ('linux/arm64', VARIABLE)),
    ('', f'sudo --preserve-env=X,{VARIABLE} docker', {VARIABLE: 'linux/arm64'}, ('linux/arm64', VARIABLE)),
    ('', 'sudo --preserve-env=DOCKER_HOST docker', {VARIABLE: 'linux/arm64'}, ('', '')),
    ('', f'sudo {VARIABLE}=linux/arm64 docker', {}, ('linux/arm64', VARIABLE)),
    ('', f'env {VARIABLE}=linux/amd64 docker', {VARIABLE: 'linux/arm64'}, ('linux/amd64', VARIABLE)),
])
def test_asked(option: str, engine: str, environ: dict[str, str], found: tuple[str, str]) -> None:
    assert asked(option, engine.split(), environ) == found


def test_of_index() -> None:
    attestation = {'platform': {'os': 'unknown', 'architecture': 'unknown'}}
    entries = [
        {'platform': {'os': 'linux', 'architecture': 'amd64'}}, attestation, {'platform': 7}, 'x', None,
        {'platform': {'os': 'linux', 'architecture': 'arm64', 'variant': 'v8'}},
        {'platform': {'os': 'linux', 'architecture': 'amd64'}}, {'platform': {'architecture': 'arm'}},
    ]
    assert of_index({'manifests': entries}) == ('linux/amd64', 'linux/arm64/v8', 'arm')
    assert of_index({}) == of_index({'manifests': {}}) == ()


@pytest.mark.parametrize(('value', 'is_one'), [
    ('linux', True), ('arm64', True), ('aarch64', True), ('linux/arm64', True), ('linux/arm/v7', True),
    ('own/thing', True), ('lin', False), ('', False), ('linux/', False), ('linux/a/b/c', False), ('linux amd64', False),
])
def test_what_is_a_platform(value: str, is_one: bool) -> None:
    assert is_platform(value) is is_one
