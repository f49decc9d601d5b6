"""The path lint where it matters: in front of a launch, on real files, and on every command of the corpus."""
from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import corpus
import pytest
from support import FakeDocker, tao, write_mounts

IMAGE_FOLDERS = ('/workspace', '/data', '/specs', '/results', '/experiments', '/home', '/tao', '/models', '/raw_data')


def test_a_spec_that_is_there(mounted: Path, fake_docker: FakeDocker) -> None:
    done = tao('dino', 'train', '-e', '/workspace/specs/a.yaml')
    assert (done.code, done.err, fake_docker.argv[-1]) == (0, '', '/workspace/specs/a.yaml')


@pytest.mark.parametrize('options', [[], ['--dry-run']])
def test_a_spec_that_is_missing(mounted: Path, fake_docker: FakeDocker, options: list[str]) -> None:
    done = tao(*options, 'dino', 'train', '-e', '/workspace/specs/b/c.yaml')
    assert (done.code, done.out, fake_docker.calls) == (2, '', [])
    assert done.err == (
        'tao: error: spec file /workspace/specs/b/c.yaml not found\n'
        f'    on the host it is {mounted}/specs/b/c.yaml\n'
        f'    nearest existing folder: {mounted}/specs\n'
        '    try: correct the path, or --no-check\n'
    )


@pytest.mark.parametrize(('options', 'words', 'env'), [
    (['--no-check'], ['dino', 'train'], {}),
    ([], ['converter'], {}),
    ([], ['dino', 'run', 'cat'], {}),
    ([], ['dino', 'train'], {'DOCKER_HOST': 'ssh://gpu-server'}),
])
def test_not_looked_at(
    mounted: Path, fake_docker: FakeDocker, options: list[str], words: list[str], env: dict[str, str],
) -> None:
    done = tao(*options, '--dry-run', *words, '-e', '/workspace/specs/no.yaml', env=env)
    assert (done.code, 'not found' in done.err) == (0, False)


def test_through_a_link_that_is_broken_on_the_host_alone(mounted: Path, fake_docker: FakeDocker) -> None:
    (mounted / 'specs/latest').symlink_to('/workspace/specs/v2')
    words = ('--dry-run', 'dino', 'train', '-e', '/workspace/specs/latest/a.yaml')
    assert tao(*words).err == (
        'tao: error: spec file /workspace/specs/latest/a.yaml not found\n'
        f'    on the host it is {mounted}/specs/v2/a.yaml\n    nearest existing folder: {mounted}/specs\n'
        '    try: correct the path, or --no-check\n'
    )
    (mounted / 'specs/v2').mkdir()
    (mounted / 'specs/v2/a.yaml').touch()
    assert tao(*words).err == ''


@pytest.mark.parametrize('is_relative', [False, True])
def test_a_link_out_of_its_mount(mounted: Path, fake_docker: FakeDocker, is_relative: bool) -> None:
    (mounted / 'other').mkdir()
    (mounted / 'other/b.yaml').touch()
    (mounted / 'specs/b.yaml').symlink_to('../other/b.yaml' if is_relative else mounted / 'other/b.yaml')
    there = '/workspace/other' if is_relative else f'{mounted}/other'
    done = tao('--dry-run', 'dino', 'train', '-e', '/workspace/specs/b.yaml')
    assert (done.code, done.err) == (
        0, f'tao: notice: /workspace/specs/b.yaml is a link out of its mount, to {there}/b.yaml, which is under no '
        f'mount; mount it: --volume {mounted}/other:{there}\n',
    )
    volume = done.err.split()[-1]
    assert tao('--dry-run', '--volume', volume, 'dino', 'train', '-e', '/workspace/specs/b.yaml').err == ''


@pytest.fixture
def three(home: Path) -> Path:
    """A home with three folders, each mounted at the root of the container, and a spec file."""
    for name in ('data', 'results', 'specs'):
        (home / name).mkdir()
    (home / 'specs/dino.yaml').write_text('x')
    write_mounts(home, {
        'Mounts': [{'source': f'~/{name}', 'destination': f'/{name}'} for name in ('data', 'results', 'specs')],
        'DockerOptions': {'shm_size': '16G'},
    })
    return home


def notices(*words: str) -> list[str]:
    """What a dry run says, which goes on."""
    done = tao('--dry-run', *words)
    assert done.code == 0 and done.out.startswith('docker run '), done
    return [line.replace('tao: notice: ', '') for line in done.err.splitlines()]


def test_paths_relative_to_the_current_folder(three: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Someone stands in a folder above the sources and names what is there."""
    monkeypatch.chdir(three)
    assert notices('dino', 'train', '-e', 'specs/dino.yaml', 'results_dir=results') == [
        "specs/dino.yaml is relative to the container's working directory; "
        f"the host's {three}/specs/dino.yaml is /specs/dino.yaml there",
        "results is made in the container's working directory, and vanishes with it unless a mount is there; "
        f"the host's {three}/results is /results there",
    ]
    assert notices('dino', 'train', '-e', '/specs/dino.yaml', '-k', 'key', 'results_dir=/results', 'train.num_gpus=2',
                   'train.resume=true') == []


@pytest.fixture
def linked(three: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, Path]:
    """The same home by two paths, as on a server where /homes leads to a network file system; one stands in it."""
    homes = tmp_path / 'homes'
    homes.symlink_to(three.parent)
    linked_home = homes / three.name
    monkeypatch.setenv('HOME', str(linked_home))
    monkeypatch.chdir(linked_home)
    monkeypatch.setenv('PWD', str(linked_home))
    return three, linked_home


@pytest.mark.parametrize('sources', ['written by the link', 'written without it'])
def test_a_home_that_a_link_leads_to(linked: tuple[Path, Path], sources: str) -> None:
    """Relative, physical and logical paths are the same files, however the mounts' sources are written."""
    real, by_link = linked
    if sources == 'written without it':
        document = json.loads((real / '.tao_mounts.json').read_text())
        document['Mounts'] = [
            {**mount, 'source': mount['source'].replace('~', str(real))} for mount in document['Mounts']
        ]
        write_mounts(real, document)
    assert notices('dino', 'train', '-e', 'specs/dino.yaml', 'results_dir=results') == [
        "specs/dino.yaml is relative to the container's working directory; "
        f"the host's {real}/specs/dino.yaml is /specs/dino.yaml there",
        "results is made in the container's working directory, and vanishes with it unless a mount is there; "
        f"the host's {real}/results is /results there",
    ]
    for home in linked:
        assert notices('dino', 'train', '-e', f'{home}/specs/dino.yaml', '-r', f'{home}/results/new') == [
            f'{home}/specs/dino.yaml is a host path; in the container it is /specs/dino.yaml',
            f'{home}/results/new is under no mount: what is written there vanishes with the container; '
            f"the host's {home}/results/new is /results/new there",
        ]
        assert notices('dino', 'train', '-e', f'{home}/specs/no.yaml') == [
            f"{home}/specs/no.yaml is under no mount; the host's {home}/specs/no.yaml is /specs/no.yaml there",
        ]
    assert notices('dino', 'train', '-e', '~/specs/dino.yaml') == [
        'the task gets the "~" of ~/specs/dino.yaml as it is; only a shell would expand it; '
        f"the host's {by_link}/specs/dino.yaml is /specs/dino.yaml there",
    ]


def test_a_link_in_a_mount_that_leads_to_another_mount(linked: tuple[Path, Path]) -> None:
    real, _ = linked
    (real / 'specs' / 'latest').symlink_to(real / 'results')
    assert notices('dino', 'train', 'results_dir=/specs/latest/a') == [
        f'/specs/latest/a: /specs/latest is a link out of its mount, to {real}/results/a, which is under no mount; '
        f"the host's {real}/results/a is /results/a there",
    ]


def test_absolute_paths_of_the_host(three: Path) -> None:
    assert notices('dino', 'train', '-e', f'{three}/specs/dino.yaml', '-r', f'{three}/results') == [
        f'{three}/specs/dino.yaml is a host path; in the container it is /specs/dino.yaml',
        f'{three}/results is under no mount: what is written there vanishes with the container; '
        f"the host's {three}/results is /results there",
    ]


@pytest.mark.parametrize(('words', 'said'), [
    (['-r', '/'], '-r is the root folder of the container: was a variable not set?'),
    (['-r', '//'], '-r is the root folder of the container: was a variable not set?'),
    (['-r', ''], '-r is empty: was a variable not set?'),
    (['results_dir='], 'results_dir is empty: was a variable not set?'),
    (['results_dir=/'], 'results_dir is the root folder of the container: was a variable not set?'),
])
def test_an_unset_variable(three: Path, words: list[str], said: str) -> None:
    assert notices('-q', 'yolo_v4', 'train', '-e', '/specs/dino.yaml', *words) == []
    assert notices('--release', '6.26.3', 'yolo_v4', 'train', '-e', '/specs/dino.yaml', *words) == [said]


@pytest.mark.parametrize('word', [
    'dataset.data_split={test: test}', 'a={b: [c, {d: e}]}', "k='{x y: \"z\"}'", 'k={', 'k=[}',
])
def test_a_value_of_hydra_arrives_as_it_is(three: Path, fake_docker: FakeDocker, word: str) -> None:
    done = tao('pointpillars', 'dataset_convert', '-e', '/specs/dino.yaml', word)
    assert (done.code, done.err, fake_docker.argv[-1]) == (0, '', word)


def test_a_folder_named_as_the_subtask(three: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(three)
    (three / 'train').mkdir()
    assert notices('dino', 'train', '-e', '/specs/dino.yaml') == []


@pytest.mark.skipif(os.geteuid() != 0 or not shutil.which('setpriv'), reason='needs root and setpriv')
def test_in_a_folder_that_may_not_be_searched() -> None:
    """Another user's; the daemon, which is root, may find the file there."""
    import tao_launcher

    python = shutil.which('python3', path='/usr/bin:/bin')
    if python is None:
        pytest.skip('no python3 that another user may run')
    with tempfile.TemporaryDirectory() as name:
        os.chmod(name, 0o755)
        shutil.copytree(Path(tao_launcher.__file__).parent, f'{name}/lib/tao_launcher')
        os.mkdir(f'{name}/closed', 0o700)
        words = ['--dry-run', '--volume', f'{name}/closed:/s', 'dino', 'train', '-e', '/s/x/a.yaml']
        done = subprocess.run(
            ['setpriv', '--reuid=12345', '--regid=12345', '--clear-groups', python, '-m', 'tao_launcher', *words],
            env={'PATH': os.environ['PATH'], 'PYTHONPATH': f'{name}/lib', 'HOME': '/nonexistent'}, cwd='/',
            capture_output=True, encoding='utf-8', check=False,
        )
    assert (done.returncode, done.stderr) == (
        0, f'tao: notice: spec file /s/x/a.yaml: on the host it is {name}/closed/x/a.yaml, which cannot be checked\n',
    )


def test_quiet(mounted: Path, fake_docker: FakeDocker) -> None:
    done = tao('-q', '--dry-run', 'dino', 'train', '-e', f'{mounted}/specs/a.yaml')
    assert (done.code, done.err) == (0, '')


def test_a_host_path(mounted: Path, fake_docker: FakeDocker) -> None:
    done = tao('--dry-run', 'dino', 'train', '-e', f'{mounted}/specs/a.yaml')
    path = f'{mounted}/specs/a.yaml'
    assert (done.code, done.err) == (
        0, f'tao: notice: {path} is a host path; in the container it is /workspace/specs/a.yaml\n',
    )


def linted(line: str, checkout: Path, options: list[str]) -> str:
    """What the launcher says of a corpus line with the host looked at."""
    done, _ = corpus.run_line(line, checkout, tuple(options))
    return done.err


@pytest.mark.parametrize('mounts', [False, True], ids=['no mounts', 'mounts'])
def test_the_corpus(home: Path, tmp_path: Path, fake_docker: FakeDocker, mounts: bool) -> None:
    """Without mounts there is no error at all; with them only for what is a spec file under one."""
    (home / 'everything').mkdir()
    document = {'Mounts': [{'source': '~/everything', 'destination': folder} for folder in IMAGE_FOLDERS * mounts]}
    write_mounts(home, document)
    checkout = corpus.make_checkout(tmp_path / 'checkout')
    (checkout / 'mounts.json').write_text((home / '.tao_mounts.json').read_text().replace('~', str(home)))
    known = json.loads(corpus.REFUSED.read_text(encoding='utf-8'))['commands']
    specs = 0
    for line in corpus.launcher_lines():
        err = linted(line, checkout, ['--quiet', '--dry-run'])
        if line in known:
            continue
        lines = err.splitlines()
        if not lines or ': error: mount source' in lines[0] or ' mount source' in lines[0]:
            continue  # a --volume of the line's own, whose source is not here
        assert mounts, (line, err)
        path = lines[0].replace('tao: error: spec file ', '').replace(' not found', '')
        words = corpus.words_of(line)
        assert lines[0].startswith('tao: error: spec file ') and lines[0].endswith(' not found'), (line, err)
        assert 'converter' not in words, line
        spelled = [word for word in words if word.rstrip('/') == path or word.endswith(f'={path}')]
        assert spelled, (line, err)
        before = words[words.index(spelled[0]) - 1]
        assert before in ('-e', '--experiment_spec_file', '--experiment_spec', '--spec') or '=' in spelled[0], line
        specs += 1
    assert bool(specs) == mounts
