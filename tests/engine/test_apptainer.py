"""Jobs with a real Apptainer, which another user than root starts; without user namespaces here, its option parser."""
from __future__ import annotations

import json
import os
import shlex
import signal
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Iterator

import air_gap
import notebook
import pexpect
import pytest
from air_gap import NETNS, STAND_IN
from conftest import SCRIPTS, Docker
from jobs import SOMEBODY
from waiting import until

from tao_launcher.engine import family

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from air_gap import Registry

pytestmark = [pytest.mark.area('launch'), pytest.mark.engine_dependent]
ROOT = os.environ.get('TAO_TEST_APPTAINER', '')
ENTER = [str(Path(__file__).parents[1] / 'engine_root'), 'enter', ROOT]
# As root, in the mount namespace of its own: a user has to be known.
NAME = 'mount --bind "$0" /etc/passwd && exec "$@"'
LASTS = (
    'trap "echo told >>/data/told" TERM; sleep 1234 & echo started >/data/started; '
    'while ! [ -e /data/told ]; do sleep 0.05; done; sleep 0.5; exit 7'
)
ODD = 'two "words"`, $HOME\n\\ and a line\'s end '


class Somebody:
    """A user with a home, an image, and a folder for data."""

    def __init__(self, home: Path, image: Path) -> None:
        self.home, self.image = home, image
        self.data = home / 'data'
        self.data.mkdir(parents=True)
        for path in (home, self.data):
            os.chown(path, 12345, 12345)
        names = home / 'passwd'
        names.write_text(f'{Path("/etc/passwd").read_text()}somebody:x:12345:12345::{home}:/bin/sh\n')
        self.enter = [*ENTER, 'sh', '-c', NAME, str(names), *SOMEBODY]
        self.env = {
            'PATH': f'{SCRIPTS}:/usr/bin:/bin', 'HOME': str(home), 'TMPDIR': str(home), 'LANG': 'C.UTF-8',
            'TAO_ENGINE': 'apptainer', 'PYTHONDONTWRITEBYTECODE': '1',
        }

    def run(
        self, *words: str, env: Mapping[str, str] | None = None, within: tuple[str, ...] = (),
    ) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*within, *self.enter, *words], env={**self.env, **(env or {})}, stdin=subprocess.DEVNULL,
            capture_output=True, encoding='utf-8', timeout=120, cwd=self.home,
        )

    def words(self, *options: str, script: str) -> list[str]:
        mount = ['--volume', f'{self.data}:/data']
        return ['tao', '--quiet', '--image', str(self.image), *mount, *options, 'dino', 'run', 'sh', '-c', script]


@pytest.fixture(scope='module')
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The stand-in image as a folder."""
    if not ROOT:
        pytest.skip("Debian's apptainer is not here: start these with tests/run")
    folder = tmp_path_factory.mktemp('image')
    docker = Docker(Path('/usr/bin/docker'), folder / 'docker')
    container = docker.run('create', STAND_IN).stdout.strip()
    docker.run('export', '--output', str(folder / 'root.tar'), container)
    docker.run('rm', container)
    sandbox = folder / 'tao'
    sandbox.mkdir()
    subprocess.run(['tar', '-x', '-f', folder / 'root.tar', '-C', sandbox], check=True)
    for path in (folder, folder.parent, folder.parent.parent):
        path.chmod(0o755)
    return sandbox


@pytest.fixture
def parser(sandbox: Path, tmp_path: Path) -> Somebody:
    for path in (tmp_path, *tmp_path.parents[:2]):
        path.chmod(0o755)
    return Somebody(tmp_path / 'home', sandbox)


@pytest.fixture
def somebody(parser: Somebody) -> Iterator[Somebody]:
    """One whose containers start; nothing of them is left in the folder for temporary ones."""
    done = parser.run('apptainer', 'exec', str(parser.image), 'true')
    if done.returncode:
        pytest.skip(f'no containers of Apptainer here: {done.stderr.strip().splitlines()[-1]}')
    yield parser
    assert [path.name for path in parser.home.iterdir() if path.name.startswith('tmp')] == []


def test_every_option_is_known_to_it(parser: Somebody) -> None:
    """Its own parser comes to the image, which is not there."""
    options = [
        '--gpus=0', '--volume=/tmp:/a:ro', '--workdir=/w', '--hostname=h', '--memory=1G', '--cpus=2', '--env=A=1',
        '--no-check', '--image=/nosuch.sif',
    ]
    (parser.home / '.tao_mounts.json').write_text(json.dumps({
        'Mounts': [{'source': '/tmp', 'destination': '/a:b,"c'}], 'DockerOptions': {'init': False},
    }))
    printed = parser.run('tao', '--dry-run', *options, 'dino', 'train')
    assert printed.returncode == 0
    done = parser.run(*shlex.split(printed.stdout))
    assert '/nosuch.sif' in done.stderr and 'Usage' not in done.stderr + done.stdout


def test_the_dry_run_is_what_is_run(somebody: Somebody) -> None:
    """And what a job gets: words, variables, mounts, GPUs, its own home and /tmp; its exit code comes back."""
    (somebody.data / 'there').touch()
    options = [
        '--env', f'ODD={ODD}', '--env', 'EMPTY=', '--env', 'HOME=/data', '--env', 'a.b=c', '--gpus', '1,0',
        '--volume', f'{somebody.home}/data:/read only, too:ro', '--workdir', '/data',
    ]
    script = (
        'printf "%s|" "$ODD" "${EMPTY-unset}" "$HOME" "${MINE-unset}" "$CUDA_VISIBLE_DEVICES" "$(id -u)" "$PWD" '
        '"$(ls)"; tr "\\0" "\\n" <"/proc/$$/environ" | grep ^a.b; '
        f'ls -d {somebody.image} /etc/shadow 2>/dev/null; '
        'touch /made /tmp/made made && ! touch "/read only, too/x" 2>&1; exit 42'
    )
    words = somebody.words(*options, script=script)
    done = somebody.run(*words, env={'MINE': 'm'})
    assert done.returncode == 42, done.stderr
    assert done.stdout.startswith(f'{ODD}||/data|unset|1,0|12345|/data|there|a.b=c\n')
    assert len(done.stdout.splitlines()) == 3  # and no file of this machine is seen
    assert 'Read-only file system' in done.stdout and (somebody.data / 'made').exists()
    (somebody.data / 'made').unlink()
    printed = somebody.run(words[0], '--dry-run', *words[1:])
    pasted = somebody.run('sh', '-c', printed.stdout, env={'MINE': 'm'})
    assert (pasted.returncode, pasted.stdout) == (42, done.stdout)


def test_secrets_are_seen_nowhere(somebody: Somebody) -> None:
    script = 'echo "$A_TOKEN" >/data/got; while ! [ -e /data/go ]; do sleep 0.05; done'
    (somebody.home / '.tao_mounts.json').write_text('{"Envs": [{"variable": "A_TOKEN", "value": "s3cr3t"}]}')
    started = subprocess.Popen([*somebody.enter, *somebody.words(script=script)], env=somebody.env)
    try:
        until(lambda: (somebody.data / 'got').exists() and (somebody.data / 'got').read_text() == 's3cr3t\n')
        seen = b''.join(Path(f'/proc/{pid}/cmdline').read_bytes() for pid in family.descendants(os.getpid()))
        assert b'A_TOKEN' in seen and b's3cr3t' not in seen
    finally:
        (somebody.data / 'go').touch()
        assert started.wait(60) == 0


def test_a_signal(somebody: Somebody) -> None:
    """The job is told once, and what it has started in the background ends with it."""
    started = subprocess.Popen([*somebody.enter, *somebody.words(script=LASTS)], env=somebody.env)
    until(lambda: (somebody.data / 'started').exists())
    running = family.descendants(started.pid)
    started.terminate()
    assert started.wait(60) == 7
    assert (somebody.data / 'told').read_text() == 'told\n'
    assert len(running) > 2 and not any(map(family.is_alive, running.items()))


def told_on_a_terminal(somebody: Somebody, script: str) -> tuple[int | None, dict[int, str]]:
    """The exit code of a launch on a terminal that gets TERM once its job has begun, and what was running then."""
    words = somebody.words('--gpus', 'none', '--stop-timeout', '1', script=script)
    shell = pexpect.spawn(somebody.enter[0], [*somebody.enter[1:], *words], env=somebody.env, timeout=60)
    until(lambda: (somebody.data / 'started').exists())
    running = family.descendants(shell.pid or 0)
    shell.kill(signal.SIGTERM)
    shell.expect(pexpect.EOF)
    shell.close()
    return shell.exitstatus, running


def test_a_signal_of_a_job_on_a_terminal(somebody: Somebody) -> None:
    """There the program itself passes none on; one that does not end of it is killed, and nothing of it is left."""
    code, running = told_on_a_terminal(somebody, LASTS)
    assert code == 7 and (somebody.data / 'told').read_text() == 'told\n'
    assert len(running) > 2 and not any(map(family.is_alive, running.items()))


def test_a_job_on_a_terminal_that_does_not_stop(somebody: Somebody) -> None:
    script = 'trap "" TERM; echo started >/data/started; while :; do sleep 0.1; done'
    code, running = told_on_a_terminal(somebody, script)
    assert code == 137 and not any(map(family.is_alive, running.items()))


@pytest.mark.parametrize(('words', 'code', 'error'), [
    (['nosuch'], 127, 'nosuch: no such program in '), (['/etc/passwd'], 126, '/etc/passwd is not executable in '),
    (['sh', '-c', 'exit 255'], 255, ''), (['sh', '-c', 'kill -9 $$'], 137, ''),
])
def test_exit_codes(words: list[str], code: int, error: str, somebody: Somebody) -> None:
    done = somebody.run('tao', '--quiet', '--image', str(somebody.image), 'dino', 'run', *words)
    told = [line for line in done.stderr.splitlines() if line.startswith('tao: ')]
    assert (done.returncode, len(told)) == (code, bool(error))
    assert all(line.startswith(f'tao: error: {error}') for line in told)


def test_an_image_of_a_registry_and_in_a_file(
    somebody: Somebody, docker: Docker, registry: Registry, printed_argv: Callable[[str], list[str]],
) -> None:
    """The same notebook as with docker; its image stays in the cache, by its digest also without the registry."""
    by_digest = air_gap.publish(docker, 'nvidia/tao/tao-toolkit:7.1.0-pyt', registry)
    notebook.furnish(somebody.home)
    within = ('ip', 'netns', 'exec', NETNS)
    env = {**somebody.env, 'OVERRIDE_REGISTRY': registry.host, 'APPTAINER_NOHTTPS': '1'}
    _, *printed = notebook.outputs(notebook.CELLS, env, str(somebody.home), [*within, *somebody.enter])
    assert [printed_argv(text) for text in printed] == notebook.WORDS, printed
    registry.cut()
    words = ['tao', '--quiet', '--no-check', '--pull', 'never', '--image', by_digest, 'dino', 'train', 'a b']
    done = somebody.run(*words, env=env, within=within)
    assert (done.returncode, printed_argv(done.stdout)) == (0, ['dino', 'train', 'a b']), done.stderr
    (cached,) = (somebody.home / '.apptainer/cache/oci-tmp').iterdir()
    (somebody.home / 'tao.sif').symlink_to(cached)
    done = somebody.run('tao', '--quiet', '--image', f'{somebody.home}/tao.sif', 'dino', 'run', 'sh', '-c', 'exit 3')
    assert done.returncode == 3
