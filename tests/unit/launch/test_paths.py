"""A task's path arguments, read before the launch as container paths."""
from __future__ import annotations

from typing import Sequence

import pytest

from tao_launcher.base.errors import ConfigError
from tao_launcher.launch import paths
from tao_launcher.launch.paths import Argument
from tao_launcher.settings.values import Gpus, Mount

MOUNTS = [
    Mount('/h/data', '/workspace/data'),
    Mount('/h/specs', '/workspace/specs'),
    Mount('/h/inner', '/workspace/data/inner'),
    Mount('/h/one.yaml', '/workspace/one.yaml'),
    Mount('/h/data', '/data'),
]


class Host:
    """A file system: True is a folder, False a file, None not to be looked at; what is not named is not there."""

    def __init__(self, **paths: bool | None) -> None:
        self.paths: dict[str, bool | None] = {'/': True, '/h': True, '/h/data': True, '/h/specs': True, **paths}

    def __call__(self, path: str) -> bool | None:
        if path.endswith('/.'):
            return self.paths.get(path[:-2] or '/', False) is True
        found = self.paths.get(path, False if path not in self.paths else None)
        return True if path in self.paths and found is not None else found


def host(files: Sequence[str] = (), folders: Sequence[str] = (), closed: Sequence[str] = ()) -> Host:
    return Host(**{**dict.fromkeys(files, False), **dict.fromkeys(folders, True), **dict.fromkeys(closed)})


@pytest.mark.parametrize(('words', 'found'), [
    (['-e', '/a/b.yaml'], [('/a/b.yaml', '-e')]),
    (['--spec=/a/b'], [('/a/b', '--spec')]),
    (['results_dir=/r'], [('/r', 'results_dir')]),
    (['train.results_dir=/r'], [('/r', 'train.results_dir')]),
    (['k=[/a,/b]'], [('/a', 'k'), ('/b', 'k')]),
    (['k=[/a, "/b c"]'], [('/a', 'k'), ('/b c', 'k')]),
    (["k=['/a','/b']"], [('/a', 'k'), ('/b', 'k')]),
    (['k=(/a,/b)'], [('/a', 'k'), ('/b', 'k')]),
    (['k="/a b"'], [('/a b', 'k')]),
    (['/bare'], [('/bare', '')]),
    (['-e', '/a,b.yaml'], [('/a,b.yaml', '-e')]),
    (['-e', '/a[1].yaml'], [('/a[1].yaml', '-e')]),
    (['-e', '/x]'], [('/x]', '-e')]),
    (['-e', '/a=b'], [('/a=b', '-e')]),
    (['-e', '/a b'], [('/a b', '-e')]),
    (['-e', '//a//b/'], [('/a/b', '-e')]),
    (['--flag', 'x', '/bare'], [('/bare', '')]),
    (['-e', '/a/../b'], []),
    (['-e', 'relative/a'], []),
    (['k=relative', 'x', '/', 'https://host/a', "it's", '', '"', '[', '[]', 'k=', '=/a', '='], [('/a', '')]),
    (['k={a: /b}'], []),
])
def test_arguments(words: list[str], found: list[list[str]]) -> None:
    assert paths.arguments(words) == [Argument(path, key) for path, key in found]


@pytest.mark.parametrize(('path', 'folder', 'rest'), [
    ('/a/b', '/a', '/b'), ('/a', '/a', ''), ('/a', '/a/', ''), ('/a/b', '/a/', '/b'), ('/ab', '/a', None),
    ('/a', '/', '/a'), ('/', '/', ''), ('/a', '/a/b', None),
])
def test_below(path: str, folder: str, rest: str | None) -> None:
    assert paths.below(path, folder) == rest


@pytest.mark.parametrize(('path', 'there'), [
    ('/workspace/data/x', '/h/data/x'), ('/workspace/data', '/h/data'), ('/workspace/data/inner/x', '/h/inner/x'),
    ('/workspace/one.yaml', '/h/one.yaml'), ('/workspace/other', None), ('/data/x', '/h/data/x'),
    ('/workspace/database', None),
])
def test_to_host(path: str, there: str | None) -> None:
    assert paths.to_host(path, MOUNTS) == there


@pytest.mark.parametrize(('path', 'there'), [
    ('/h/data/x', ['/workspace/data/x', '/data/x']),
    ('/h/data/inner/x', ['/data/inner/x']),  # /workspace/data/inner is another folder there
    ('/h/inner', ['/workspace/data/inner']),
    ('/h/one.yaml', ['/workspace/one.yaml']),
    ('/elsewhere', []),
])
def test_to_container(path: str, there: list[str]) -> None:
    assert paths.to_container(path, MOUNTS) == there


@pytest.mark.parametrize(('mount', 'inside', 'outside'), [
    (Mount('/', '/host'), '/host/a', '/a'),
    (Mount('/a/', '/b/'), '/b/c', '/a/c'),
    (Mount('/a/', '/b/'), '/b', '/a'),
    (Mount('/a b', '/c,d'), '/c,d/"e"', '/a b/"e"'),
])
def test_both_ways(mount: Mount, inside: str, outside: str) -> None:
    assert paths.to_host(inside, [mount]) == outside
    assert paths.to_container(outside, [mount]) == [inside]


@pytest.mark.parametrize(('words', 'files', 'folders', 'closed', 'said'), [
    # a spec file under a mount is there
    (['-e', '/workspace/specs/a.yaml'], ['/h/specs/a.yaml'], [], [], []),
    (['-e', '/workspace/one.yaml'], ['/h/one.yaml'], [], [], []),
    (['--experiment_spec_file=/workspace/data/inner/a'], ['/h/inner/a'], ['/h/inner'], [], []),
    # … or cannot be seen
    (['-e', '/workspace/specs/a.yaml'], [], [], ['/h/specs/a.yaml'],
     ['spec file /workspace/specs/a.yaml: on the host it is /h/specs/a.yaml, which cannot be checked']),
    (['-e', '/workspace/specs/$NAME.yaml'], [], [], [],
     ['spec file /workspace/specs/$NAME.yaml not found; the task gets the "$" as it is, only a shell would expand it']),
    # other paths under a mount may be missing: the task may make them
    (['results_dir=/workspace/data/new', '-k', 'key', 'model=/workspace/data/x.pth'], [], [], [], []),
    # host paths
    (['-e', '/h/specs/a.yaml'], ['/h/specs/a.yaml'], [], [],
     ['/h/specs/a.yaml is a host path; in the container it is /workspace/specs/a.yaml']),
    (['model=/h/data/x.pth', 'also=/h/data/x.pth'], ['/h/data/x.pth'], [], [],
     ['/h/data/x.pth is a host path; in the container it is /workspace/data/x.pth']),
    (['results_dir=/h/data/new'], [], [], [],
     ['/h/data/new is under no mount: what is written there vanishes with the container; '
      "the host's /h/data/new is /workspace/data/new there"]),
    (['/o/x.pth'], ['/o/x.pth'], ['/o'], [],
     ['/o/x.pth is on the host but not in the container; mount it: --volume /o:/o']),
    (['k=/o/a.b'], [], ['/o', '/o/a.b'], [],
     ['/o/a.b is on the host but not in the container; mount it: --volume /o/a.b:/o/a.b']),
    (['k=[/x.pth]'], ['/x.pth'], [], [],
     ['/x.pth is on the host but not in the container; mount it: --volume /x.pth:/x.pth']),
    (["k='/o o/x'"], ['/o o/x'], ['/o o'], [],
     ["/o o/x is on the host but not in the container; mount it: --volume '/o o:/o o'"]),
    (['/o:o/x'], ['/o:o/x'], ['/o:o'], [],
     ['/o:o/x is on the host but not in the container; mount it: in the mounts file']),
    # outputs
    (['-r', '/r'], [], [], [], ['/r is under no mount: what is written there vanishes with the container']),
    (['train.results_dir=/r'], [], [], [],
     ['/r is under no mount: what is written there vanishes with the container']),
    (['output_dir=/o'], [], ['/o'], [],
     ['/o is under no mount: what is written there vanishes with the container; mount it: --volume /o:/o']),
    (['-r', '/tmp'], [], ['/tmp'], [],
     ['/tmp is under no mount: what is written there vanishes with the container']),
    # a spec that only the image can have
    (['-e', '/specs/a.yaml'], [], [], [],
     ['spec file /specs/a.yaml is under no mount: the container has it only if the image does']),
    # folders that every image has
    (['-e', '/opt/nvidia/x', '/usr/bin/env', 'k=/etc', 'tmp=/tmp', 'home=/home'], ['/usr/bin/env'],
     ['/etc', '/tmp', '/home'], [], []),
    # nothing is known of it
    (['k=/somewhere/in/the/image', '/x'], [], [], [], []),
])
def test_notices(
    words: list[str], files: list[str], folders: list[str], closed: list[str], said: list[str],
) -> None:
    assert paths.paths('dino', words, MOUNTS, host(files, folders, closed)) == said


@pytest.mark.parametrize('words', [
    ['-e', '/workspace/specs/no/a.yaml'], ['--experiment_spec_file', '/workspace/specs/no/a.yaml'],
    ['--spec=/workspace/specs//no/a.yaml'], ['--experiment_spec=/workspace/specs/no/a.yaml'],
])
def test_missing_spec(words: list[str]) -> None:
    with pytest.raises(ConfigError) as raised:
        paths.paths('dino', words, MOUNTS, host())
    e = raised.value
    assert (e.what, e.why, e.advice) == (
        'spec file /workspace/specs/no/a.yaml not found',
        ('on the host it is /h/specs/no/a.yaml', 'nearest existing folder: /h/specs'),
        'correct the path, or --no-check',
    )


def test_missing_spec_that_is_a_host_path() -> None:
    """The host has it at this very path, but in the container something else is mounted there."""
    mounts = [Mount('/home/u', '/home')]
    with pytest.raises(ConfigError) as raised:
        paths.paths('dino', ['-e', '/home/u/a.yaml'], mounts, host(['/home/u/a.yaml'], ['/home', '/home/u']))
    assert raised.value.why == (
        'on the host it is /home/u/u/a.yaml', 'nearest existing folder: /home/u',
        '/home/u/a.yaml is a host path; in the container it is /home/a.yaml',
    )


def test_a_file_is_no_folder() -> None:
    with pytest.raises(ConfigError) as raised:
        paths.paths('dino', ['-e', '/workspace/one.yaml/a'], MOUNTS, host(['/h/one.yaml']))
    assert raised.value.why[1] == 'nearest existing folder: /h'


def test_another_path_under_a_mount_that_is_a_host_path() -> None:
    mounts = [Mount('/home/u', '/home')]
    look = host(['/home/u/x.pth'], ['/home', '/home/u'])
    assert paths.paths('dino', ['model=/home/u/x.pth'], mounts, look) == [
        '/home/u/x.pth is a host path; in the container it is /home/x.pth',
    ]


@pytest.mark.parametrize('task', ['converter', 'tao-converter', 'tlt-converter'])
def test_the_converters_e_is_an_output(task: str) -> None:
    words = ['-k', 'key', '-e', '/workspace/specs/no.engine', '/workspace/specs/no.etlt']
    assert paths.paths(task, words, MOUNTS, host()) == []
    assert paths.paths(task, ['-e', '/engines/a'], MOUNTS, host()) == [
        '/engines/a is under no mount: what is written there vanishes with the container',
    ]


@pytest.mark.parametrize(('request_', 'words', 'said'), [
    (Gpus('ids', ('2', '3')), ['train.gpu_ids=[2,3]'],
     ['inside the container the GPUs 2,3 are numbered 0 to 1; the task is told 2,3']),
    (Gpus('ids', ('2',)), ['--gpu_index', '2', '--gpus', '1'],
     ['inside the container the GPUs 2 are numbered 0; the task is told 2']),
    (Gpus('ids', ('2', '3')), ['--gpu_index', '0', '1', '-k', '5'], []),
    (Gpus('ids', ('2', '3')), ['--gpu_index=1'], []),
    (Gpus('ids', ('GPU-6f1c',)), ['gpu_ids=[1]'],
     ['inside the container the GPUs GPU-6f1c are numbered 0; the task is told 1']),
    (Gpus('count', first=2), ['gpu_ids=[0, 2]'],
     ['inside the container the GPUs are numbered 0 to 1; the task is told 0,2']),
    (Gpus('all'), ['gpu_ids=[7]'], []),
    (Gpus('none'), ['gpu_ids=[0]'], []),
    (Gpus('ids', ('2', '3')), ['num_gpu_ids=[7]', 'epochs=7'], []),
])
def test_gpu_indices(request_: Gpus, words: list[str], said: list[str]) -> None:
    assert paths.gpu_indices(request_, words) == said
