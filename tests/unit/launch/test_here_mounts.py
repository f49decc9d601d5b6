"""What is at the mounts' places on this machine, and the links that make those missing."""
from __future__ import annotations

import pytest

from tao_launcher.launch.here_mounts import ABSENT, HERE, NOWHERE, OTHER, commands, placed
from tao_launcher.settings.values import Mount

THERE = {'/', '/s', '/s/in', '/d', '/same', '/private'}


def look(path: str) -> bool | None:
    return None if path.startswith('/private/') else path in THERE


def states(*mounts: Mount, with_links: bool = False) -> dict[str, str]:
    found = placed(mounts, look, lambda one, other: {one, other} == {'/s', '/same'}, with_links=with_links)
    return {each.mount.destination: each.state for each in found}


@pytest.mark.parametrize(('source', 'destination', 'state'), [
    ('/s', '/s', HERE), ('/s', '/same', HERE), ('/gone', '/d', HERE), ('/s', '/d', OTHER), ('/s', '/new', ABSENT),
    ('/gone', '/new', NOWHERE), ('/s', '/private/x', HERE), ('/private/x', '/d', HERE),
    ('/private/x', '/new', ABSENT),
])
def test_states(source: str, destination: str, state: str) -> None:
    assert states(Mount(source, destination)) == {destination: state}


def test_one_within_another() -> None:
    mounts = (Mount('/d', '/w/in'), Mount('/d', '/w/deep/er'), Mount('/s', '/w'))
    assert states(*mounts) == {'/w': ABSENT, '/w/in': ABSENT, '/w/deep/er': ABSENT}
    # once /w is a link to /s, /w/in is /s/in
    assert states(*mounts, with_links=True) == {'/w': ABSENT, '/w/in': OTHER, '/w/deep/er': ABSENT}


def test_commands() -> None:
    mounts = (Mount('/s', '/new/a/b'), Mount('/d', '/new/a/c'), Mount('/s', '/e'))
    links = placed(mounts, look, lambda one, other: False, with_links=True)
    assert list(commands(links, look)) == [
        ('ln', '-sn', '/s', '/e'), ('mkdir', '-p', '/new/a'), ('ln', '-sn', '/s', '/new/a/b'),
        ('ln', '-sn', '/d', '/new/a/c'),
    ]
    assert list(commands((), look)) == []
