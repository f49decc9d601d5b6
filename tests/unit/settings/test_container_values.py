"""How the values are written that only an engine makes something of."""
from __future__ import annotations

from typing import Callable

import pytest

from tao_launcher.base.text import NO_LINE_BREAK
from tao_launcher.settings.container_values import cpus, entrypoint, hostname, platform

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
