"""A task's path arguments, read before the launch as container paths."""
from __future__ import annotations

from typing import Mapping, Sequence

import pytest

from tao_launcher.base.errors import ConfigError
from tao_launcher.launch.path_notices import Place, check
from tao_launcher.settings.values import Mount

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


def notices(
    task: str, words: Sequence[str], mounts: Sequence[Mount], look: Host, workdir: str = '',
    links: Mapping[str, str] | None = None,
) -> list[str]:
    """What is said of a task's words by someone in the folder /work, whose home is /home/u."""
    return check(words, Place(task, mounts, look, (links or {}).get, '/work', '/home/u', workdir))


@pytest.mark.parametrize(('words', 'files', 'folders', 'closed', 'said'), [
    # a spec file under a mount is there
    (['-e', '/workspace/specs/a.yaml'], ['/h/specs/a.yaml'], [], [], []),
    (['-e', '/workspace/one.yaml'], ['/h/one.yaml'], [], [], []),
    (['--experiment_spec_file=/workspace/data/inner/a'], ['/h/inner/a'], ['/h/inner'], [], []),
    # … or cannot be seen
    (['-e', '/workspace/specs/a.yaml'], [], [], ['/h/specs/a.yaml'],
     ['spec file /workspace/specs/a.yaml: on the host it is /h/specs/a.yaml, which cannot be checked']),
    (['-e', '/workspace/specs/$NAME.yaml'], [], [], [],
     ['spec file /workspace/specs/$NAME.yaml not found; the task gets the "$" as it is; only a shell would expand it']),
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
    # … that are not there, or not yet
    (['model=/h/data/no.pth', '-e', '/h/specs/no.yaml'], [], [], [],
     ["/h/data/no.pth is under no mount; the host's /h/data/no.pth is /workspace/data/no.pth there",
      "/h/specs/no.yaml is under no mount; the host's /h/specs/no.yaml is /workspace/specs/no.yaml there"]),
    (['ds=[{image_dir: /h/data/i, json_file: "/h/data/j.json"}]'], ['/h/data/j.json'], [], [],
     ["/h/data/i is under no mount; the host's /h/data/i is /workspace/data/i there",
      '/h/data/j.json is a host path; in the container it is /workspace/data/j.json']),
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
    assert notices('dino', words, MOUNTS, host(files, folders, closed)) == said


@pytest.mark.parametrize('words', [
    ['-e', '/workspace/specs/no/a.yaml'], ['--experiment_spec_file', '/workspace/specs/no/a.yaml'],
    ['--spec=/workspace/specs//no/a.yaml'], ['--experiment_spec=/workspace/specs/no/a.yaml'],
])
def test_missing_spec(words: list[str]) -> None:
    with pytest.raises(ConfigError) as raised:
        notices('dino', words, MOUNTS, host())
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
        notices('dino', ['-e', '/home/u/a.yaml'], mounts, host(['/home/u/a.yaml'], ['/home', '/home/u']))
    assert raised.value.why == (
        'on the host it is /home/u/u/a.yaml', 'nearest existing folder: /home/u',
        '/home/u/a.yaml is a host path; in the container it is /home/a.yaml',
    )


def test_a_file_is_no_folder() -> None:
    with pytest.raises(ConfigError) as raised:
        notices('dino', ['-e', '/workspace/one.yaml/a'], MOUNTS, host(['/h/one.yaml']))
    assert raised.value.why[1] == 'nearest existing folder: /h'


def test_another_path_under_a_mount_that_is_a_host_path() -> None:
    mounts = [Mount('/home/u', '/home')]
    look = host(['/home/u/x.pth'], ['/home', '/home/u'])
    assert notices('dino', ['model=/home/u/x.pth'], mounts, look) == [
        '/home/u/x.pth is a host path; in the container it is /home/x.pth',
    ]


@pytest.mark.parametrize('task', ['converter', 'tao-converter', 'tlt-converter'])
def test_the_converters_e_is_an_output(task: str) -> None:
    words = ['-k', 'key', '-e', '/workspace/specs/no.engine', '/workspace/specs/no.etlt']
    assert notices(task, words, MOUNTS, host()) == []
    assert notices(task, ['-e', '/engines/a'], MOUNTS, host()) == [
        '/engines/a is under no mount: what is written there vanishes with the container',
    ]


SPECS, RESULTS = Mount('/work/specs', '/specs'), Mount('/work/results', '/results')
MADE = "is made in the container's working directory, and vanishes with it unless a mount is there"
RELATIVE = "is relative to the container's working directory"
AS_IT_IS = 'as it is; only a shell would expand it'


@pytest.mark.parametrize(('words', 'files', 'said'), [
    (['-e', 'specs/a.yaml'], ['/work/specs/a.yaml'],
     [f"specs/a.yaml {RELATIVE}; the host's /work/specs/a.yaml is /specs/a.yaml there"]),
    (['-e', './specs/no.yaml'], [],
     [f"./specs/no.yaml {RELATIVE}; the host's /work/specs/no.yaml is /specs/no.yaml there"]),
    (['-e', 'a.yaml'], [], [f'a.yaml {RELATIVE}: the container has it only if the image does']),
    (['-e', '../o/a.yaml'], ['/o/a.yaml', '/o'],
     [f"../o/a.yaml {RELATIVE}; the host's /o/a.yaml is not there: mount it, --volume /o:/o, and give that path"]),
    # every argument counts that names an existing file
    (['-m', 'results/m.pth', 'k=[results/m.pth,1]', 'd={x: specs/b}'], ['/work/results/m.pth', '/work/specs/b'],
     [f"results/m.pth {RELATIVE}; the host's /work/results/m.pth is /results/m.pth there",
      f"specs/b {RELATIVE}; the host's /work/specs/b is /specs/b there"]),
    (['-m', 'm.pth'], ['/work/m.pth', '/work'],
     [f"m.pth {RELATIVE}; the host's /work/m.pth is not there: mount it, --volume /work:/work, and give that path"]),
    # … and of those that are not there only what is called a path and is below a source
    (['-k', 'results/x', 'model_path=results/x', 'model_path=x', 'backbone=a/b'], [],
     [f"results/x {RELATIVE}; the host's /work/results/x is /results/x there"]),
    (['-k', 'key', 'train', 'k=v'], [], []),
    # outputs
    (['results_dir=results'], [], [f"results {MADE}; the host's /work/results is /results there"]),
    (['-r', 'out'], [], [f'out {MADE}']),
    (['-r', '.'], ['/work'],
     [f". {MADE}; the host's /work is not there: mount it, --volume /work:/work, and give that path"]),
    # a ~ that no shell has seen
    (['-e', '~/a.yaml'], ['/home/u/a.yaml', '/home/u'],
     [f'the task gets the "~" of ~/a.yaml {AS_IT_IS}; the host\'s /home/u/a.yaml is not there: '
      'mount it, --volume /home/u:/home/u, and give that path']),
    (['results_dir=~/r'], [], [f'the task gets the "~" of ~/r {AS_IT_IS}']),
    (['k=~', 'k=~/no', 'k=~u/a'], [], []),
    # a $ that no shell has seen, and what the task itself replaces
    (['-e', '$SPECS/a.yaml', '-r', '$OUT'], [],
     [f'the task gets the "$" of {path} {AS_IT_IS}' for path in ('$SPECS/a.yaml', '$OUT')]),
    (['-e', '${SPECS}/a.yaml', 'results_dir=$OUT/x', 'results_dir=${a.b}/x'], [],
     [f'the task gets the "$" of {path} {AS_IT_IS}' for path in ('${SPECS}/a.yaml', '$OUT/x')]
     + [f'${{a.b}}/x {MADE}']),
    (['k=$no/a', 'k=${x}'], [], []),
    # a variable that was not set
    (['-r', '/'], [], ['-r is the root folder of the container: was a variable not set?']),
    (['results_dir=', '-e', ''], [],
     ['results_dir is empty: was a variable not set?', '-e is empty: was a variable not set?']),
])
def test_relative(words: list[str], files: list[str], said: list[str]) -> None:
    look = Host(**{path: '.' not in path.rpartition('/')[2] for path in files})
    assert notices('dino', words, [SPECS, RESULTS], look) == said


def test_a_variable_with_the_whole_host_mounted() -> None:
    mounts = [Mount('/', '/host')]
    assert notices('dino', ['-e', '$SPECS/a.yaml'], mounts, host()) == [
        f'the task gets the "$" of $SPECS/a.yaml {AS_IT_IS}']


def test_a_home_under_a_mount() -> None:
    assert notices('dino', ['-e', '~/a.yaml'], [Mount('/home/u', '/mine')], host(['/home/u/a.yaml'])) == [
        f'the task gets the "~" of ~/a.yaml {AS_IT_IS}; the host\'s /home/u/a.yaml is /mine/a.yaml there',
    ]


def test_relative_to_a_working_directory_that_is_known() -> None:
    """It is a container path like any other."""
    mounts, look = [Mount('/h/specs', '/w/specs')], host(['/h/specs/a.yaml', '/work/specs/a.yaml'])
    assert notices('dino', ['-e', 'specs/a.yaml', 'results_dir=specs/r', '-k', 'key'], mounts, look, '/w') == []
    assert notices('dino', ['results_dir=r'], mounts, look, '/w') == [
        "r is made in the container's working directory /w, and vanishes with it",
    ]
    assert notices('dino', ['m=specs/a.yaml', 'm=specs/new'], mounts, look, '/w') == []
    look = host(['/work/specs/only_here'])
    assert notices('dino', ['m=specs/only_here', 'specs/none'], [*mounts, SPECS], look, '/w') == [
        "specs/only_here is relative to the container's working directory /w; "
        "the host's /work/specs/only_here is /specs/only_here there",
    ]
    # a word is no path only because the folder is below a source as well
    assert notices('dino', ['-k', 'key', 'a=b'], [Mount('/w', '/other')], host(), '/w/x') == []
    with pytest.raises(ConfigError) as raised:
        notices('dino', ['-e', 'specs/b.yaml'], mounts, look, '/w')
    assert (raised.value.what, raised.value.why[0]) == (
        'spec file /w/specs/b.yaml not found', 'on the host it is /h/specs/b.yaml',
    )


@pytest.mark.parametrize(('source', 'path', 'said'), [
    ('/', '/x/a', []),  # everything is below it, what only the image has as well
    ('/opt/mine', '/opt/mine/a', ["/opt/mine/a is under no mount; the host's /opt/mine/a is /d/a there"]),
    ('/usr', '/usr/bin/env', []),
])
def test_sources_that_say_little(source: str, path: str, said: list[str]) -> None:
    assert notices('dino', [path], [Mount(source, '/d')], host()) == said


@pytest.mark.parametrize(('links', 'files', 'said'), [
    ({'/h/specs/a.yaml': 'b.yaml'}, ['/h/specs/b.yaml'], []),
    ({'/h/specs/a.yaml': '/workspace/data/b.yaml'}, ['/h/data/b.yaml'], []),  # broken on the host alone
    ({'/h/specs/a.yaml': '/usr/share/b.yaml'}, [], []),  # the image may have it
    ({'/h/specs/a.yaml': '/o/b.yaml'}, ['/o/b.yaml'],
     ['/workspace/specs/a.yaml is a link out of its mount, to /o/b.yaml, which is under no mount; '
      'mount it: --volume /o:/o']),
    ({'/h/specs/a.yaml': '../../o/b.yaml'}, ['/o/b.yaml'],
     ['/workspace/specs/a.yaml is a link out of its mount, to /o/b.yaml, which is under no mount; '
      'mount it: --volume /o:/o']),
    ({'/h/specs/a.yaml': '../o/b.yaml'}, ['/h/o/b.yaml'],
     ['/workspace/specs/a.yaml is a link out of its mount, to /workspace/o/b.yaml, which is under no mount; '
      'mount it: --volume /h/o:/workspace/o']),
    ({'/h/specs/a.yaml': '/h/data/b.yaml'}, ['/h/data/b.yaml'],
     ['/workspace/specs/a.yaml is a link out of its mount, to /h/data/b.yaml, which is under no mount; '
      "the host's /h/data/b.yaml is /workspace/data/b.yaml there"]),
    ({'/h/specs/a.yaml': '/o/gone'}, [],
     ['/workspace/specs/a.yaml is a link out of its mount, to /o/gone, which is under no mount']),
])
def test_links(links: dict[str, str], files: list[str], said: list[str]) -> None:
    look = host(files, ['/o', '/h/o'])
    assert notices('dino', ['-e', '/workspace/specs/a.yaml'], MOUNTS, look, '', links) == said


def test_a_link_inside() -> None:
    links = {'/h/data/latest': '/o/v2'}
    assert notices('dino', ['-r', '/data/latest/out', 'm=/data/latest'], MOUNTS, host(), '', links) == [
        '/data/latest/out: /data/latest is a link out of its mount, to /o/v2/out, which is under no mount',
        '/data/latest is a link out of its mount, to /o/v2, which is under no mount',
    ]


def test_a_link_to_what_is_missing() -> None:
    with pytest.raises(ConfigError) as raised:
        notices('dino', ['-e', '/workspace/specs/a.yaml'], MOUNTS, host(), '', {'/h/specs/a.yaml': 'v2.yaml'})
    assert (raised.value.what, raised.value.why[0]) == (
        'spec file /workspace/specs/a.yaml not found', 'on the host it is /h/specs/v2.yaml',
    )


@pytest.mark.parametrize(('words', 'said'), [
    # dots after a mount
    (['results_dir=/results/../tmp'], ['/tmp is under no mount: what is written there vanishes with the container']),
    (['results_dir=/results/a/../b', 'results_dir=/results/link/../../x', 'results_dir=/opt/../x'], []),
    (['-e', '/results/../tmp/a.yaml'], []),
    # an output below a file
    (['-r', '/results/FILE/x'], ["/results/FILE/x cannot be made: the host's /work/results/FILE is a file"]),
    (['-r', '/results/new/x', '-o', '/results/FILE'], []),
    # options joined to their values
    (['-especs/a.yaml'], [f"specs/a.yaml {RELATIVE}; the host's /work/specs/a.yaml is /specs/a.yaml there"]),
    (['-rnew/out'], [f'new/out {MADE}']), (['-export', '-evaluate', '-r2', '-o-'], []),
    # a list of paths
    (['x=/o/a,/o/b'], ['/o/a is on the host but not in the container; mount it: --volume /o:/o',
        '/o/b is on the host but not in the container; mount it: --volume /o:/o']),
    (['x=/o/a,b'], []),
    # a word is a name
    (['model.name=data', '-k', 'specs', 'dataset.train=train', 'train', 'k=[data,specs]'], []),
    (['dataset.train_dir=train'], [
        f"train {RELATIVE}; the host's /work/train is not there: mount it, --volume /work/train:/work/train, "
        'and give that path']),
    (['-k', 'a.pth'], [f"a.pth {RELATIVE}; the host's /work/a.pth is not there: "
        'mount it, --volume /work:/work, and give that path']),
])
def test_what_is_meant_as_a_path(words: list[str], said: list[str]) -> None:
    files = ['/work/specs/a.yaml', '/work/results/FILE', '/o/a', '/o/b', '/work/a.pth']
    look = host(files, ['/o', '/work', '/work/data', '/work/train', '/work/specs', '/work/results'])
    links = {'/work/results/link': '/elsewhere'}
    assert notices('dino', words, [SPECS, RESULTS], look, '', links) == said


@pytest.mark.parametrize(('cwd', 'words', 'said'), [
    ('/tmp/x', ['-r', '..'], [f'.. {MADE}']), ('/tmp', ['-r', '.'], [f'. {MADE}']),
    ('/a', ['-r', '..'], [f'.. {MADE}']),
    ('/tmp/x', ['-e', '../a.yaml'], [f"../a.yaml {RELATIVE}; the host's /tmp/a.yaml is not there: "
        'mount it, --volume /tmp/a.yaml:/tmp/a.yaml, and give that path']),
])
def test_no_mount_over_a_folder_of_every_image(cwd: str, words: list[str], said: list[str]) -> None:
    look = host(['/tmp/a.yaml'], ['/tmp', '/tmp/x', '/a'])
    assert check(words, Place('dino', [], look, lambda path: None, cwd, '/home/u')) == said
