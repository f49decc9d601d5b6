"""The program that --init makes PID 1: the engine's own, else one of this machine's."""
from __future__ import annotations

from pathlib import Path

import pytest

from tao_launcher.engine.daemon import Daemon
from tao_launcher.engine.docker import DOCKER
from tao_launcher.engine.init import lacks_init, with_init
from tao_launcher.engine.podman import PODMAN


@pytest.fixture
def podman(tmp_path: Path) -> Daemon:
    """A podman of which neither its own program nor one of the others is there."""
    own, others = (str(tmp_path / 'catatonit'),), (str(tmp_path / 'tini'), str(tmp_path / 'dumb-init'))
    return Daemon(profile=PODMAN._replace(own_inits=own, other_inits=others))


def test_docker_brings_its_own() -> None:
    assert not lacks_init(Daemon(profile=DOCKER))
    assert with_init(Daemon(profile=DOCKER)).init == ''


def test_none_at_all(podman: Daemon) -> None:
    assert lacks_init(podman) and lacks_init(with_init(podman))


def test_another_program_of_this_machine(podman: Daemon, tmp_path: Path) -> None:
    for name in ('dumb-init', 'tini'):
        (tmp_path / name).touch()
        assert with_init(podman).init == str(tmp_path / name)
    assert lacks_init(podman) and not lacks_init(with_init(podman))


def test_its_own_comes_first(podman: Daemon, tmp_path: Path) -> None:
    for name in ('catatonit', 'tini'):
        (tmp_path / name).touch()
    assert not lacks_init(podman) and with_init(podman).init == ''


def test_nothing_is_said_of_another_machine(podman: Daemon) -> None:
    assert not lacks_init(podman._replace(is_remote=True))
