"""The developer runners on a checkout: the image that is built where nobody has it, the service, git, the check."""
from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

import air_gap
import jsonschema
import pytest
from air_gap import Registry
from conftest import Program
from jobs import IMAGE, SOMEBODY
from mini_checkouts import OLD, REPOSITORY, Mini, load_image

if TYPE_CHECKING:
    from conftest import Docker

SCHEMA = json.loads((Path(__file__).parents[1] / 'schemas.json').read_text())['findings']
READ = ['--gpus', 'none', '--', 'cat', '/content.txt']


@pytest.mark.parametrize(('members', 'tag'), [
    ({'tag': '5.0.0-tf1.15.5-base'}, '5.0.0-tf1.15.5-base'), ({'digest': OLD}, 'root'),
])
def test_tao_tf_builds_what_nobody_has(mini: Mini, docker: Docker, members: dict[str, Any], tag: str) -> None:
    """By tag under the manifest's own name; no image can be built to a digest, so there under the caller's."""
    text = mini.write(members)
    tao_tf = Program('tao_tf', docker).path
    named = mini.image(tag) if 'tag' in members else f'{mini.host}/{REPOSITORY}@{OLD}'
    done = mini.run(tao_tf, *READ)
    assert (done.returncode, done.stdout) == (0, 'one\n'), done.stderr
    said = [line for line in done.stderr.splitlines() if line.startswith('tao_tf: ')]
    assert said == [
        f'tao_tf: {named} is not here: pulling it',
        f'tao_tf: it cannot be pulled: building {mini.image(tag)} from {mini.root}/docker/Dockerfile',
    ]
    assert mini.images() == [tag] and mini.manifest.read_text() == text
    if 'tag' in members:
        again = mini.run(tao_tf, *READ)
        assert (again.returncode, again.stdout, again.stderr) == (0, 'one\n', '')


def test_tao_tf_builds_it_for_a_wheel_too(mini: Mini, docker: Docker, registry: Registry) -> None:
    (mini.root / 'release' / 'docker').mkdir(parents=True)
    (mini.root / 'release' / 'docker' / 'Dockerfile').write_text(f'FROM {registry.host}/base:1\nCOPY dist/*.whl /\n')
    done = mini.run(Program('tao_tf', docker).path, '--gpus', 'none', 'release', '--tag', '1.0', '--wheel')
    assert (done.returncode, done.stdout) == (0, f'{mini.image("1.0")}\n'), done.stderr
    assert 'python in /workspace/tao-tf1 as 0:0' in done.stderr and mini.images() == ['1.0', 'root']


def test_tao_tf_pulls_what_can_be_had(mini: Mini, docker: Docker, registry: Registry) -> None:
    tao_tf = Program('tao_tf', docker).path
    assert mini.run(tao_tf, 'build', '--push').returncode == 0
    mini.forget()
    done = mini.run(tao_tf, *READ)
    assert (done.returncode, done.stdout) == (0, 'one\n')
    assert 'it cannot be pulled' not in done.stderr


def test_tao_tf_returns_the_code_of_a_build_that_fails(mini: Mini, docker: Docker) -> None:
    (mini.root / 'docker' / 'Dockerfile').write_text('FROM 127.0.0.1:1/nowhere\n')
    done = mini.run(Program('tao_tf', docker).path, *READ)
    bare = docker.run('build', '--pull', '-f', f'{mini.root}/docker/Dockerfile', str(mini.root), check=False)
    assert (done.returncode, done.stdout) == (bare.returncode, '') and done.returncode != 0


@pytest.mark.parametrize('words', [['--pull', 'never'], ['--image', '127.0.0.1:1/x'], ['--tag', 'nowhere']])
def test_tao_tf_builds_nothing_else(mini: Mini, docker: Docker, words: list[str]) -> None:
    """Neither against --pull never, nor for an image that the caller names."""
    done = mini.run(Program('tao_tf', docker).path, *words, *READ)
    assert (done.returncode, done.stdout) == (125, '')
    assert 'building' not in done.stderr and mini.images() == []


def test_what_tao_tf_builds_is_what_it_runs(mini: Mini, docker: Docker) -> None:
    """As its documentation has it: build, then a command, with a manifest that names a tag."""
    tao_tf = Program('tao_tf', docker).path
    mini.write({'tag': 'dev'})
    (mini.root / 'content.txt').write_text('new\n')
    done = mini.run(tao_tf, 'build')
    assert (done.returncode, done.stdout) == (0, f'{mini.image("dev")}\n'), done.stderr
    assert done.stderr.splitlines()[-1] == 'tao_tf: notice: to run it: tao_tf'
    done = mini.run(tao_tf, *READ)
    assert (done.returncode, done.stdout, done.stderr) == (0, 'new\n', '')


def test_the_dry_run_of_tao_tf_as_a_script(mini: Mini, docker: Docker) -> None:
    """Its lines do what the launch does: what cannot be pulled is built, and runs."""
    mini.write({'tag': '5.0.0-tf1.15.5-base'})
    done = mini.run(Program('tao_tf', docker).path, '--dry-run', *READ)
    assert (done.returncode, done.stderr) == (0, '')
    script = subprocess.run(
        ['sh', '-c', done.stdout], env={**docker.env, 'TAO_LAUNCH_ID': 'x'}, capture_output=True, encoding='utf-8',
        check=False,
    )
    assert script.returncode == 0 and script.stdout.splitlines()[-1] == 'one', script


def test_the_service(mini: Mini, docker: Docker) -> None:
    """Its command runs in the developer container, on the checkout."""
    flask = mini.root / 'docker' / 'python'
    flask.write_text('#!/bin/sh\necho "$PWD $FLASK_APP $PYTHONPATH"\necho "$@"\n')
    with (mini.root / 'docker' / 'Dockerfile').open('a') as f:
        f.write('RUN cp /usr/local/bin/python /usr/local/bin/flask\n')
    tao_ds = Program('tao_ds', docker).path
    assert mini.run(tao_ds, 'build').returncode == 0
    done = mini.run(tao_ds, '--tag', 'root', '--gpus', 'none', '--run_as_service', '--port_mapping', '8123')
    api = '/workspace/nvidia_tao_ds/api'
    assert (done.returncode, done.stdout) == (
        0, f'/workspace {api}/app.py /workspace:{api}\nrun --host 0.0.0.0 --port 8000\n',
    )


@pytest.mark.engine_dependent
def test_the_platform_that_is_asked_for(mini: Mini, docker: Docker, tao_pt: Program) -> None:
    """The manifest's image for it runs; here the programs in both are this machine's."""
    container = docker.run('create', IMAGE, 'x').stdout.strip()
    export = [str(docker.path), 'export', container]
    files = subprocess.run(export, env=docker.env, stdout=subprocess.PIPE, check=True).stdout
    docker.run('rm', container)
    own, other = ('amd64', 'arm64') if os.uname().machine == 'x86_64' else ('arm64', 'amd64')
    digests = {}
    for machine, entry in (('amd64', 'x86'), ('arm64', 'arm')):
        image = mini.image(machine)
        load_image(docker, image, machine, files)
        docker.run('push', '--quiet', image)
        (facts,) = json.loads(docker.run('image', 'inspect', image).stdout)
        digests[entry] = next(str(each).partition('@')[2] for each in facts['RepoDigests'])
    mini.write({'digests': digests})
    for machine, env in ((own, {}), (other, {'DOCKER_DEFAULT_PLATFORM': f'linux/{other}'})):
        done = mini.run(tao_pt.path, '--gpus', 'none', '--', 'sh', '-c', 'echo $MACHINE', **env)
        assert (done.returncode, done.stdout) == (0, f'{machine}\n'), done.stderr


def git(folder: Path, *words: str) -> None:
    known = ['-c', 'user.name=a', '-c', 'user.email=a@b', '-c', 'protocol.file.allow=always']
    subprocess.run(['git', *known, *words], cwd=folder, check=True, stdout=subprocess.DEVNULL,
                   stderr=subprocess.DEVNULL)


def commit(folder: Path) -> None:
    """Make a repository of all that is in a folder."""
    git(folder, 'init')
    git(folder, 'add', '.')
    git(folder, 'commit', '-m', 'all')


def test_a_clone_with_tao_core(
    tmp_path: Path, mini: Mini, docker: Docker, tao_pt: Program, registry: Registry,
) -> None:
    """tao_core, which is in no base image, can be imported; the manifest of the clone counts, not that of tao_core."""
    digest = air_gap.publish(docker, f'{REPOSITORY}:1', registry).partition('@')[2]
    core, clone = tmp_path / 'core', tmp_path / 'a clone'
    shutil.copytree(mini.root / 'docker', core / 'docker')
    (core / 'nvidia_tao_core').mkdir()
    (core / 'nvidia_tao_core' / '__init__.py').touch()
    commit(core)
    mini.write({'digest': digest})
    (mini.root / 'nvidia_tao_pytorch' / '__init__.py').touch()
    commit(mini.root)
    git(mini.root, 'submodule', 'add', str(core), 'tao-core')
    git(mini.root, 'commit', '-m', 'tao-core')
    git(tmp_path, 'clone', str(mini.root), str(clone))
    # where python finds it, and git its repository
    script = (
        'if read -r _ git <tao-core/.git; then ls "tao-core/$git/HEAD"; fi; IFS=:; '
        'for each in $PYTHONPATH; do [ ! -e "$each/nvidia_tao_core/__init__.py" ] || echo "$each"; done'
    )
    words = ['--workdir', '/tao-pt', '--gpus', 'none', '--', 'sh', '-c', script]
    fetch = f"cd '{clone}' && git submodule update --init --recursive"
    for here, notice in (
        ('', f'tao_pt: notice: 1 submodule of {clone} is not fetched yet, and empty: tao-core; {fetch}\n'),
        ('tao-core/../.git/modules/tao-core/HEAD\n/tao-pt/tao-core\n', ''),
    ):
        assert tao_pt('--dry-run', *words, cwd=clone / 'tao-core').stderr == notice
        done = tao_pt('--quiet', *words, cwd=clone / 'tao-core')
        assert (done.returncode, done.stdout) == (0, here), done.stderr
        subprocess.run(['sh', '-c', fetch], env={**docker.env, 'GIT_ALLOW_PROTOCOL': 'file'}, check=True)


def test_git_of_a_submodule(tmp_path: Path, docker: Docker, tao_pt: Program) -> None:
    """What the notice says makes the repository visible in the container, and the files where the repository says."""
    backend, outer = Mini(tmp_path / 'backend', docker, 'a.test', 'x').root, tmp_path / 'outer'
    (backend / 'nvidia_tao_pytorch' / '__init__.py').touch()
    commit(backend)
    outer.mkdir()
    git(outer, 'init')
    git(outer, 'submodule', 'add', str(backend), 'tao pt')
    notice = (
        f'tao_pt: notice: the git folder of {outer}/tao pt is {outer}/.git/modules/tao pt: for git in the container '
        f"add --volume {outer}:{outer}:ro, and use git -C '{outer}/tao pt'\n"
    )
    script = 'read -r _ git <.git && cd "$git" && cat "$(sed -n "s/.*worktree = //p" config)/content.txt"'
    words = ['--image', IMAGE, '--gpus', 'none', '--', 'sh', '-c', f'cd "$0" && {script}', f'{outer}/tao pt']
    assert notice in tao_pt('--dry-run', *words, cwd=outer / 'tao pt').stderr
    done = tao_pt('--volume', f'{outer}:{outer}:ro', *words, cwd=outer / 'tao pt')
    assert (done.returncode, done.stdout, done.stderr) == (0, 'one\n', '')


def test_git_of_a_worktree(tmp_path: Path, mini: Mini, tao_pt: Program) -> None:
    """What the notice says makes the repository visible in the container, where the .git file looks for it."""
    tree = tmp_path / 'the tree'
    commit(mini.root)
    assert 'worktree' not in mini.run(tao_pt.path, '--dry-run').stderr
    git(mini.root, 'worktree', 'add', '-b', 'tree', str(tree))
    assert mini.run(tao_pt.path, 'build').returncode == 0
    script = 'read -r _ path </tao-pt/.git; ls "$path/../../HEAD"'
    words = ['--quiet', '--tag', 'root', '--gpus', 'none', '--', 'sh', '-c', script]
    env = {**mini.docker.env, 'NV_TAO_PYTORCH_TOP': str(tree)}
    elsewhere = f'tao_pt: notice: this is about {tree}, of NV_TAO_PYTORCH_TOP; you are in {mini.root}\n'
    notice = elsewhere + (
        f'tao_pt: notice: {tree} is a git worktree: for git in the container add '
        f"--volume '{mini.root}/.git:{mini.root}/.git:ro'\n"
    )
    assert mini.run(tao_pt.path, '--dry-run', '--', 'x', **env).stderr == notice
    assert mini.run(tao_pt.path, *words, **env).returncode == 1
    volume = ['--volume', f'{mini.root}/.git:{mini.root}/.git:ro']
    done = mini.run(tao_pt.path, *volume, *words, **env)
    assert (done.returncode, done.stdout.strip()) == (0, f'{mini.root}/.git/worktrees/the-tree/../../HEAD'), done.stderr
    assert mini.run(tao_pt.path, *volume, '--dry-run', '--', 'x', **env).stderr == elsewhere


def findings(done: subprocess.CompletedProcess[str]) -> dict[str, tuple[str, str, str]]:
    jsonschema.validate(json.loads(done.stdout), SCHEMA)
    return {found['name']: (found['status'], found['found'], found['fix']) for found in json.loads(done.stdout)}


def test_check(mini: Mini, tao_pt: Program, docker: Docker, registry: Registry) -> None:
    """The base image: not to be had, to be had, here."""
    words = ['check', '--format', 'json']
    image = f'{mini.host}/{REPOSITORY}'
    near = list(map(str, air_gap.near_registry(tao_pt.path)))
    done = mini.run(near[0], *near[1:], *words)
    found = findings(done)
    status, text, fix = found.pop('image')
    assert (done.returncode, done.stderr, status) == (1, '', 'fail')
    assert text.startswith(f'{image}@{OLD} is not here and cannot be pulled: ')
    assert fix == f'docker login {mini.host}, or tao_pt build'
    assert {name: status for name, (status, _, _) in found.items()} == {
        'python': found['python'][0], 'client': 'ok', 'group': 'ok', 'daemon': 'ok', 'login': 'info',
        'checkout': 'info', 'manifest': 'ok',
    }
    assert found['checkout'][1:] == (
        f'{mini.root}, found from here; NV_TAO_PYTORCH_TOP is not set', f"export NV_TAO_PYTORCH_TOP='{mini.root}'",
    )
    assert found['manifest'][1] == f'{mini.manifest} names {image}@{OLD}'
    assert mini.run(tao_pt.path, 'build', '--push').returncode == 0
    digest = mini.digest()
    for here in (True, False):
        done = mini.run(near[0], *near[1:], *words)
        text = 'is here' if here else 'is not here; its registry has it, and the first run pulls it'
        assert (done.returncode, findings(done)['image']) == (0, ('ok', f'{image}@{digest} {text}', ''))
        mini.forget()


def test_check_as_a_table_and_of_files(mini: Mini, tao_pt: Program) -> None:
    shown = mini.run(tao_pt.path, 'check', '--all')
    assert re.search(r'^ok    manifest  .* names ', shown.stdout, re.MULTILINE)
    assert ' manifest ' not in mini.run(tao_pt.path, 'check').stdout
    assert shown.stdout.splitlines()[-1] == 'not ready: 1 to fix (fail)'
    files = mini.run(tao_pt.path, 'check', '--files')
    assert (files.returncode, files.stdout, files.stderr) == (0, '', '')
    mini.manifest.write_text('{}')
    files = mini.run(tao_pt.path, 'check', '--files')
    assert (files.returncode, files.stdout) == (1, '')
    assert files.stderr == (
        f'tao_pt: notice: manifest: {mini.manifest}: 2 problems; registry: null: expected a string; '
        f'repository: null: expected a string; try: correct {shlex.quote(str(mini.manifest))}\n'
    )


def test_check_of_a_socket_that_is_closed_to_the_caller(mini: Mini, tao_pt: Program) -> None:
    socket = mini.docker.env['DOCKER_HOST'][len('unix://'):]
    done = mini.run(tao_pt.path, 'check', '--format', 'json', prefix=SOMEBODY)
    found = findings(done)
    assert done.returncode == 1
    assert (found['group'][:2]) == ('fail', f'you are not permitted to talk to docker: {socket} is not open to you')
    assert found['group'][2].endswith('usermod -aG docker $(id -un)' + (
        '" && newgrp docker' if not shutil.which('sudo') else ' && newgrp docker'))
    assert found['daemon'][0] == 'fail'


def test_check_says_when_another_checkout_is_meant(mini: Mini, tao_pt: Program, tmp_path: Path) -> None:
    other = tmp_path / 'other'
    shutil.copytree(mini.root, other)
    for variable, status, text in (
        (str(other), 'warn', f'NV_TAO_PYTORCH_TOP is {other}, but you are in {mini.root}'),
        (str(mini.root), 'ok', f'{mini.root}, of NV_TAO_PYTORCH_TOP'),
        (f'{tmp_path}/none', 'fail', f'NV_TAO_PYTORCH_TOP is {tmp_path}/none, which has no docker/manifest.json'),
    ):
        found = findings(mini.run(tao_pt.path, 'check', '--format', 'json', NV_TAO_PYTORCH_TOP=variable))
        assert found['checkout'][:2] == (status, text)
    os.makedirs(tmp_path / 'empty')
    done = subprocess.run([tao_pt.path, 'check', '--files'], env=mini.docker.env, cwd=tmp_path / 'empty',
                          capture_output=True, encoding='utf-8', check=False)
    assert (done.returncode, done.stdout) == (1, '')
    assert done.stderr == (
        f'tao_pt: notice: checkout: NV_TAO_PYTORCH_TOP is not set, and {tmp_path}/empty is in no checkout; '
        'try: export NV_TAO_PYTORCH_TOP=/path/to/tao-pytorch\n'
    )
