"""The launcher inside shells, loops, pipes and makefiles."""
from __future__ import annotations

import subprocess
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from jobs import HANDLES, OURS, SLEEPS, STOP, TAO, command, ended, gone, hang_up, on_terminal
from waiting import until_idle

if TYPE_CHECKING:
    from conftest import Docker, Program

RUN = f'{TAO} {" ".join(STOP)} dino run'


def bash(script: str, docker: Docker, **more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ['bash', '-c', script], env={**docker.env, **more}, stdin=subprocess.DEVNULL, capture_output=True,
        encoding='utf-8', timeout=60, check=False,
    )


@pytest.fixture
def makefile(tmp_path: Path) -> Path:
    (tmp_path / 'Makefile').write_text(
        'all: first second\n'
        f'first:\n\t@{RUN} sh -c "echo one; $(LAST)"\n'
        f'second:\n\t@{RUN} echo two\n'
    )
    return tmp_path


@pytest.mark.parametrize('pipe', ['', ' | cat'])
@pytest.mark.parametrize('shell', [['bash', '-c'], ['bash', '--norc', '-ic']])
def test_ctrl_c_stops_a_loop(each_docker: Docker, shell: list[str], pipe: str) -> None:
    """On a terminal, where Ctrl-C is a byte for the job's own terminal, as well as off it."""
    script = f"for i in 1 2 3; do {RUN} sh -c 'echo ready; exec sleep 600'{pipe}; echo went on; done"
    with on_terminal([*shell, script], each_docker.env) as child:
        child.expect('ready')
        until_idle(child.pid)
        child.sendcontrol('c')
        assert ended(child) in (130, 1)  # an interactive bash -c gives 1
        assert 'went on' not in str(child.before)
    gone(each_docker)


def test_make_gets_the_jobs_code(docker: Docker, makefile: Path) -> None:
    done = bash(f'make -C {makefile} LAST="exit 3"', docker)
    assert done.returncode == 2
    assert 'one\n' in done.stdout and 'two\n' not in done.stdout
    assert done.stderr.endswith('first] Error 3\n')


def test_make_dry_run(docker: Docker, tao: Program, makefile: Path) -> None:
    done = bash(f'make -s -C {makefile} LAST=true', docker, TAO_DRY_RUN='1')
    lines = [
        tao(*STOP, '--dry-run', 'dino', 'run', *words).stdout
        for words in (['sh', '-c', 'echo one; true'], ['echo', 'two'])
    ]
    assert (done.returncode, done.stdout) == (0, ''.join(lines))
    assert done.stderr == 2 * 'tao: notice: TAO_DRY_RUN is set: nothing is run\n'


@pytest.mark.parametrize('pipe', ['', ' | cat'])
def test_ctrl_c_stops_make(docker: Docker, makefile: Path, pipe: str) -> None:
    with on_terminal(['bash', '-c', f'make LAST="sleep 600"{pipe}'], docker.env, cwd=makefile) as child:
        child.expect('one')
        until_idle(child.pid)
        child.sendcontrol('c')
        assert ended(child) in (2, 130)
        assert 'two' not in str(child.before)
    gone(docker)


def test_head(each_docker: Docker) -> None:
    begun = time.monotonic()
    done = bash(f'{RUN} sh -c "while :; do echo line; sleep 0.1; done" | head -n 1', each_docker)
    assert (done.returncode, done.stdout) == (0, 'line\n')
    assert time.monotonic() - begun < 60
    gone(each_docker)


def test_a_loop_keeps_its_input(docker: Docker) -> None:
    script = f"printf 'a\\nb\\n' | while read -r word; do {RUN} sh -c \"cat; echo got $word\"; done"
    done = bash(script, docker)
    assert (done.returncode, done.stdout, done.stderr) == (0, 'got a\ngot b\n', '')


def test_interactive_passes_a_pipe(docker: Docker) -> None:
    done = bash(f'printf "a\\nb" | {TAO} --interactive dino run wc -c', docker)
    assert (done.returncode, done.stdout, done.stderr) == (0, '3\n', '')


def test_nohup_survives_a_closed_terminal(docker: Docker, tmp_path: Path) -> None:
    """`nohup docker run` alone does not: its client takes the hang-up again and ends the job."""
    volume = f'--volume {tmp_path}:/results'
    job = 'echo begun > /results/begun; sleep 3; echo done > /results/done'
    with on_terminal(['bash', '--norc', '-i'], docker.env, cwd=tmp_path) as child:
        child.sendline(f"nohup {TAO} {' '.join(STOP)} {volume} dino run sh -c '{job}' > log 2>&1 &")
        wait_for(tmp_path / 'begun')
        hang_up(child)
    assert len(docker.containers(OURS)) == 1
    wait_for(tmp_path / 'done')
    gone(docker)
    assert (tmp_path / 'log').read_text().replace('nohup: ignoring input\n', '') == ''


def test_background_job_of_an_interactive_shell(docker: Docker, tmp_path: Path) -> None:
    """It neither reads the terminal, for which it would be stopped, nor takes the foreground's Ctrl-C."""
    with on_terminal(['bash', '--norc', '-i'], {**docker.env, 'PS1': '> '}, cwd=tmp_path) as child:
        child.sendline(f"{RUN} sh -c 'sleep 2; exit 5' & wait $!; echo code $?")
        child.expect_exact('code 5\r')
        child.sendline(f"{RUN} sh -c '{SLEEPS}' &")
        child.expect('ready\r')
        child.sendcontrol('c')
        child.expect('> ')
        child.sendline('jobs')
        child.expect('Running')
        child.sendline('kill %1; wait %1; echo code $?')
        child.expect_exact('code 143\r')
    gone(docker)


def test_closed_terminal_under_a_shell(docker: Docker) -> None:
    """bash passes the hang-up on to its jobs: in the foreground with a terminal of their own, and in the background."""
    with on_terminal(['bash', '--norc', '-i'], docker.env) as child:
        child.sendline(f"{RUN} sh -c '{HANDLES}' &")
        child.expect('ready\r')
        child.sendline(f"{RUN} sh -c '{SLEEPS}'")
        child.expect('ready\r')
        docker.wait_for(OURS, count=2)
        hang_up(child)
        docker.wait_for(OURS, count=0, all=True)


def wait_for(path: Path, timeout: float = 60) -> None:
    deadline = time.monotonic() + timeout
    while not path.exists():
        assert time.monotonic() < deadline, f'no {path} within {timeout} s'
        time.sleep(0.05)


def test_killed_launcher_is_found_by_its_labels(docker: Docker) -> None:
    """Nobody can clean up after SIGKILL; the job runs on to its end and is gone then."""
    running = subprocess.Popen(
        command('sleep 2'), env=docker.env, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
    )
    (container,) = docker.wait_for(OURS)
    running.kill()
    running.wait(60)
    assert docker.inspect(container)['Config']['Labels']['tao.job'] == 'model/dino/run'
    docker.wait_for(OURS, count=0, all=True)
