"""What is looked for on this machine before a command is run on it."""
from __future__ import annotations

import os
from pathlib import Path

import pytest
from support import tao, write_mounts

DINO = 'nvcr.io/nvidia/tao/tao-toolkit:7.1.0'


@pytest.fixture(autouse=True)
def task(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine with the task dino, and no engine."""
    folder = tmp_path / 'tasks'
    folder.mkdir()
    (folder / 'dino').write_text('#!/bin/sh\n')
    (folder / 'dino').chmod(0o755)
    monkeypatch.setenv('PATH', f'{folder}:{os.environ["PATH"]}')
    monkeypatch.setenv('TAO_ENGINE', 'none')
    return folder


def test_a_task_that_is_not_here(task: Path) -> None:
    (task / 'dino').unlink()
    for options in ([], ['--dry-run']):
        done = tao(*options, 'dino', 'train')
        assert (done.code, done.out) == (127, '')
        lines = done.err.splitlines()
        assert lines[:3] == [
            'tao: error: dino is not on PATH: with TAO_ENGINE=none a task is a command of this machine',
            f'    {DINO}-pyt has it (release 7.1.0)', f'    {DINO}-deploy has it (release 7.1.0)',
        ]
        assert lines[3].startswith('    other releases with it: 6.26.3, ')
        assert lines[4:] == [
            '    try: run this in a container of such an image, or with an engine: --engine docker',
        ]
    assert tao('--release', '5.5.0', 'dino', 'train').err.splitlines()[1:2] == [
        '    nvcr.io/nvidia/tao/tao-toolkit:5.5.0-pyt has it (release 5.5.0)',
    ]
    assert tao('--image', 'a:b', 'mine', 'x').err.splitlines()[1:2] == ['    a:b may have it']


@pytest.mark.parametrize(('options', 'variables', 'asked', 'advice'), [
    (['--engine', 'none'], {'TAO_DOCKER_DISABLE': '1'}, '--engine none', ''),
    ([], {'TAO_ENGINE': 'none'}, 'TAO_ENGINE=none', '    try: --engine docker, for a container\n'),
    ([], {'TAO_DOCKER_DISABLE': 'true'}, 'TAO_DOCKER_DISABLE=true', '    try: --engine docker, for a container\n'),
])
def test_a_command_that_is_not_here(options: list[str], variables: dict[str, str], asked: str, advice: str) -> None:
    """What is named is what says that there is no engine."""
    done = tao(*options, 'dino', 'run', 'nosuch', env={'TAO_ENGINE': '', **variables})
    assert done == (127, '', (
        f'tao: error: nosuch is not on PATH\n    with {asked} a command runs on this machine\n{advice}'
    ))


@pytest.mark.parametrize(('variables', 'release', 'notice'), [
    ({'TAO_TOOLKIT_VERSION': '6.25.7'}, '6.25.7', ''),
    ({'TAO_TOOLKIT_VERSION': '6.25.7'}, '6.0.0', 'TAO 6.25.7 is here; --release 6.0.0 does not change that'),
])
def test_the_release_that_is_here(variables: dict[str, str], release: str, notice: str) -> None:
    done = tao('--release', release, '--dry-run=json', 'dino', 'train', env=variables)
    assert '"release": "6.25.7"' in done.out and '"image": null' in done.out
    assert done.err == (f'tao: notice: {notice}\n' if notice else '')
    assert 'TAO here: 6.25.7' in tao('--explain', 'dino', 'train', env=variables).out


def test_mounts_that_are_here(home: Path, tmp_path: Path) -> None:
    """The same path, the source by a link, and a destination whose source nobody has here."""
    (home / 'data').mkdir()
    (tmp_path / 'linked').symlink_to(home / 'data')
    write_mounts(home, {'Mounts': [
        {'source': '~/data', 'destination': f'{home}/data'}, {'source': '~/data', 'destination': f'{tmp_path}/linked'},
        {'source': '/nosuch', 'destination': str(tmp_path)},
    ]})
    assert tao('--dry-run', 'dino', 'train') == (0, 'env dino train\n', '')


def test_mounts_that_are_not_here(home: Path) -> None:
    (home / 'data').mkdir()
    path = write_mounts(home, {'Mounts': [
        {'source': '~/data', 'destination': '/no/data'}, {'source': '~/gone', 'destination': '/no/gone'},
    ]})
    done = tao('--dry-run', 'dino', 'train')
    assert (done.code, done.out) == (2, '')
    assert done.err.splitlines() == [
        'tao: error: 2 mount destinations not found on this machine',
        f'    /no/data (Mounts[0] of {path}), whose source {home}/data is here',
        f'    /no/gone (Mounts[1] of {path}), whose source {home}/gone is not here either',
        '    try: --link, which makes them links to their sources; --same_paths, for arguments that name the host\'s '
        'own paths; or --no-check',
    ]
    assert tao('--link', '--dry-run', 'dino', 'train').err.startswith('tao: error: 1 mount destination not found ')
    for option in ('--same_paths', '--no-check'):
        assert tao(option, '--dry-run', 'dino', 'train') == (0, 'env dino train\n', '')


def test_a_destination_that_is_something_else(home: Path, tmp_path: Path) -> None:
    (home / 'data').mkdir()
    volume = f'{home}/data:{tmp_path}'
    done = tao('--volume', volume, '--dry-run', 'dino', 'train')
    assert (done.code, done.out) == (0, 'env dino train\n')
    assert done.err == (
        f'tao: notice: {tmp_path} is here already, and is not {home}/data (--volume): the job uses it as it is; '
        '--same_paths, or a bind mount, for the other\n'
    )
    assert tao('--link', '--volume', volume, '--dry-run', 'dino', 'train').out == 'env dino train\n'


def test_links(home: Path, tmp_path: Path) -> None:
    volume = f'{home}:{tmp_path}/a/b'
    done = tao('--link', '--volume', volume, '--dry-run', 'dino', 'train')
    assert done.out == f'mkdir -p {tmp_path}/a\nln -sn {home} {tmp_path}/a/b\n# then:\nenv dino train\n'
    assert done.err == f'tao: notice: {tmp_path}/a/b becomes a link to {home}, and stays one (--volume)\n'
    assert f'# before: ln -sn {home} {tmp_path}/a/b\n' in tao(
        '--link', '--volume', volume, '--explain', 'dino', 'train').out
    assert not (tmp_path / 'a').exists()


def test_links_that_cannot_be_made(home: Path, tmp_path: Path) -> None:
    (tmp_path / 'dangling').symlink_to('/nosuch')
    (tmp_path / 'file').touch()
    words = [f'--volume={home}:{tmp_path}/{name}' for name in ('dangling', 'file/x')]
    done = tao('--link', *words, '--dry-run', 'dino', 'train')
    assert done.code == 2
    assert done.err.splitlines()[:3] == [
        'tao: error: 2 links cannot be made', f'    {tmp_path}/dangling: a broken link is there',
        f'    {tmp_path}/file/x: you may not write to {tmp_path}',
    ]


def test_the_tasks_paths_are_those_of_this_machine(home: Path, tmp_path: Path) -> None:
    (home / 'a.yaml').touch()
    (home / 'down').mkdir()
    for words in (['-e', f'{home}/a.yaml'], ['-e', 'a.yaml'], ['-e', '../home/a.yaml']):
        assert tao(f'--workdir={home}', '--dry-run', 'dino', 'train', *words).err == ''
    done = tao('--dry-run', 'dino', 'train', '-e', f'{home}/b.yaml')
    assert (done.code, done.err.splitlines()[0]) == (2, f'tao: error: spec file {home}/b.yaml not found')
    assert tao('--no-check', '--dry-run', 'dino', 'train', '-e', '/no/b.yaml').code == 0
    # below a link that is still to be made
    words = ['--quiet', '--link', f'--volume={home}:{tmp_path}/l', '--dry-run', 'dino', 'train', '-e']
    assert tao(*words, f'{tmp_path}/l/a.yaml').code == 0
    assert tao(*words, f'{tmp_path}/l/b.yaml').code == 2
    assert tao('--dry-run', 'dino', 'train', '-r', f'{home}/down/new').err == ''


def test_limits_that_are_lower_here() -> None:
    done = tao('--shm_size', '900000G', '--ulimit', 'nofile=99999999', '--port', '1:2', '--dry-run', 'dino', 'train')
    assert done.err.count('notice') == 1
    assert done.err.startswith('tao: notice: no container is started: --port has no effect; /dev/shm has ')
    assert ' here, less than 99999999 (--ulimit)\n' in done.err


def test_no_notice_is_about_an_image(task: Path) -> None:
    """Which release an image would be taken from is nothing that is done here."""
    (task / 'detectnet_v2').write_text('#!/bin/sh\n')
    (task / 'detectnet_v2').chmod(0o755)
    assert 'it is taken from' in tao('--engine', 'docker', '--dry-run', 'detectnet_v2', 'train').err
    assert tao('--dry-run', 'detectnet_v2', 'train') == (0, 'env detectnet_v2 train\n', '')
