"""Pulling from a real registry: what is said, what is refused, and who shows the progress."""
from __future__ import annotations

import json
import os
import re
import subprocess
import time
from pathlib import Path
from typing import TYPE_CHECKING, Iterator

import air_gap
import pexpect
import pytest
from air_gap import SLOW, Registry
from conftest import ENGINE
from waiting import until

if TYPE_CHECKING:
    from conftest import Docker, Program

TAGGED = 'nvidia/tao/tao-toolkit:7.1.0-pyt'
pytestmark = [pytest.mark.area('pull'), pytest.mark.engine_dependent]


@pytest.fixture
def registry(registry: Registry, docker: Docker) -> Iterator[Registry]:
    yield registry
    docker.run('rmi', f'{registry.host}/{TAGGED}', check=False)


def megabytes(text: str) -> str:
    """The text without sizes, which differ with the machine that the stand-in image was made on."""
    return re.sub(r'\d+\.\d MB', 'N MB', text)


def test_what_is_said(docker: Docker, tao: Program, registry: Registry) -> None:
    """A line when it begins, with the size that the registry's manifest gives; the image's name is no result."""
    digest = air_gap.publish(docker, TAGGED, registry)
    reference = f'{registry.host}/{TAGGED}'
    pull = air_gap.near_registry(tao.path, 'pull', 'model/dino')
    docker.env['OVERRIDE_REGISTRY'] = registry.host
    done = air_gap.run([*pull, '--dry-run'], docker.env)
    assert (done.returncode, done.stdout, done.stderr) == (0, f'docker pull --quiet {reference}\n', '')
    done = air_gap.run(pull, docker.env)
    assert (done.returncode, done.stdout) == (0, '')
    assert megabytes(done.stderr) == f'tao: notice: 1 image to pull, N MB\ntao: pulling {reference}\n'
    done = air_gap.run(pull, docker.env)
    assert (done.returncode, done.stdout, done.stderr) == (0, '', 'tao: every image is here\n')
    done = air_gap.run([*pull, '--dry-run'], docker.env)
    assert (done.returncode, done.stdout, done.stderr) == (0, '', '')
    (image,) = json.loads(docker.run('image', 'inspect', reference).stdout)
    assert digest in image['RepoDigests']


def test_an_image_for_another_machine(docker: Docker, tao: Program, registry: Registry) -> None:
    """The registry says it before anything is pulled, also of an image that is no index."""
    air_gap.publish(docker, TAGGED, registry)
    reference = f'{registry.host}/{TAGGED}'
    docker.run('rmi', reference, check=False)
    here, other = ('amd64', 'arm64') if os.uname().machine == 'x86_64' else ('arm64', 'amd64')
    environ = {**docker.env, 'OVERRIDE_REGISTRY': registry.host}
    for words, more, why, advice in (
        ([f'--platform=linux/{other}'], {}, f'--platform asks for linux/{other}', f'--platform linux/{here}, or none'),
        ([], {'DOCKER_DEFAULT_PLATFORM': f'linux/{other}'}, f'DOCKER_DEFAULT_PLATFORM asks for linux/{other}',
         'unset DOCKER_DEFAULT_PLATFORM'),
    ):
        pull = air_gap.near_registry(tao.path, '--quiet', *words, 'pull', 'model/dino')
        done = air_gap.run(pull, {**environ, **more})
        assert (done.returncode, done.stdout, done.stderr) == (
            125, '', f'tao: error: {reference} is for linux/{here}\n    {why}\n    try: {advice}\n',
        )
    assert docker.run('image', 'inspect', reference, check=False).returncode != 0
    fitting = air_gap.near_registry(tao.path, '--quiet', f'--platform=linux/{here}', 'pull', 'model/dino')
    assert air_gap.run(fitting, environ).returncode == 0


def test_a_launch_from_a_mirror(docker: Docker, tao: Program, registry: Registry) -> None:
    air_gap.publish(docker, TAGGED, registry)
    for words in (['--registry', registry.host], ['--registry', f'{registry.host}/', '--pull', 'always']):
        done = tao('--gpus', 'none', *words, 'dino', 'train')
        assert (done.returncode, done.stdout) == (0, 'argv[0]=<dino>\nargv[1]=<train>\n')
    docker.env['OVERRIDE_REGISTRY'] = 'a.test/b'
    done = tao('--gpus', 'none', '--pull', 'never', 'dino', 'train')
    assert done.returncode == 125


@pytest.mark.after_processes
def test_a_terminal_shows_what_docker_shows(docker: Docker, tao: Program, registry: Registry) -> None:
    air_gap.publish(docker, TAGGED, registry)
    child = pexpect.spawn(
        str(tao.path), ['--registry', registry.host, 'pull', 'model/dino'], env=docker.env, encoding='utf-8',
        timeout=60,
    )
    child.expect('7.1.0-pyt: Pulling from nvidia/tao/tao-toolkit')
    child.expect('Status: Downloaded newer image for ')
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 0


def test_all_images_of_a_release(docker: Docker, tao: Program, registry: Registry) -> None:
    """The sizes come first; without a terminal nobody can be asked, so it wants --yes."""
    names = [
        image['reference'].partition('/')[2]
        for image in json.loads(tao('images', '--release', '6.0.1', '--format', 'json').stdout)
    ]
    for name in names:
        air_gap.publish(docker, name, registry)
    words = air_gap.near_registry(tao.path, '--registry', registry.host, 'pull', '--all', '--release', '6.0.1')
    done = air_gap.run(words, docker.env)
    sizes = ''.join(f'tao: notice: {registry.host}/{name}: N MB\n' for name in names)
    total = 'tao: notice: 3 images to pull, N MB\n'  # of the same layer
    refused = 'tao: error: not pulled\n    try: the same command with --yes\n'
    assert (done.returncode, done.stdout, megabytes(done.stderr)) == (1, '', sizes + total + refused)
    done = air_gap.run([*words, '--yes'], docker.env)
    pulled = ''.join(f'tao: pulling {registry.host}/{name}\n' for name in names)
    assert (done.returncode, done.stdout, megabytes(done.stderr)) == (0, '', sizes + total + pulled)
    docker.run('rmi', *(f'{registry.host}/{name}' for name in names))


def test_a_registry_that_wants_a_login(docker: Docker, tao: Program, tmp_path: Path) -> None:
    with air_gap.registry(tmp_path / 'closed', 5001, air_gap.CLOSED) as closed:
        done = tao('--quiet', '--registry', closed.host, 'pull', 'model/dino')
    assert (done.returncode, done.stdout) == (125, '')
    assert done.stderr.startswith(f'tao: error: {closed.host}/{TAGGED} could not be pulled\n    ')
    assert done.stderr.endswith(
        f'\n    {closed.host} requires a login, or the stored one has no access to this image\n'
        f'    try: docker login {closed.host}\n'
    )


@pytest.mark.parametrize(('cut', 'advice'), [
    (True, '    try: the same command again, or tao bundle load DIR where there is no network\n'), (False, ''),
])
def test_what_can_not_be_had(docker: Docker, tao: Program, registry: Registry, cut: bool, advice: str) -> None:
    """A registry out of reach may come back; an image that it does not have will not."""
    if cut:
        registry.cut()
    done = tao('--quiet', '--registry', registry.host, 'pull', 'model/dino')
    assert (done.returncode, done.stdout) == (125, '')
    error, said, why, *tried = done.stderr.splitlines(keepends=True)
    assert error == f'tao: error: {registry.host}/{TAGGED} could not be pulled\n'
    unknown = 'not found' if ENGINE.has_containerd_store else 'manifest unknown'
    assert ('refused' if cut else unknown) in said
    told = f'the engine cannot reach {registry.host}' if cut else f'{registry.host} has no such image'
    assert why == f'    {told}\n'
    assert ''.join(tried) == advice


def test_too_little_room(docker: Docker, tao: Program, registry: Registry, tmp_path: Path) -> None:
    """Looked at before anything is fetched; --no-check goes ahead."""
    air_gap.publish(docker, TAGGED, registry)
    with air_gap.offline_host(tmp_path / 'host', disk='2m') as host:
        # this engine sees no registry: the one beside the other engine tells the size
        words = air_gap.near_registry(tao.path, '--registry', registry.host, 'pull', 'model/dino')
        env = {**docker.env, 'DOCKER_HOST': host.env['DOCKER_HOST']}
        done = air_gap.run(words, env)
        assert (done.returncode, done.stdout) == (1, '')
        said, error, why, tried = done.stderr.splitlines()
        assert megabytes(said) == 'tao: notice: 1 image to pull, N MB'
        assert error == f'tao: error: not enough room in {host.folder}/data'
        assert megabytes(why) == '    N MB free, about N MB needed'
        assert tried == '    try: docker image prune, or tao --no-check pull …'
        done = air_gap.run([*words[:5], '--no-check', *words[5:]], env)
        assert (done.returncode, 'could not be pulled' in done.stderr) == (125, True)


@pytest.mark.after_processes
def test_left_with_ctrl_c_no_client_goes_on(docker: Docker, tao: Program, tmp_path: Path) -> None:
    slow = tmp_path / 'slow'
    slow.write_text(SLOW.format(verbs='pull', folder=tmp_path, docker=docker.path))
    slow.chmod(0o755)
    child = subprocess.Popen(
        [tao.path, '--quiet', '--engine', f'docker:{slow}', '--registry', '127.0.0.1:1', 'pull', 'model/dino'],
        env=docker.env,
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding='utf-8',
    )
    while not (tmp_path / 'pid').exists():
        time.sleep(0.02)
        assert child.poll() is None
    child.send_signal(2)
    assert child.communicate(timeout=60) == ('', '')
    assert child.returncode == -2
    until(lambda: not Path('/proc', (tmp_path / 'pid').read_text().strip()).exists(), 'no client is left')
