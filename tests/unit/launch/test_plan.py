"""The plan of a launch: what depends on the engine."""
from __future__ import annotations

import pytest
from plans import launch
from support import tao

from tao_launcher.base.errors import UsageError
from tao_launcher.engine import daemon
from tao_launcher.engine.podman import PODMAN


@pytest.mark.parametrize(('engine', 'policy', 'words'), [
    ('docker', 'missing', []), ('docker', 'always', ['--pull', 'always']), ('podman', 'newer', ['--pull', 'newer']),
])
def test_pull(engine: str, policy: str, words: list[str]) -> None:
    argv = launch('--engine', engine, '--pull', policy, 'dino').argv
    assert [word for word in argv if word in ('--pull', policy)] == words


def test_pull_that_docker_does_not_know() -> None:
    with pytest.raises(UsageError) as error:
        launch('--pull', 'newer', 'dino')
    assert error.value.what == '--pull: "newer": expected missing, always or never with docker'


@pytest.mark.parametrize(('init', 'words'), [
    ('', ['--init']), ('/usr/bin/tini-static', ['--init', '--init-path=/usr/bin/tini-static']),
])
def test_init(init: str, words: list[str]) -> None:
    from tao_launcher.launch import plan

    assert list(plan.init_words(daemon.Daemon(profile=PODMAN, init=init))) == words


@pytest.mark.parametrize(('network', 'said'), [
    ('host', 'tao: notice: docker discards published ports with network host\n'),
    ('none', 'tao: notice: docker discards published ports with network none\n'), ('bridge', ''),
])
def test_ports_that_a_network_discards(network: str, said: str) -> None:
    words = ('--no-check', '--dry-run', '--network', network)
    assert tao(*words, '--port', '8888:8888', 'dino', 'train').err == said
    assert tao(*words, 'dino', 'train').err == ''


def test_a_shm_size_that_the_hosts_memory_has_not() -> None:
    words = ('--no-check', '--dry-run', '--ipc', 'host')
    assert tao(*words, '--shm_size', '8G', 'dino', 'train').err == (
        'tao: notice: docker ignores --shm_size with --ipc host\n')
    assert tao(*words, 'dino', 'train').err == ''
