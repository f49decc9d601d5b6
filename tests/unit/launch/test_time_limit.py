"""A job that has had its time is told to stop, and ended if it does not; the code is 124 then."""
from __future__ import annotations

import subprocess
import time
from pathlib import Path

import pytest
from engine_answers import Engine
from recorded import Recorded
from support import command, tao, write_mounts

# A job that ends by itself, at a SIGTERM, or never: its container is the client.
JOB = '''#!/bin/sh
folder=${0%/*}
[ "$1" = run ] || exec "$folder/answers" "$@"
exec 2>/dev/null
trap 'echo TERM >>"$folder/signals"; KIND' TERM
while :; do sleep 0.02; done
'''


@pytest.fixture
def job(engine: Engine) -> Engine:
    (engine.folder / 'docker').rename(engine.folder / 'answers')
    return engine


def run(job: Engine, kind: str, *options: str) -> tuple[int, str, float]:
    (job.folder / 'docker').write_text(JOB.replace('KIND', kind))
    (job.folder / 'docker').chmod(0o755)
    begun = time.monotonic()
    done = subprocess.run([*command(), *options, 'dino', 'train'], stdin=subprocess.DEVNULL, capture_output=True,
                          encoding='utf-8', timeout=60, check=False)
    return done.returncode, done.stderr, time.monotonic() - begun


SAID = 'tao: the job has had its 1s (--timeout) and is told to stop\n'


@pytest.mark.parametrize('kind', ['exit 0', 'exit 7', 'exit 143'])
def test_a_job_that_obeys(job: Engine, kind: str) -> None:
    code, err, seconds = run(job, kind, '--timeout', '1s')
    assert (code, err) == (124, SAID)
    assert 1 <= seconds < 20
    assert (job.folder / 'signals').read_text() == 'TERM\n'


def test_a_job_that_does_not(job: Engine) -> None:
    """Its client is ended with it."""
    code, err, seconds = run(job, ':', '--timeout', '1s', '--stop-timeout', '1')
    assert (code, err) == (124, SAID)
    assert 2 <= seconds < 25


def test_its_limit_may_be_of_the_environment(job: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv('TAO_TIMEOUT', '1s')
    code, err, _ = run(job, 'exit 0')
    assert (code, err) == (124, SAID.replace('--timeout', 'TAO_TIMEOUT'))


@pytest.mark.parametrize('own', [0, 3, 124])
def test_a_job_that_ends_before(job: Engine, own: int) -> None:
    (job.folder / 'docker').write_text(f'#!/bin/sh\n[ "$1" = run ] || exec "${{0%/*}}/answers" "$@"\nexit {own}\n')
    (job.folder / 'docker').chmod(0o755)
    done = tao('--timeout', '1h', 'dino', 'train')
    assert (done.code, done.err) == (own, '')


def test_a_time_of_years_is_waited_for(recorded: Recorded) -> None:
    """The kernel waits for 24 days at most."""
    done = tao('--timeout', '900d', 'dino', 'train')
    assert (done.code, done.err) == (0, '')


def test_the_history_knows(job: Engine, home: Path) -> None:
    (job.folder / 'docker').write_text(JOB.replace('KIND', 'exit 0'))
    (job.folder / 'docker').chmod(0o755)
    assert tao('--timeout', '1s', 'dino', 'train', env={'TAO_HISTORY': str(home / 'h')}).code == 124
    assert '"how":"timeout"' in (home / 'h').read_text() and '"code":124' in (home / 'h').read_text()


@pytest.mark.parametrize('form', ['', '=pretty', '=json'])
@pytest.mark.parametrize(('words', 'env', 'source'), [
    (['--timeout', '1h'], {}, '--timeout'), ([], {'TAO_TIMEOUT': '1h'}, 'TAO_TIMEOUT'),
    (['--timeout', '1h', '--engine', 'apptainer', '--gpus', 'none'], {}, '--timeout'),
])
def test_a_printed_line_has_no_limit(words: list[str], env: dict[str, str], source: str, form: str) -> None:
    """It is the launcher that ends the job; a dry run's command alone goes on."""
    dry = ('--no-check', f'--dry-run{form}', 'dino', 'train')
    said = f'tao: notice: {source}: the launcher ends the job after 1h; the printed command has no such limit\n'
    limited = tao(*words, *dry, env=env)
    assert (limited.code, said in limited.err) == (0, True)
    assert tao(*words, '--quiet', *dry, env=env).err == ''
    assert 'limit' not in tao(*[word for word in words if word not in ('--timeout', '1h')], *dry).err


@pytest.mark.parametrize(('words', 'env', 'source'), [
    (['--timeout', '1h'], {}, '--timeout'), ([], {'TAO_TIMEOUT': '1h'}, 'TAO_TIMEOUT'),
])
def test_a_detached_job_has_nobody_to_end_it(words: list[str], env: dict[str, str], source: str) -> None:
    done = tao(*words, '--detach', 'dino', 'train', env=env)
    assert (done.code, done.out) == (2, '')
    assert done.err.startswith(f'tao: error: {source}: a detached job has no launcher that could end it')


def test_a_cluster(home: Path) -> None:
    write_mounts(home, {})
    done = tao('--timeout', '1d12h', 'submit', 'slurm', '--dry-run', 'dino', 'train')
    assert done.code == 0 and '#SBATCH --time=1-12:00:00\n' in done.out
    done = tao('--timeout', '1h', 'submit', 'slurm', '--time', '10', '--dry-run', 'dino', 'train')
    assert (done.code, done.err) == (2, 'tao: error: --timeout and --time cannot be combined\n')
    done = tao('submit', 'slurm', '--time', '10', '--dry-run', 'dino', 'train', env={'TAO_TIMEOUT': '1h'})
    assert '#SBATCH --time=10\n' in done.out and 'limit' not in done.err
    done = tao('--timeout', '1h', 'submit', 'kubernetes', '--dry-run', 'dino', 'train')
    assert (done.code, done.err) == (
        2, 'tao: error: --timeout: submit kubernetes cannot limit the time of a job\n',
    )
