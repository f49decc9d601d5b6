"""--verbose and TAO_LAUNCHER_DEBUG: what was read and decided; --quiet: no notice."""
from __future__ import annotations

from pathlib import Path

import pytest
from support import FakeDocker, tao, write_mounts

DINO = 'nvcr.io/nvidia/tao/tao-toolkit:7.1.0-pyt'
NO_TERMINAL = 'tao: terminal: none (stdin is no terminal, stdout is no terminal, stderr is no terminal)'


def test_what_was_read_and_decided(home: Path) -> None:
    path = write_mounts(home, {
        'Mounts': [{'source': '/', 'destination': '/d'}], 'DockerOptions': {'shm_size': '16G', 'init': False}})
    words = ['--dry-run', '--gpus', '0', '--shm_size', '8G', '--env', 'A_KEY=s3cr3t', '--env', 'B=2', 'dino', 'train']
    done = tao('--verbose', *words, env={'TAO_GPUS': '1'})
    plain = tao(*words)
    assert (done.code, done.out) == (0, plain.out)
    assert done.err.splitlines() == [
        f'tao: mounts_file: {path} (default)',
        'tao: catalogue: built-in (default)',
        'tao: history: off (TAO_HISTORY)',
        'tao: engine: docker (default)',
        'tao: gpus: 0 (--gpus), not 1 (TAO_GPUS)',
        f'tao: shm_size: 8G (--shm_size), not 16G (DockerOptions.shm_size of {path})',
        f'tao: init: no (DockerOptions.init of {path})',
        'tao: dry_run: shell (--dry-run)',
        'tao: verbose: yes (--verbose)',
        f'tao: mount /d: / (Mounts[0] of {path})',
        'tao: env A_KEY: *** (--env)',
        'tao: env B: 2 (--env)',
        'tao: daemon: the local default (Docker Engine)',
        NO_TERMINAL,
        'tao: 1 mounts, 3 variables, by name: A_KEY',
        f'tao: image: {DINO} (model/dino in release 7.1.0, the newest that has it)',
        *plain.err.splitlines(),
    ]


@pytest.mark.parametrize(('words', 'env', 'line'), [
    ('--engine podman', {}, 'tao: daemon: the local default (Podman)'),
    ('', {'DOCKER_HOST': 'ssh://me:pw@there'}, 'tao: daemon: ssh://me:***@there (Docker Engine, on another machine)'),
    ('', {'DOCKER_HOST': 'unix:///run/user/7/docker.sock'},
        'tao: daemon: unix:///run/user/7/docker.sock (Docker Engine, rootless)'),
    ('', {'TAO_ENGINE': 'sudo -n docker'}, 'tao: daemon: the local default (Docker Engine, through sudo)'),
    ('--interactive', {}, 'tao: terminal: -i (--interactive)'),
    ('--detach', {}, 'tao: terminal: none (--detach)'),
    ('--image a:b', {}, 'tao: image: a:b (named)'),
])
def test_lines(words: str, env: dict[str, str], line: str) -> None:
    done = tao('--verbose', '--dry-run', *words.split(), 'dino', 'run', 'x', env=env)
    assert done.code == 0
    assert line in done.err.splitlines()


def test_another_catalogue(home: Path) -> None:
    (home / '.tao').mkdir()
    path = home / '.tao' / 'config.json'
    path.write_text('{"format_version": "3.0", "toolkit_version": "9.9.9", "task_group": {"model": {"dockers": {"a/b": '
        '{"c": {"docker_registry": "d.e", "tasks": ["dino"]}}}}}}')
    lines = tao('--verbose', '--dry-run', 'dino', 'train').err.splitlines()
    assert [line for line in lines if line.startswith('tao: catalogue')] == [
        f'tao: catalogue: {path} replaces the built-in releases']
    assert lines[-1] == f'tao: image: d.e/a/b:c (model/dino in release 9.9.9 of {path})'


def test_the_variable_is_the_option(fake_docker: FakeDocker) -> None:
    words = ['--gpus', '0', 'dino', 'train']
    option, variable = tao('--verbose', *words), tao(*words, env={'TAO_LAUNCHER_DEBUG': '1'})
    assert (variable.code, variable.out) == (option.code, option.out) == (0, '')
    assert variable.err.replace('(TAO_LAUNCHER_DEBUG)', '(--verbose)') == option.err
    assert option.err.splitlines()[-1] == f'tao: running: docker run … {DINO}'
    assert len(fake_docker.calls) == 2


@pytest.mark.parametrize('value', ['', '0', 'false', 'no'])
def test_variable_that_says_no(value: str) -> None:
    assert tao('--dry-run', 'dino', 'train', env={'TAO_LAUNCHER_DEBUG': value}).err == ''


def test_quiet(home: Path) -> None:
    write_mounts(home, {'Mounts': [{'source': '/', 'destination': '/d', 'type': 'bind'}]})
    assert 'notice' in tao('--dry-run', 'dino', 'train').err
    for words in (['--quiet'], ['-q']):
        done = tao(*words, '--dry-run', 'dino', 'train', env={'TAO_LAUNCHER_DEBUG': '1', 'TAO_DRY_RUN': '1'})
        assert (done.code, done.err) == (0, '')
    done = tao('-q', '--dry-run', 'dinno')
    assert (done.code, done.err.startswith('tao: error: ')) == (2, True)


def test_without_an_engine() -> None:
    words = ['--engine', 'none', '--dry-run', 'dino', 'run', 'true']
    done = tao('--verbose', *words, env={'TAO_TOOLKIT_VERSION': '6.0.0'})
    lines = done.err.splitlines()
    assert 'tao: engine: no engine; TAO here: 6.0.0' in lines and 'tao: command: true, on this machine' in lines
    assert not any('image: ' in line or 'daemon: ' in line for line in lines)
