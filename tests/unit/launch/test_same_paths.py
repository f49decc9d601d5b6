"""--same_paths: host paths, absolute or relative, are those of the container too."""
from __future__ import annotations

import json
import re
import shlex
from pathlib import Path

import pytest
from support import FakeDocker, Result, mounted, tao, write_mounts

from tao_launcher.launch.same_paths import SAME, copies
from tao_launcher.settings.values import Mount


@pytest.fixture
def folders(home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home with a folder of data, mounted, which is the current one, and one of results."""
    (home / 'data' / 'specs').mkdir(parents=True)
    (home / 'data' / 'specs' / 'a.yaml').touch()
    (home / 'results').mkdir()
    write_mounts(home, {
        'Mounts': [
            {'source': '~/data', 'destination': '/data', 'mode': 'ro'},
            {'source': '~/results', 'destination': '/results'},
        ],
        'DockerOptions': {'same_paths': True},
    })
    monkeypatch.chdir(home / 'data' / 'specs')
    return home


def workdir(done: Result) -> str:
    argv = shlex.split(done.out)
    return argv[argv.index('--workdir') + 1] if '--workdir' in argv else ''


def test_every_source_and_the_current_folder(folders: Path) -> None:
    done = tao('--dry-run', 'dino', 'train', '-e', 'a.yaml', f'results_dir={folders}/results', 'x=../../results')
    assert (mounted(done), workdir(done), done.err) == ([
        f'{folders}/data:/data:ro', f'{folders}/results:/results',
        f'{folders}/data:{folders}/data:ro', f'{folders}/results:{folders}/results',
    ], f'{folders}/data/specs', '')
    assert tao('--dry-run', 'dino', 'train', '-e', 'b.yaml').err == (
        f'tao: error: spec file {folders}/data/specs/b.yaml not found\n'
        f'    on the host it is {folders}/data/specs/b.yaml\n    nearest existing folder: {folders}/data/specs\n'
        '    try: correct the path, or --no-check\n'
    )


def test_the_option_is_that_of_the_file(folders: Path) -> None:
    by_file = tao('--dry-run', 'dino', 'train')
    document = json.loads((folders / '.tao_mounts.json').read_text())
    write_mounts(folders, {'Mounts': document['Mounts']})
    assert tao('--dry-run', 'dino', 'train').out != by_file.out
    for option in ('--same_paths', '--same-paths'):
        assert tao(option, '--dry-run', 'dino', 'train') == by_file


def test_where_the_words_come_from(folders: Path) -> None:
    explained = tao('--explain', 'dino', 'train').out.splitlines()
    where = f'DockerOptions.same_paths of {folders}/.tao_mounts.json'
    found = [line.rpartition('  # ')[2] for line in explained if '# -v' in line or '--workdir' in line]
    assert found[2:] == [
        f'{where}: every source at its own path too', f'{where}: every source at its own path too',
        f'{where}: the current folder, which is below a source',
    ]
    shown = tao('--same_paths', 'config', 'show').out.splitlines()
    line = next(i for i, text in enumerate(shown) if text.startswith('same_paths'))
    assert shown[line].split() == ['same_paths', 'true', '--same_paths']
    assert shown[line + 1].split('  ')[-1].strip() == f'overridden: {where}'


def test_a_folder_that_is_set_counts_and_one_that_is_elsewhere_does_not(
    folders: Path, monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(folders)
    done = tao('--dry-run', 'dino', 'train')
    assert (workdir(done), done.err) == ('', '')
    done = tao('--same_paths', '--dry-run', 'dino', 'train')
    assert (workdir(done), done.err) == (
        '', f'tao: notice: --same_paths: the current folder {folders} is below no source, so the job does not work in '
        'it\n',
    )
    write_mounts(folders, {'DockerOptions': {'same_paths': True, 'workdir': '/w'}})
    assert (workdir(tao('--dry-run', 'dino', 'train')), tao('--dry-run', 'dino', 'train').err) == ('/w', '')


def test_a_folder_that_a_link_leads_to(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The shell's name of it is below the source as that is written."""
    (tmp_path / 'big' / 'x').mkdir(parents=True)
    (home / 'data').symlink_to(tmp_path / 'big')
    monkeypatch.chdir(home / 'data' / 'x')
    words = ('--same_paths', '--dry-run', '--volume', f'{home}/data:/d', 'dino', 'train')
    assert workdir(tao(*words, env={'PWD': f'{home}/data/x'})) == f'{home}/data/x'
    for shown in ('/', f'{home}/no', f'{tmp_path}/big/x'):
        done = tao(*words, env={'PWD': shown})
        assert (workdir(done), done.err) == (f'{home}/data/x', '')  # the container has it by that path alone
    done = tao(*words, '-e', 'a.yaml', env={'PWD': '/'})
    assert done.err.startswith(f'tao: error: spec file {home}/data/x/a.yaml not found\n')
    (home / 'other').mkdir()
    hidden = tao(*words[:-2], '--volume', f'{home}/other:{home}/data/x', *words[-2:], env={'PWD': '/'})
    assert workdir(hidden) == ''


@pytest.mark.parametrize(('mounts', 'made'), [
    ([('/a', '/x', '')], [('/a', '')]),
    ([('/a', '/x', ''), ('/a', '/y', 'ro')], [('/a', '')]),
    ([('/a', '/x', 'ro'), ('/a', '/y', 'z')], [('/a', 'z')]),
    ([('/a', '/x', 'ro'), ('/a', '/y', 'ro,z')], [('/a', 'ro')]),
    ([('/a', '/a', ''), ('/a', '/y', '')], []),
    ([('/a', '/x', ''), ('/b', '/a', '')], [('/b', '')]),
])
def test_copies(mounts: list[tuple[str, str, str]], made: list[tuple[str, str]]) -> None:
    assert copies([Mount(*each) for each in mounts]) == [Mount(path, path, mode, SAME) for path, mode in made]


def test_sources_that_cannot_be_at_their_own_path(home: Path, fake_docker: FakeDocker) -> None:
    for name in ('a', 'b'):
        (home / name).mkdir()
    volumes = ['/usr:/u', '/:/all', f'{home}/a:/x', f'{home}/b:{home}/a', '/opt:/opt']
    done = tao('--same_paths', *(f'--volume={volume}' for volume in volumes), 'dino', 'train')
    assert done == (2, '', (
        'tao: error: --same_paths: 3 mount sources cannot be at the same path in the container\n'
        "    /usr (--volume): it would hide the image's own files\n"
        "    / (--volume): it would hide the image's own files\n"
        f'    {home}/a (--volume): {home}/b is mounted there (--volume)\n'
        '    try: mount a folder below it instead, or leave this option out\n'
    ))
    assert fake_docker.calls == []


@pytest.mark.parametrize('written', ['~/data', 'data'])
def test_a_daemon_elsewhere(home: Path, written: str, monkeypatch: pytest.MonkeyPatch) -> None:
    write_mounts(home, {'Mounts': [{'source': written, 'destination': '/d'}]})
    remote = {'DOCKER_HOST': 'ssh://gpu1'}
    assert tao('--same_paths', '--dry-run', 'dino', 'train', env=remote) == (2, '', (
        'tao: error: --same_paths: 1 mount source cannot be at the same path in the container\n'
        f'    {home}/data (Mounts[0] of {home}/.tao_mounts.json): it is written as a path of this machine, and the '
        'daemon is remote: ssh://gpu1\n    try: absolute paths of that machine, or leave this option out\n'
    ))
    write_mounts(home, {})
    monkeypatch.chdir('/tmp')
    done = tao('--same_paths', '--dry-run', '--volume', '/tmp/x:/d', '--volume', '/tmp', 'dino', 'train', env=remote)
    assert (mounted(done), workdir(done)) == (['/tmp/x:/d', '/tmp:/tmp', '/tmp/x:/tmp/x'], '')
    refused = tao('--same_paths', '--dry-run', '--volume', 'x:/d', 'dino', 'train', env=remote)
    assert (refused.code, 'it is written as a path of this machine' in refused.err) == (2, True)


def test_the_checkout_of_a_runner(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(checkout / 'deep' / 'er')
    done = tao('--same_paths', '--dry-run', program='tao_tf')
    assert (mounted(done), workdir(done)) == (
        [f'{checkout}:/workspace/tao-tf1', f'{checkout}:{checkout}'], f'{checkout}/deep/er',
    )
    monkeypatch.chdir('/')
    env = {'NV_TAO_TF_TOP': str(checkout)}
    done = tao('--same_paths', '--explain', program='tao_tf', env=env)
    assert re.search('--workdir /workspace/tao-tf1 +# default of tao_tf\n', done.out)
    assert workdir(tao('--same_paths', '--dry-run', program='tao_tf', env=env)) == '/workspace/tao-tf1'


def test_on_a_cluster(folders: Path) -> None:
    script = tao('--dry-run', 'submit', 'slurm', 'dino', 'train').out
    assert f'-v {folders}/results:{folders}/results ' in script and f'--workdir {folders}/data/specs ' in script
    script = tao('--dry-run', 'submit', 'slurm', '--container', 'pyxis', 'dino', 'train').out
    assert f'{folders}/results:{folders}/results' in script
    assert f'--container-workdir={folders}/data/specs' in script
    done = tao('--dry-run=json', 'submit', 'kubernetes', '--pvc', 'mine:/results', 'dino', 'train')
    (job,) = json.loads(done.out)['items']
    container = job['spec']['template']['spec']['containers'][0]
    assert container['workingDir'] == f'{folders}/data/specs'
    assert [mount['mountPath'] for mount in container['volumeMounts']] == ['/data', f'{folders}/data', '/results']
