"""tao_pt build as a command line: what is printed, and what is run."""
from __future__ import annotations

import os
from pathlib import Path

import pytest
from runner_checkout import BASE, commands, run
from support import FakeDocker

from tao_launcher.launch.variables import in_ps
from tao_launcher.settings.programs import RUNNERS


@pytest.mark.parametrize('program', RUNNERS)
def test_the_lines_of_a_build(program: str, root: Path, fake_docker: FakeDocker) -> None:
    done = run(root, 'build', '--push', '--force', '--build-arg', 'A=x y', '--dry-run', program=program)
    local, pushed = f'{BASE}:DOM-jo-doe', f'{BASE}:DOM-jo-doe-MINUTE'
    assert (done.code, done.err) == (0, '')
    assert list(commands(done.out)) == [
        ['docker', 'build', '--pull', '-f', f'{root}/docker/Dockerfile', '-t', local, '--no-cache', '--network=host',
         '--build-arg', 'A=x y', str(root)],
        ['docker', 'tag', local, pushed], ['docker', 'push', pushed], ['docker', 'image', 'inspect', pushed],
    ]
    assert done.out.splitlines()[-1] == (
        f'# then: its digest, of RepoDigests, goes into {root}/docker/manifest.json as digest'
    )
    assert fake_docker.calls == []


def test_what_is_printed_is_what_is_run(root: Path, fake_docker: FakeDocker) -> None:
    words = ['build', '--tag', 't', '--build-arg', 'A=1 2', '--build-arg', 'A=3', '--build-arg', 'HERE']
    (printed,) = commands(run(root, *words, '--dry-run', HERE='x').out)
    done = run(root, *words, HERE='x')
    assert (done.code, done.out) == (0, f'{BASE}:t\n')
    assert fake_docker.calls == [printed]
    assert printed[-5:] == ['--build-arg', 'A=3', '--build-arg', 'HERE', str(root)]


@pytest.mark.parametrize(('words', 'env', 'engine'), [
    (['--engine', 'podman'], {}, ['podman']), ([], {'TAO_ENGINE': 'docker -H x'}, ['docker', '-H', 'x']),
])
def test_the_engine(words: list[str], env: dict[str, str], engine: list[str], root: Path) -> None:
    done = run(root, *words, 'build', '--dry-run', **env)
    (line,) = commands(done.out)
    assert line[:len(engine) + 1] == [*engine, 'build']


def test_a_secret_goes_by_name(root: Path, fake_docker: FakeDocker) -> None:
    secret = ['--build-arg', 'EFF_TOKEN=s3cr3t']
    done = run(root, '--engine', 'sudo -n docker', 'build', *secret, '--dry-run')
    (line,) = commands(done.out)
    assert line[:4] == ['sudo', '--preserve-env=EFF_TOKEN', '-n', 'docker']
    assert line[-3:] == ['--build-arg', 'EFF_TOKEN', str(root)]
    assert done.err == (
        f'tao_pt: notice: {in_ps("--build-arg", "EFF_TOKEN")}\n'
        'tao_pt: notice: the line takes EFF_TOKEN from its environment: export it first\n'
    )
    done = run(root, 'build', *secret)
    assert done.code == 0 and 's3cr3t' not in done.out + done.err
    assert 's3cr3t' not in str(fake_docker.calls)


def test_what_steers_the_client_is_for_the_build_alone(root: Path, fake_docker: FakeDocker) -> None:
    done = run(root, 'build', '--dry-run', '--build-arg', 'https_proxy=http://u:s3cr3t@p')
    assert done.code == 2 and 's3cr3t' not in done.out + done.err
    assert 'https_proxy: a secret for the container, which cannot be handed over (--build-arg)' in done.err
    done = run(root, 'build', '--dry-run', '--build-arg', 'https_proxy', https_proxy='http://u:s3cr3t@p')
    assert list(commands(done.out))[0][-2] == 'https_proxy'
    done = run(root, '--engine', 'sudo docker', 'build', '--dry-run', '--build-arg', 'DOCKER_HOST', DOCKER_HOST='unix:///x')
    assert list(commands(done.out))[0][:2] == ['sudo', 'docker'] and 'DOCKER_HOST=unix:///x' in done.out


@pytest.mark.parametrize(('words', 'env', 'image'), [
    (['--registry', 'localhost:5000'], {}, 'localhost:5000/a/b'),
    ([], {'OVERRIDE_REGISTRY': 'm.test/x'}, 'm.test/x/a/b'),
])
def test_another_registry(words: list[str], env: dict[str, str], image: str, root: Path) -> None:
    (line,) = commands(run(root, *words, 'build', '--dry-run', **env).out)
    assert line[line.index('-t') + 1] == f'{image}:DOM-jo-doe'


def test_no_dockerfile(root: Path, fake_docker: FakeDocker) -> None:
    (root / 'docker' / 'Dockerfile').unlink()
    error = f'tao_pt: error: {root}/docker/Dockerfile: no such file\n'
    assert run(root, 'build') == (2, '', f'{error}    the checkout of tao_pt is the folder in NV_TAO_PYTORCH_TOP\n')
    os.chdir(root)
    assert run(root, 'build', NV_TAO_PYTORCH_TOP='') == (2, '', (
        f'{error}    NV_TAO_PYTORCH_TOP is not set: the checkout is the nearest folder upwards with '
        'docker/manifest.json\n'
    ))
    assert fake_docker.calls == []
