"""Host paths in a job: what --same_paths promises and what the notices before a launch say is what then happens."""
from __future__ import annotations

import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Iterator

import pytest
from jobs import NO_HOME, SOMEBODY, TAO

if TYPE_CHECKING:
    from conftest import Docker, Program

pytestmark = pytest.mark.area('launch')
WRITES = ('dino', 'run', 'sh', '-c', 'echo written > /results/file')


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that everybody may reach, with a spec file in it and a folder of root's."""
    made = Path(tempfile.mkdtemp()).resolve()
    made.chmod(0o755)
    (made / 'specs' / 'deep').mkdir(parents=True)
    (made / 'specs' / 'a.yaml').write_text('a: 1\n')
    (made / 'results').mkdir(mode=0o755)
    yield made
    shutil.rmtree(made)


@pytest.mark.engine_dependent
def test_host_paths_are_those_of_the_job(tao: Program, folder: Path) -> None:
    """Relative ones and absolute ones, to read and to write, named by option and by the file."""
    script = (
        'pwd; cat ../a.yaml "$1/specs/a.yaml" /s/a.yaml; echo new > "$1/results/absolute"; '
        'echo new > ../../results/relative'
    )
    (folder / 'results').chmod(0o777)  # root in the job may be another user here
    (folder / 'mounts.json').write_text(
        '{"Mounts": [{"source": "specs", "destination": "/s"}, {"source": "results", "destination": "/r"}],'
        ' "DockerOptions": {"same_paths": true}}'
    )
    for options in (['--same_paths', '--volume', '..:/s', '--volume', '../../results'],
                    ['--mounts_file', '../../mounts.json']):
        done = tao(*options, 'dino', 'run', 'sh', '-ec', script, 'sh', str(folder), cwd=folder / 'specs' / 'deep')
        assert (done.returncode, done.stdout, done.stderr) == (0, f'{folder}/specs/deep\n' + 'a: 1\n' * 3, '')
        for name in ('absolute', 'relative'):
            assert (folder / 'results' / name).read_text() == 'new\n'
            (folder / 'results' / name).unlink()


@pytest.mark.engine_dependent
def test_a_volume_without_a_destination(tao: Program, folder: Path) -> None:
    done = tao('--volume', 'specs', 'dino', 'run', 'cat', f'{folder}/specs/a.yaml', cwd=folder)
    assert (done.returncode, done.stdout, done.stderr) == (0, 'a: 1\n', '')


def launched(docker: Docker, who: list[str], folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """A job that writes to the results, of someone or of root, as 12345:12345."""
    return subprocess.run(
        [*who, TAO, *options, '--volume', f'{folder}/results:/results', *WRITES], env={**docker.env, **NO_HOME},
        cwd='/', stdin=subprocess.DEVNULL, capture_output=True, encoding='utf-8', timeout=60, check=False,
    )


@pytest.mark.engine_dependent
@pytest.mark.needs_root('the users of its containers are others here')
@pytest.mark.parametrize('is_root', [True, False])
def test_results_that_another_user_cannot_write(
    docker: Docker, socket_for_all: None, folder: Path, is_root: bool,
) -> None:
    """It is said before the job fails of it, and the command that is given mends it."""
    who, option = ([], '--user=12345:12345') if is_root else (SOMEBODY, '--run_as_user')
    said = '/results is not writable by 12345:12345, the user the job runs as; '
    done = launched(docker, who, folder, option)
    assert done.returncode != 0 and 'Permission denied' in done.stderr
    notice = next(line for line in done.stderr.splitlines() if said in line)
    mends = notice.partition(said)[2]
    assert mends.replace('sudo ', '').replace('su - -c ', '').replace("'", '') == f'chown 12345:12345 {folder}/results'
    subprocess.run(['sh', '-c', mends], check=True)  # by root, who needs no password for it
    done = launched(docker, who, folder, option)
    assert (done.returncode, said in done.stderr) == (0, False)
    assert (folder / 'results' / 'file').stat().st_uid == 12345


@pytest.mark.needs_root('the users of its containers are others here')
@pytest.mark.parametrize(('mode', 'option', 'can_write'), [
    (0o757, '--user=12345:12345', True), (0o770, '--user=12345:0', True),
    pytest.param(0o770, '--user=12345', True, marks=pytest.mark.engine_dependent),
    pytest.param(0o750, '--user=12345:0', False, marks=pytest.mark.engine_dependent),
    (0o722, '--user=12345:12345', False), (0o1777, '--user=12345:12345', True),
])
def test_what_is_said_is_what_happens(docker: Docker, folder: Path, mode: int, option: str, can_write: bool) -> None:
    (folder / 'results').chmod(mode)
    done = launched(docker, [], folder, option)
    assert (done.returncode == 0, 'is not writable' not in done.stderr) == (can_write, can_write), done.stderr


@pytest.mark.parametrize('is_relative', [pytest.param(True, marks=pytest.mark.engine_dependent), False])
def test_a_link_out_of_its_mount(tao: Program, folder: Path, is_relative: bool) -> None:
    """The option that is given makes it lead somewhere."""
    (folder / 'other').mkdir()
    (folder / 'other' / 'b.yaml').write_text('b: 2\n')
    (folder / 'specs' / 'b.yaml').symlink_to('../other/b.yaml' if is_relative else folder / 'other/b.yaml')
    volume = ('--volume', f'{folder}/specs:/in/specs')
    dry = tao('--dry-run', *volume, 'dino', 'train', '-e', '/in/specs/b.yaml')
    there = '/in/other' if is_relative else f'{folder}/other'
    assert dry.stderr == (
        f'tao: notice: /in/specs/b.yaml is a link out of its mount, to {there}/b.yaml, which is under no mount; '
        f'mount it: --volume {folder}/other:{there}\n'
    )
    words = ('dino', 'run', 'cat', '/in/specs/b.yaml')
    assert tao(*volume, *words).returncode != 0
    done = tao(*volume, *dry.stderr.split()[-2:], *words)
    assert (done.returncode, done.stdout) == (0, 'b: 2\n')


@pytest.mark.engine_dependent
@pytest.mark.needs_root('a rootless daemon has mounts of its own')
def test_a_launcher_in_a_container(docker: Docker, folder: Path) -> None:
    """It has the specs at another path than the daemon: it is told so, and then tells the daemon."""
    (folder / 'here').mkdir()
    socket = docker.env['DOCKER_HOST'][len('unix://'):]
    enter = (
        'mount -t tmpfs tmpfs /run && touch /run/.containerenv /run/docker.sock && '
        f'mount --bind "{socket}" /run/docker.sock && '
        f'mount --bind "{folder}/specs" "{folder}/here" && exec "$@"'
    )

    def launch(*options: str) -> subprocess.CompletedProcess[str]:
        words = [TAO, *options, '--volume', f'{folder}/here/deep:/d', 'dino', 'run', 'ls', '/d']
        return subprocess.run(
            ['unshare', '--mount', '--propagation', 'private', 'sh', '-c', enter, 'sh', *words],
            env={**docker.env, 'DOCKER_HOST': 'unix:///run/docker.sock'},
            stdin=subprocess.DEVNULL, capture_output=True, encoding='utf-8', timeout=60, check=False,
        )

    (folder / 'specs' / 'deep' / 'b.yaml').touch()
    done = launch()
    assert (done.returncode, done.stdout) == (0, '')  # a folder that docker has made
    assert done.stderr.startswith('tao: notice: the launcher is in a container (/')
    assert f'the daemon takes {folder}/here/deep for paths of its own machine' in done.stderr
    done = launch('--host-path', f'{folder}/here={folder}/specs')
    assert (done.returncode, done.stdout, done.stderr) == (0, 'b.yaml\n', '')
