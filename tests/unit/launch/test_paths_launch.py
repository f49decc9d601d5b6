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


@pytest.fixture
def mounted(home: Path) -> Path:
    """A home whose folder `specs` is mounted at /workspace/specs."""
    (home / 'specs').mkdir()
    (home / 'specs/a.yaml').write_text('')
    write_mounts(home, {'Mounts': [{'source': '~/specs', 'destination': '/workspace/specs/'}]})
    return home


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


def test_behind_a_broken_link(mounted: Path, fake_docker: FakeDocker) -> None:
    """In the container it may lead somewhere."""
    (mounted / 'specs/latest').symlink_to('/workspace/specs/v2')
    done = tao('--dry-run', 'dino', 'train', '-e', '/workspace/specs/latest/a.yaml')
    assert (done.code, done.err) == (
        0, 'tao: notice: spec file /workspace/specs/latest/a.yaml: on the host it is '
        f'{mounted}/specs/latest/a.yaml, which cannot be checked\n',
    )


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
