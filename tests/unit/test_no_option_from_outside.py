"""No value that comes from outside becomes an option of a program that the launcher starts."""
from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from engine_answers import Engine
from support import FakeDocker, tao, write_mounts

VALUES = ['-v', '--help', '-x/y', '--version=true']
each_value = pytest.mark.parametrize('value', VALUES)


@pytest.mark.parametrize('option', [
    '--registry', '--image', '--cached', '--tag', '--network', '--name', '--user', '--context', '--release', '--engine',
])
@each_value
def test_options(option: str, value: str, fake_docker: FakeDocker) -> None:
    done = tao(f'{option}={value}', 'dino', 'train')
    assert (done.code, done.out, fake_docker.calls) == (2, '', []), done.err
    assert option in done.err


@pytest.mark.parametrize('variable', ['OVERRIDE_REGISTRY', 'TAO_RELEASE', 'TAO_ENGINE'])
@pytest.mark.parametrize('verb', [
    ['dino', 'train'], ['images', 'dino'], ['pull', 'dino'], ['bundle', 'save', 'x', 'dino'],
])
@each_value
def test_variables(variable: str, verb: list[str], value: str, fake_docker: FakeDocker) -> None:
    done = tao(*verb, env={variable: value})
    assert (done.code, done.out, fake_docker.calls) == (2, '', []), done.err


@pytest.mark.parametrize('engine', [
    'docker --help', 'docker -v', 'sudo docker --version', 'docker --help=true', '-v docker', 'podman -h',
    'sh -c docker', 'su root -c docker',
])
def test_an_engine_that_runs_nothing(engine: str, fake_docker: FakeDocker) -> None:
    done = tao('--engine', engine, 'dino', 'train')
    assert (done.code, fake_docker.calls) == (2, [])
    assert 'expected docker, podman, docker:/path/of/it, "sudo -n docker", apptainer or none' in done.err


@pytest.mark.parametrize(('engine', 'why'), [
    ('ssh gpu01 docker', 'ssh gives its words to a shell, which splits them again; for an engine on another machine: '
     'DOCKER_HOST=ssh://HOST'),
    ('sudo -n /usr/bin/ssh -t gpu01 docker', 'for an engine on another machine: DOCKER_HOST=ssh://HOST'),
    ('sg docker docker', 'for a new group: sg GROUP -c "tao …", or newgrp GROUP first'),
    ('sg docker -c docker', 'sg gives its words to a shell'), ('su - podman', 'for another user: sudo -u USER'),
    ('setsid docker', 'setsid does not wait for what it starts, so that the exit code is lost'),
    ('systemd-run -q docker', 'systemd-run does not wait'), ('tmux new docker', 'tmux does not wait'),
])
def test_an_engine_that_is_started_another_way(engine: str, why: str, fake_docker: FakeDocker) -> None:
    done = tao('--engine', engine, 'dino', 'train')
    assert (done.code, done.out, fake_docker.calls) == (2, '', [])
    assert done.err.startswith(f'tao: error: --engine: "{engine}": ') and why in done.err


@pytest.mark.parametrize('options', [
    {'network': '-v'}, {'user': '-v'}, {'ipc': '-v'}, {'group_add': ['-v']}, {'workdir': '-v'}, {'shm_size': '-v'},
    {'ulimits': {'-v': 1}}, {'ports': {'-v': 1}}, {'ports': {'1': '-v'}}, {'extra_args': ['--help=true']},
])
def test_mounts_file(options: Any, home: Path, fake_docker: FakeDocker) -> None:
    write_mounts(home, {'DockerOptions': options})
    done = tao('dino', 'train')
    assert (done.code, done.out, fake_docker.calls) == (2, '', []), done.err


@each_value
def test_catalogue(value: str, home: Path, fake_docker: FakeDocker) -> None:
    (home / '.tao').mkdir()
    (home / '.tao' / 'config.json').write_text(json.dumps({
        'format_version': '1.0', 'dockers': {'x': {'docker_registry': value, 'docker_tag': 'y', 'tasks': ['mine']}},
    }))
    for words in (['mine', 'train'], ['pull', 'mine']):
        done = tao(*words)
        assert (done.code, done.out, fake_docker.calls) == (2, '', []), done.err


@each_value
def test_manifest_of_a_checkout(value: str, tmp_path: Path, fake_docker: FakeDocker) -> None:
    (tmp_path / 'docker').mkdir()
    (tmp_path / 'docker' / 'Dockerfile').touch()
    (tmp_path / 'docker' / 'manifest.json').write_text(json.dumps({'registry': value, 'repository': 'b', 'tag': 'c'}))
    for words in (['--', 'true'], ['build'], ['release', '--tag', 'x']):
        done = tao(*words, program='tao_pt', env={'NV_TAO_PYTORCH_TOP': str(tmp_path)})
        assert (done.code, done.out, fake_docker.calls) == (2, '', []), done.err


@each_value
def test_ids_of_bundles(value: str, home: Path, fake_docker: FakeDocker) -> None:
    reference = 'a/b@sha256:' + '1' * 64
    (home / '.local/state/tao').mkdir(parents=True)
    (home / '.local/state/tao/images.json').write_text(json.dumps({reference: value, 'x': [value]}))
    assert tao('--image', reference, '--gpus', 'none', 'dino', 'run', 'true').code == 0
    assert fake_docker.argv[-2:] == [reference, 'true']
    tao('images', 'dino')
    assert value not in str(fake_docker.calls)


@each_value
@pytest.mark.parametrize('verb', ['stop', 'logs', 'attach', 'wait', 'exec'])
def test_jobs(verb: str, value: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    engine = Engine(tmp_path / 'engine')
    engine.answers('ps', 'f00dcafe0001\n')
    monkeypatch.setenv('PATH', str(engine.folder), prepend=':')
    done = tao(verb, '--', value)
    assert done.code in (1, 2, 125), done.err
    assert all(value not in call[1:] for call in engine.calls)


@pytest.mark.parametrize('words', [
    ['slurm', '--name=-v'], ['slurm', '--time=-v'], ['kubernetes', '--name=-v'], ['kubernetes', '--namespace=-v'],
    ['kubernetes', '--image_pull_secret=-v'], ['kubernetes', '--pvc=-v:/x'], ['slurm', '--sbatch-arg=--help'],
    ['slurm', '--sbatch-arg=--test-only'], ['slurm', '--sbatch-arg=--version'], ['slurm', '--sbatch-arg=--usage'],
])
def test_submit(words: list[str]) -> None:
    done = tao('submit', *words, '--dry-run', 'dino', 'train')
    assert (done.code, done.out) == (2, ''), done.err


@pytest.mark.parametrize(('engine', 'name'), [('podman', '*'), ('sudo docker', 'X,LD_PRELOAD')])
def test_a_name_that_stands_for_others(engine: str, name: str, fake_docker: FakeDocker) -> None:
    """podman takes NAME* for all that begin so, sudo a list."""
    done = tao('--engine', engine, '--env', f'{name}=https://u:p@h', '--gpus', 'none', 'dino', 'train')
    assert (done.code, fake_docker.calls) == (2, [])
    assert 'a name that means others cannot be passed by name (--env)' in done.err
