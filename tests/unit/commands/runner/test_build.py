"""tao_pt build, release and check as command lines: what is printed, what is run, what is refused."""
from __future__ import annotations

import json
import os
import re
import shlex
from pathlib import Path
from typing import Iterator

import pytest
from engine_answers import Engine
from support import FakeDocker, Result, tao

from tao_launcher.base.host import package_data
from tao_launcher.settings.programs import RUNNERS

PROFILES = json.loads(package_data('runners.json'))
DIGEST = 'sha256:' + 'a' * 64
BASE = 'nvcr.io/a/b'


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout whose path has a blank; the user's name is known."""
    folder = tmp_path / 'my checkout'
    for name in ('docker', 'release/docker'):
        (folder / name).mkdir(parents=True)
        (folder / name / 'Dockerfile').touch()
    (folder / 'docker' / 'manifest.json').write_text(
        json.dumps({'registry': 'nvcr.io', 'repository': 'a/b', 'digest': DIGEST}),
    )
    monkeypatch.setenv('USER', 'DOM\\jo doe')
    return folder


def run(root: Path, *words: str, program: str = 'tao_pt', **env: str) -> Result:
    return tao(*words, program=program, env={PROFILES[program]['root_variable']: str(root), **env})


def commands(text: str) -> Iterator[list[str]]:
    """The lines of a dry run that are commands, as their words, without the minute."""
    for line in text.splitlines():
        if not line.startswith('# '):
            yield [re.sub(r'(?<=-)\d{12}$', 'MINUTE', word) for word in shlex.split(line)]


@pytest.mark.parametrize('program', RUNNERS)
def test_help(program: str, fake_docker: FakeDocker) -> None:
    overview = tao('--help', program=program).out
    for verb in ('build', 'release', 'check'):
        assert f'       {program} {verb}' in overview
        for words in ([verb, '--help'], ['--help', verb], [verb, '-h']):
            done = tao(*words, program=program)
            assert (done.code, done.err) == (0, '') and done.out.startswith(f'usage: {program} {verb} ')
    assert fake_docker.calls == []


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


@pytest.mark.parametrize('words', [
    ['--dry-run', 'build'], ['build', '--dry-run'], ['build', '--dry_run'], ['--dry-run=shell', 'build'],
])
def test_where_a_dry_run_is_asked_for(words: list[str], root: Path, fake_docker: FakeDocker) -> None:
    done = run(root, *words)
    line = ['docker', 'build', '--pull', '-f', f'{root}/docker/Dockerfile', '-t', f'{BASE}:DOM-jo-doe',
            '--network=host', str(root)]
    assert (done.code, list(commands(done.out)), done.err) == (0, [line], '')
    done = run(root, 'build', TAO_DRY_RUN='1')
    assert (done.code, list(commands(done.out))) == (0, [line])
    assert done.err == 'tao_pt: notice: TAO_DRY_RUN is set: nothing is run\n'
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
    assert done.err == 'tao_pt: notice: the line takes EFF_TOKEN from its environment: export it first\n'
    done = run(root, 'build', *secret)
    assert done.code == 0 and 's3cr3t' not in done.out + done.err
    assert 's3cr3t' not in str(fake_docker.calls)


@pytest.mark.parametrize(('words', 'env', 'image'), [
    (['--registry', 'localhost:5000'], {}, 'localhost:5000/a/b'),
    ([], {'OVERRIDE_REGISTRY': 'm.test/x'}, 'm.test/x/a/b'),
])
def test_another_registry(words: list[str], env: dict[str, str], image: str, root: Path) -> None:
    (line,) = commands(run(root, *words, 'build', '--dry-run', **env).out)
    assert line[line.index('-t') + 1] == f'{image}:DOM-jo-doe'


@pytest.mark.parametrize(('words', 'error'), [
    (['build', '--tag', 'a b'], '--tag: "a b": expected a tag such as 6.0.0-pyt\n'),
    (['build', '--build-arg', '=s3cr3t', '--build-arg', 'NOT_HERE'],
     '--build-arg: "": expected NAME=VALUE or NAME\n    --build-arg: NOT_HERE is not set here; export it, or give '
     'NOT_HERE=VALUE\n'),
    (['build', 'more'], 'build: unexpected "more"\n    try: tao_pt build --help\n'),
    (['build', 'MY_TOKEN=s3cr3t'], 'build: unexpected "MY_TOKEN=***"\n    try: tao_pt build --help\n'),
    (['build', '--gpus', '0'], 'build: unexpected "--gpus"\n    try: tao_pt build --help\n'),
    (['build', '--engine', 'podman'],
     '--engine is an option of tao_pt itself and stands before build\n    try: tao_pt --engine CMD build …\n'),
    (['--gpus', '0', 'build'], '--gpus does not go with build\n    try: tao_pt build --help\n'),
    (['--dry-run=json', 'build'],
     '--dry-run=json is for a launch\n    here every command is printed on a line of its own\n'),
    (['release'], 'tao_pt release: missing --tag\n    try: tao_pt release --help\n'),
    *((['release', '--tag', tag],
       f'--tag: "{tag}": expected TAG, or REPOSITORY:TAG such as nvcr.io/nvidia/tao/tao-toolkit:6.0.0-pyt\n')
      for tag in ('x/y z', 'a:b:c', 'x/Y:1', 'x/y@sha256:1', '/y:1', 'x/:1', ':1')),
    (['--tag', 'x', 'check'], '--tag does not go with check\n    try: tao_pt check --help\n'),
    (['--gpus', '0', 'release', '--tag', 'x'],
     '--gpus goes with release --wheel only\n    try: tao_pt release --help\n'),
    (['--detach', 'release', '--tag', 'x', '--wheel'],
     '--detach does not go with release\n    try: tao_pt release --help\n'),
    (['biuld'], 'unexpected word "biuld"\n    the command stands behind a "--"\n    did you mean build?\n'
     '    try: tao_pt -- COMMAND [ARGS...], or tao_pt alone for a shell\n'),
])
def test_refused(words: list[str], error: str, root: Path, fake_docker: FakeDocker) -> None:
    assert run(root, *words) == (2, '', f'tao_pt: error: {error}')
    assert fake_docker.calls == []


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


@pytest.mark.parametrize(('tag', 'image'), [('1.0', f'{BASE}:1.0'), ('x.test/y:2', 'x.test/y:2'),
                                           ('x.test:5000/a__b/c-d:2_A.b', 'x.test:5000/a__b/c-d:2_A.b')])
def test_the_lines_of_a_release(tag: str, image: str, root: Path) -> None:
    done = run(root, '--gpus', 'none', '--tag', 'dev', 'release', '--wheel', '--push', '--tag', tag, '--dry-run')
    assert (done.code, done.err) == (0, '')
    wheel, build, push = commands(done.out)
    assert wheel[:3] == ['docker', 'run', '--rm'] and wheel[-4:] == [f'{BASE}:dev', 'python', 'setup.py', 'bdist_wheel']
    assert wheel[wheel.index('--user') + 1] == f'{os.getuid()}:{os.getgid()}'
    assert wheel[wheel.index('--workdir') + 1] == '/tao-pt'
    assert build == ['docker', 'build', '-f', f'{root}/release/docker/Dockerfile', '-t', image, '--network=host',
                     str(root)]
    assert push == ['docker', 'push', image]
    assert done.out.splitlines()[2] == (
        '# then: what this build made of build, dist and *.egg-info is removed again'
    )


def test_another_name_of_the_dockerfile(root: Path) -> None:
    (root / 'release/docker/Dockerfile').rename(root / 'release/docker/Dockerfile.release')
    done = run(root, 'release', '--tag', 'x', '--dry-run')
    assert shlex.split(done.out)[3] == f'{root}/release/docker/Dockerfile.release'
    assert done.err == f'tao_pt: notice: {root}/dist holds no wheel; --wheel builds one first\n'




def test_another_checkout_than_the_one_around(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The variable counts; whoever stands somewhere else may have forgotten it."""
    (tmp_path / 'other' / 'docker').mkdir(parents=True)
    (tmp_path / 'other' / 'docker' / 'manifest.json').touch()
    (tmp_path / 'link').symlink_to(root)
    for folder, notice in (
        (tmp_path / 'other' / 'docker', f'this is about {root}, of NV_TAO_PYTORCH_TOP; you stand in {tmp_path}/other'),
        (tmp_path / 'link' / 'docker', ''), (tmp_path, ''),
    ):
        monkeypatch.chdir(folder)
        done = run(root, 'build', '--dry-run')
        assert (done.code, done.err) == (0, f'tao_pt: notice: {notice}\n' if notice else '')
        assert shlex.split(done.out)[-1] == str(root)


@pytest.mark.parametrize('words', [
    ['build', '--push'], ['--gpus', 'none', 'release', '--tag', 'x', '--wheel', '--push'], ['check'],
])
def test_a_dry_run_writes_nothing_and_starts_nothing(
    words: list[str], root: Path, tmp_path: Path, unasked: Path,
) -> None:
    (root / 'build').mkdir()
    before = {path: path.lstat().st_mtime_ns for path in tmp_path.rglob('*')}
    done = run(root, *words, '--dry-run', PATH=str(unasked))
    assert (done.code, done.err) == (0, '') and done.out
    assert {path: path.lstat().st_mtime_ns for path in tmp_path.rglob('*')} == before


def test_a_check_of_files_where_no_daemon_is(root: Path, engine: Engine, tmp_path: Path) -> None:
    """A missing socket shows without asking; where the daemon is asked, it is said once."""
    address = {'DOCKER_HOST': f'unix://{tmp_path}/none.sock'}
    said = 'Cannot connect to the Docker daemon at unix:///x. Is the docker daemon running?\n'
    engine.answers('version', '', said, 1)
    files = run(root, 'check', '--files', **address)
    assert (files.code, files.out, len(files.err.splitlines())) == (0, '', 1)
    assert files.err.startswith(f'tao_pt: notice: docker: no docker daemon listens at {tmp_path}/none.sock; try: ')
    assert engine.calls == []
    done = run(root, 'check', '--format', 'json', **address)
    found = {each['name']: each['status'] for each in json.loads(done.out)}
    assert done.code == 1 and found == {
        'python': found['python'], 'client': 'ok', 'daemon': 'fail', 'login': 'info', 'checkout': 'ok',
        'manifest': 'ok',
    }


@pytest.mark.parametrize('env', [{'TAO_ENGINE': 'podman'}, {'TAO_ENGINE': 'sudo docker'}, {'DOCKER_HOST': 'ssh://x'}])
def test_a_check_of_files_knows_no_other_daemon(root: Path, engine: Engine, env: dict[str, str]) -> None:
    assert run(root, 'check', '--files', **env) == (0, '', '')
    assert engine.calls == []
