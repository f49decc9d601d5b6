"""Who the job runs as: --user, its groups and the variables that a uid without a passwd entry needs."""
from __future__ import annotations

import os
import pwd
import shlex
from typing import Any

import pytest
from plans import launch
from support import tao

from tao_launcher.base.errors import UsageError

USER = ['-e', 'HOME=/tmp', '-e', 'USER=user', '-e', 'LOGNAME=user']
UID = ['-e', 'HOME=/tmp', '-e', 'USER=uid1000', '-e', 'LOGNAME=uid1000']
PATHS = 'paths are those of that machine, and not checked'
GROUPS = ['--group-add', '24', '--group-add', '44']
HOST_USER: list[Any] = ['host', '$(id -u):$(id -g)', '`id -u`:`id -g`', '${UID}:${GID}', '$UID:$GID']


@pytest.mark.parametrize('user', HOST_USER)
def test_host_is_the_caller(user: str) -> None:
    words = [*USER, '--user', '1000:1000', *GROUPS]
    for found in (
        launch('dino', 'train', file={'DockerOptions': {'user': user}}, groups=(24, 44)),
        launch('--user', user, 'dino', 'train', groups=(24, 44)),
        launch('--run_as_user', 'dino', 'train', groups=(24, 44)),
    ):
        assert found.before_image == words
        assert found.plan.notices == ()


@pytest.mark.parametrize(('user', 'changed', 'words'), [
    ('1000:1000', {}, [*USER, '--user', '1000:1000', *GROUPS]),
    ('1000', {}, [*USER, '--user', '1000', *GROUPS]),
    (1000, {}, [*USER, '--user', '1000', *GROUPS]),
    ('1000:500', {}, [*USER, '--user', '1000:500', *GROUPS]),
    ('host', {'names': {'1000': ''}}, [*UID, '--user', '1000:1000', *GROUPS]),
    ('host', {'gid': 7}, [*USER, '--user', '1000:7', *GROUPS]),
    ('host', {'is_root': True}, [*USER, '--user', '1000:1000', *GROUPS]),  # under sudo
    ('host', {'uid': 0, 'gid': 0, 'is_root': True}, ['--user', '0:0', *GROUPS]),
    ('tao', {}, ['--user', 'tao']),
    ('tao:video', {}, ['--user', 'tao:video']),
    ('root:1000', {}, ['--user', 'root:1000']),
])
def test_user(user: object, changed: dict[str, Any], words: list[str]) -> None:
    found = launch('dino', 'train', file={'DockerOptions': {'user': user}}, groups=(24, 44), **changed)
    assert found.before_image == words
    assert found.plan.notices == ()


@pytest.mark.parametrize(('user', 'name', 'words'), [
    ('1001:1001', 'ann', ['-e', 'HOME=/tmp', '-e', 'USER=ann', '-e', 'LOGNAME=ann', '--user', '1001:1001']),
    ('1001', '', ['-e', 'HOME=/tmp', '-e', 'USER=uid1001', '-e', 'LOGNAME=uid1001', '--user', '1001']),
    ('0:0', 'root', ['--user', '0:0']),
    ('0', 'root', ['--user', '0']),
])
def test_another_uid_is_said(user: str, name: str, words: list[str]) -> None:
    found = launch('--user', user, 'dino', 'train', groups=(24,), names={user.partition(':')[0]: name})
    assert found.before_image == words
    assert found.plan.notices == (
        f'the job runs as {user}, not as you (1000:1000); "user": "host" (or --run_as_user) means whoever launches',
    )


@pytest.mark.parametrize(('engine', 'environ', 'words'), [
    ('podman', {}, [*USER, '--userns=keep-id']),
    ('/usr/bin/podman', {}, [*USER, '--userns=keep-id']),
    ('docker', {'DOCKER_HOST': 'unix:///run/user/1000/docker.sock'}, []),
    ('docker', {'DOCKER_HOST': 'unix:///home/user/.docker/run/docker.sock'}, []),
    ('docker-rootless', {}, []),
    ('docker', {'DOCKER_CONTEXT': 'rootless'}, []),
    ('docker', {'DOCKER_HOST': 'unix:///var/run/docker.sock'}, [*USER, '--user', '1000:1000']),
])
def test_engines_that_map_the_caller_themselves(engine: str, environ: dict[str, str], words: list[str]) -> None:
    argv = launch('--gpus', 'none', '--engine', engine, '--run_as_user', 'dino', 'train', environ=environ).argv
    start = argv.index('NVIDIA_VISIBLE_DEVICES=void') + 1
    assert [word for word in argv[start:argv.index('--label')] if word not in ('-e', 'TAO_LAUNCH_ID')] == [
        word for word in words if word != '-e'
    ]


def test_podman_as_root_maps_nothing() -> None:
    found = launch('--engine', 'podman', '--run_as_user', 'dino', is_root=True)
    assert found.argv[found.argv.index('--user') + 1] == '1000:1000'
    assert '--userns=keep-id' not in found.argv


def test_variables_of_the_user_stand_where_they_were_set() -> None:
    file = {'Envs': [{'variable': 'HOME', 'value': '/h'}, {'variable': 'A', 'value': 1}],
        'DockerOptions': {'user': 'host'}}
    found = launch('--env', 'USER=me', 'dino', 'train', file=file)
    assert found.before_image == [
        '-e', 'HOME=/h', '-e', 'A=1', '-e', 'LOGNAME=user', '-e', 'USER=me', '--user', '1000:1000',
    ]
    assert found.plan.notices == ()


def test_groups_once_and_the_files_behind_the_callers() -> None:
    file = {'DockerOptions': {'user': 'host', 'group_add': [44, 'video', '24']}}
    found = launch('dino', 'train', file=file, groups=(24, 44))
    assert found.before_image == [*USER, '--user', '1000:1000', *GROUPS, '--group-add', 'video']


def test_owner_is_named_on_a_remote_daemon() -> None:
    # many machines have a uid 1000
    done = tao('--dry-run', 'dino', env={'DOCKER_HOST': 'ssh://gpu1'})
    owner = f'{pwd.getpwuid(os.getuid()).pw_name}@{os.uname().nodename}'
    assert f'tao.user={owner}' in shlex.split(done.out)
    assert f'tao: notice: the daemon is remote (ssh://gpu1): {PATHS}\n' in done.err


def test_password_of_a_remote_daemon_is_not_shown() -> None:
    found = launch('dino', 'train', environ={'DOCKER_HOST': 'tcp://user:s3cr3t@gpu1:2375'})
    assert found.plan.notices == (f'the daemon is remote (tcp://user:***@gpu1:2375): {PATHS}',)


@pytest.mark.parametrize('user', [['--run_as_user'], ['--user', 'host']])
def test_the_caller_is_nobody_elsewhere(user: list[str]) -> None:
    with pytest.raises(UsageError) as error:
        launch(*user, 'dino', environ={'DOCKER_HOST': 'ssh://me:pw@gpu1'})
    assert (error.value.what, error.value.why, error.value.advice) == (
        'the daemon is remote (ssh://me:***@gpu1): your user there is not known here',
        ('--run_as_user and "user": "host" mean the caller, whose uid may be someone else\'s there',),
        '--user UID:GID, as `id` prints them there',
    )


@pytest.mark.parametrize(('user', 'words'), [
    # the caller's own uid is just a number there: no groups and no name of this machine's
    ('1000:1000', ['-e', 'HOME=/tmp', '-e', 'USER=uid1000', '-e', 'LOGNAME=uid1000', '--user', '1000:1000']),
    ('1001:7', ['-e', 'HOME=/tmp', '-e', 'USER=uid1001', '-e', 'LOGNAME=uid1001', '--user', '1001:7']),
    ('0', ['--user', '0']), ('tao', ['--user', 'tao']),
])
def test_a_named_user_elsewhere(user: str, words: list[str]) -> None:
    found = launch('--user', user, 'dino', 'train', groups=(24,), environ={'DOCKER_HOST': 'ssh://gpu1'})
    assert found.before_image == words
    assert found.plan.notices == (
        'the daemon is remote (ssh://gpu1): paths are those of that machine, and not checked',
    )


@pytest.mark.parametrize(('engine', 'changed', 'words'), [
    ('podman', {}, ['--userns=keep-id']), ('podman', {'is_root': True}, ['--user', '1000:1000']),
    ('sudo -n podman', {}, ['--user', '1000:1000']),  # root's podman knows no keep-id
])
def test_who_maps_the_caller(engine: str, changed: dict[str, Any], words: list[str]) -> None:
    argv = launch('--engine', engine, '--gpus', 'none', '--run_as_user', 'dino', **changed).argv
    assert [word for word in argv if word.startswith('--user') or word == '1000:1000'] == words
