"""Platforms, as people, machines and registries write them."""
from __future__ import annotations

import pytest

from tao_launcher.engine.docker import DOCKER
from tao_launcher.engine.platforms import architecture, asked, is_platform, of_index
from tao_launcher.engine.podman import PODMAN


@pytest.mark.parametrize(('name', 'found'), [
    ('linux/amd64', 'amd64'), ('linux/arm64/v8', 'arm64'), ('x86_64', 'amd64'), ('aarch64', 'arm64'),
    ('Linux/AArch64', 'arm64'), ('arm64', 'arm64'), ('linux', ''), ('', ''), ('unknown/unknown', ''),
    ('armv7l', 'arm'), ('s390x', 's390x'),
])
def test_architecture(name: str, found: str) -> None:
    assert architecture(name) == found


def test_asked() -> None:
    environ = {'DOCKER_DEFAULT_PLATFORM': 'linux/arm64'}
    assert asked('', DOCKER, environ) == ('linux/arm64', 'DOCKER_DEFAULT_PLATFORM')
    assert asked('linux/amd64', DOCKER, environ) == ('linux/amd64', '--platform')
    assert asked('', PODMAN, environ) == asked('', DOCKER, {'DOCKER_DEFAULT_PLATFORM': ''}) == ('', '')


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
