"""Podman without root, for a user of this machine: where the kernel and newuidmap let it run at all."""
from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Iterator

import pytest
from conftest import CLIENTS, SCRIPTS, Docker
from jobs import HANDLES, SLEEPS, launched
from podman_host import IMAGES, podman_host
from waiting import until_idle

if TYPE_CHECKING:
    from podman_host import Host

TAO = str(SCRIPTS / 'tao')
ID = 'id -u; id -g; echo "$HOME $USER"; echo > /out/file; stat -c %u:%g /out/file'
pytestmark = [pytest.mark.area('launch'), pytest.mark.engine_dependent]


@pytest.fixture(scope='module')
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Host]:
    with podman_host(Docker(CLIENTS[0], tmp_path_factory.mktemp('source')), user=True) as found:
        tried = found.ready
        if tried.returncode == 0:
            tried = found.run('run', '--rm', IMAGES[0], 'true', check=False)
        if tried.returncode:
            pytest.skip(f'podman does not run without root here: {tried.stderr.strip()[-300:]}')
        yield found


@pytest.fixture
def ann(place: Host) -> Iterator[list[str]]:
    """The words that make a command ann's, in her home folder. No test may leave a container."""
    yield [*place.inside, 'env', f'PATH={place.path.parent}:/usr/bin:/bin']
    left = place.run('ps', '--all', '--quiet').stdout
    place.run('rm', '--all', '--force', '--time=0')
    assert not left


@pytest.fixture
def out(place: Host) -> Path:
    """A folder of ann's, empty."""
    folder = place.folder / 'home' / 'out'
    folder.mkdir(exist_ok=True)
    os.chown(folder, 12345, 12345)
    for path in folder.iterdir():
        path.unlink()
    return folder


def run(words: list[str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        words, stdin=subprocess.DEVNULL, capture_output=True, encoding='utf-8', timeout=60, check=False, cwd='/',
    )


@pytest.mark.area('exit codes')
@pytest.mark.parametrize('code', [0, 42, 137])
def test_exit_codes(ann: list[str], code: int) -> None:
    done = run([*ann, TAO, 'dino', 'run', 'sh', '-c', f'echo out; exit {code}'])
    assert (done.returncode, done.stdout) == (code, 'out\n')


@pytest.mark.parametrize(('options', 'said', 'owner'), [
    # the caller inside as outside
    (['--run_as_user'], '12345\n12345\n/tmp ann\n12345:12345\n', (12345, 12345)),
    (['--user', '12345:12345'], '12345\n12345\n/tmp ann\n12345:12345\n', (12345, 12345)),
    # root inside is the caller outside
    ([], '0\n0\n/root \n0:0\n', (12345, 12345)),
])
def test_files_belong_to_the_caller(
    ann: list[str], out: Path, options: list[str], said: str, owner: tuple[int, int],
) -> None:
    done = run([*ann, TAO, *options, '--volume', f'{out}:/out', 'dino', 'run', 'sh', '-c', ID])
    assert (done.returncode, done.stdout, done.stderr) == (0, said, '')
    found = (out / 'file').stat()
    assert (found.st_uid, found.st_gid) == owner


def test_a_dry_run_is_what_runs(ann: list[str], out: Path) -> None:
    words = ['--run_as_user', '--volume', f'{out}:/out', 'dino', 'run', 'sh', '-c', ID]
    printed = run([*ann, TAO, '--dry-run', *words])
    assert ' --userns=keep-id ' in printed.stdout and ' --user ' not in printed.stdout
    pasted = run([*ann, 'bash', '-c', printed.stdout])
    assert (pasted.returncode, pasted.stdout) == (0, run([*ann, TAO, *words]).stdout)


@pytest.mark.area('signals')
@pytest.mark.parametrize(('script', 'number', 'code'), [(HANDLES, 15, 7), (HANDLES, 2, 7), (SLEEPS, 2, 130)])
def test_signals(ann: list[str], script: str, number: int, code: int) -> None:
    argv = [*ann, TAO, '--stop-timeout', '2', '--run_as_user', 'dino', 'run', 'sh', '-c', script]
    with launched(argv, {'PATH': os.environ['PATH']}, cwd='/') as job:
        job.wait_for('ready')
        until_idle(job.process.pid)  # podman passes signals on from a moment after its job began, and shows nobody when
        job.send(number)
        assert (job.code(), job.err) == (code, '')


@pytest.mark.area('jobs')
def test_jobs(ann: list[str]) -> None:
    started = run([*ann, TAO, '--detach', '--run_as_user', '--name', 'night', 'dino', 'run', 'sleep', '600'])
    assert (started.returncode, started.stderr) == (0, '')
    assert run([*ann, TAO, 'list', '--format', 'ids']).stdout == started.stdout
    assert run([*ann, TAO, 'exec', 'night', 'id', '-u']).stdout == '12345\n'
    assert run([*ann, TAO, 'stop', 'night']).stdout == started.stdout
    assert run([*ann, TAO, 'wait', 'night']).returncode == 143
    assert run([*ann, TAO, 'clean']).stdout == started.stdout


@pytest.mark.area('diagnosis')
def test_a_limit_above_the_callers(ann: list[str]) -> None:
    """Half of all mounts files raise memlock, which nobody but root may."""
    done = run([*ann, TAO, '--ulimit', 'memlock=99999999999', 'dino', 'run', 'true'])
    assert done.returncode == 126
    assert done.stderr.endswith(
        'tao: error: if podman said "setting rlimit" or "setrlimit": it is not allowed to raise these limits here '
        '(memlock)\n    try: leave them out of DockerOptions.ulimits (or --ulimit)\n'
    )


@pytest.mark.area('diagnosis')
def test_doctor(ann: list[str]) -> None:
    done = run([*ann, TAO, 'doctor', '--all'])
    assert done.returncode == 0
    assert ' podman is rootless: root in the container is you; memlock cannot be raised\n' in done.stdout
