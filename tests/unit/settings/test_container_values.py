"""How the values are written that only an engine makes something of."""
from __future__ import annotations

from typing import Callable

import pytest

from tao_launcher.base.text import NO_LINE_BREAK
from tao_launcher.engine.apptainer import SINGULARITY
from tao_launcher.engine.docker import DOCKER
from tao_launcher.settings.container_values import (
    bytes_of,
    cpus,
    entrypoint,
    hostname,
    is_file,
    is_too_large,
    platform,
    size,
    unknown_image,
)
from tao_launcher.settings.values import Source

HOSTNAME = 'expected a host name of at most 63 letters, digits, - and dots'
CPUS = 'expected a number of processors such as 8 or 1.5'
PLATFORM = 'expected OS/ARCH such as linux/amd64 or linux/arm64'


@pytest.mark.parametrize(('parse', 'text'), [
    (hostname, 'a'), (hostname, 'gpu-7.example.org'), (hostname, 'A' * 63),
    (cpus, '8'), (cpus, '1.5'), (cpus, '0.01'), (cpus, '128'),
    (platform, 'linux/amd64'), (platform, 'linux/arm64/v8'), (platform, 'arm64'), (platform, 'linux/x86_64'),
    (entrypoint, ''), (entrypoint, '/bin/bash'), (entrypoint, 'my program'),
])
def test_taken(parse: Callable[[str], str], text: str) -> None:
    assert parse(text) == text


@pytest.mark.parametrize(('parse', 'text', 'why'), [
    *((hostname, text, HOSTNAME) for text in ('', '-a', 'a-', 'a_b', 'a b', 'a..b', 'ä', 'A' * 64, 'a\n')),
    *((cpus, text, CPUS) for text in ('', '0', '0.0', '-1', '1e3', '1.', '.5', '1,5', 'all', '٣')),
    *((platform, text, PLATFORM) for text in ('', 'linux/', 'a/b/c/d', 'Linux/amd64', 'linux amd64', '-v')),
    (entrypoint, 'a\nb', NO_LINE_BREAK), (entrypoint, 'a\0', NO_LINE_BREAK),
    (entrypoint, '-c', 'expected a program of the container; its arguments follow "run"'),
])
def test_refused(parse: Callable[[str], str], text: str, why: str) -> None:
    with pytest.raises(ValueError) as error:
        parse(text)
    assert str(error.value) == why


@pytest.mark.parametrize(('image', 'is_so'), [
    ('/shared/tao.sif', True), ('tao.sif', True), ('a/b.sif', True), ('./sandbox', True), ('../x', True),
    ('~/tao.sif', True), ('docker://a/b', True), ('oras://a/b:c', True), ('/x', True),
    ('nvcr.io/nvidia/tao/tao-toolkit:7.1.0-pyt', False), ('a', False), ('tao.sifx', False), ('~x/y', False),
])
def test_an_image_that_is_a_file(image: str, is_so: bool) -> None:
    assert is_file(image) is is_so
    wrong = unknown_image(DOCKER, image, Source('option', '--image'))
    assert wrong == [
        f'--image: "{image}": docker takes no file and no URI as an image; --engine apptainer does'
    ] * is_so
    assert unknown_image(SINGULARITY, image, Source('option', '--image')) == []


@pytest.mark.parametrize(('text', 'number'), [
    ('1073741824', 1 << 30), ('16G', 16 << 30), ('1.5g', 3 << 29), ('64MB', 64 << 20), ('2 KiB', 2048), ('7b', 7),
    ('1t', 1 << 40), ('1P', 1 << 50),
])
def test_bytes_of_a_size(text: str, number: int) -> None:
    assert bytes_of(text) == number


@pytest.mark.parametrize('text', ['8191P', '9223372036854774784', '8388607tib'])
def test_the_largest_size(text: str) -> None:
    assert size(text) == text


@pytest.mark.parametrize('text', ['9999999999999999999P', '8192P', '8388608 TiB', '9223372036854775808'])
def test_more_than_engines_count(text: str) -> None:
    with pytest.raises(ValueError, match='^expected a size below 8192P, the most that engines can count$'):
        size(text)
    assert is_too_large(text)
