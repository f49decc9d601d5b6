"""Jobs on a real terminal: a working shell, its settings restored, and nothing left however it is left."""
from __future__ import annotations

import os
import signal
import termios
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from jobs import (
    HANDLES,
    IGNORES,
    OURS,
    SIZED,
    SLEEPS,
    STOP,
    TAO,
    child_of,
    command,
    ctrl_c,
    ended,
    gone,
    hang_up,
    on_terminal,
    pid_of,
)
from waiting import has_heard, until

if TYPE_CHECKING:
    from conftest import Docker
    from jobs import Terminal

SHELL = [TAO, *STOP, 'dino']
PROMPT = '[#$] '
pytestmark = pytest.mark.area('launch')


def settings(child: Terminal) -> list[Any]:
    return termios.tcgetattr(child.child_fd)


@pytest.mark.engine_dependent
def test_shell(each_docker: Docker) -> None:
    with on_terminal(SHELL, each_docker.env) as child:
        before = settings(child)
        child.expect(PROMPT)
        child.sendline(SIZED)
        child.expect(PROMPT)
        child.sendline('tty && stty size && echo "<$((40 + 2))>"')
        child.expect('/dev/pts/0\r\n40 200\r\n<42>\r\n')
        child.sendline('exit 7')
        assert ended(child) == 7
        assert settings(child) == before
    gone(each_docker)


def test_ctrl_c_and_ctrl_d_are_the_shells(docker: Docker) -> None:
    with on_terminal(SHELL, docker.env) as child:
        child.expect(PROMPT)
        child.sendline('sleep 600')
        (container,) = docker.containers(OURS)
        until(lambda: 'sleep 600' in docker.run('top', container).stdout)
        child.sendcontrol('c')
        child.expect(PROMPT)
        child.sendline('echo still $((1 + 1))')
        child.expect('still 2')
        child.expect(PROMPT)
        child.sendcontrol('d')
        assert ended(child) in (0, 130)
    gone(docker)


def test_no_tty(docker: Docker) -> None:
    with on_terminal([TAO, '--no-tty', 'dino', 'run', 'sh', '-c', 'tty; exit 3'], docker.env) as child:
        child.expect_exact('not a tty')
        assert ended(child) == 3


def test_errors_elsewhere_mean_no_terminal(docker: Docker) -> None:
    """With -t the job's stderr would come out on the terminal."""
    shell = f'{TAO} dino run sh -c "tty; echo wrong >&2" 2>err.log; cat err.log | sed "s/^/err.log: /"'
    with on_terminal(['sh', '-c', shell], docker.env, cwd=Path(docker.env['HOME'])) as child:
        child.expect_exact('not a tty\r\nerr.log: wrong\r\n')
        assert ended(child) == 0


def test_interactive_from_a_terminal(docker: Docker) -> None:
    """A piped output means no -t, but --interactive still reads the terminal."""
    shell = f'{TAO} --interactive dino run sh -c "echo ready; read a; echo got \\$a; tty" | cat'
    with on_terminal(['bash', '-c', shell], docker.env) as child:
        child.expect('ready')
        child.sendline('words')
        child.expect_exact('got words\r\nnot a tty\r\n')
        assert ended(child) == 0


@pytest.mark.engine_dependent
@pytest.mark.parametrize('number', [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_signal_to_a_session(each_docker: Docker, number: int) -> None:
    """bash ignores SIGTERM when it is interactive; a session that stays is ended by its second Ctrl-C."""
    with on_terminal(SHELL, each_docker.env) as child:
        before = settings(child)
        child.expect(PROMPT)
        os.kill(pid_of(child), number)
        if number == signal.SIGINT:
            until(lambda: has_heard(pid_of(child)))
            os.kill(pid_of(child), number)
        assert ended(child) >= 128
        assert settings(child) == before
    gone(each_docker)


def test_killed_client_of_a_session(each_docker: Docker) -> None:
    """It leaves the terminal raw; the launcher does not."""
    with on_terminal(SHELL, each_docker.env) as child:
        before = settings(child)
        child.expect(PROMPT)
        assert settings(child) != before
        os.kill(child_of(pid_of(child)), signal.SIGKILL)
        assert ended(child) == 137
        assert settings(child) == before
    gone(each_docker)


@pytest.mark.engine_dependent
def test_detach_keys(each_docker: Docker) -> None:
    """Leaving is no accident: the container is kept, and how to return is said."""
    with on_terminal(SHELL, {**each_docker.env, 'NO_COLOR': '1'}) as child:
        before = settings(child)
        child.expect(PROMPT)
        child.sendcontrol('p')
        child.sendcontrol('q')
        (container,) = each_docker.wait_for(OURS)
        child.expect_exact(
            f'tao: notice: detached; the job runs on. Return: tao attach {container[:12]}, '
            f'end it: tao stop {container[:12]}\r\n'
        )
        assert ended(child) == 0
        assert settings(child) == before
    assert each_docker.containers(OURS, 'status=running') == [container]
    each_docker.remove(container)


@pytest.mark.parametrize(('script', 'times'), [(HANDLES, 1), (IGNORES, 2), (SLEEPS, 1), (SLEEPS, 2)])
def test_ctrl_c_of_a_job_on_a_terminal(each_docker: Docker, script: str, times: int) -> None:
    """Without -t the terminal makes it a signal for the whole foreground."""
    with on_terminal([*command(script, '--no-tty')], each_docker.env) as child:
        before = settings(child)
        child.expect('ready')
        for _ in range(times):
            ctrl_c(child)
        assert ended(child) == (7 if script is HANDLES else 130)
        assert settings(child) == before
    gone(each_docker)


def test_ctrl_c_for_the_launcher_alone(each_docker: Docker) -> None:
    """From kill, not from the terminal, where it would be a byte for the job."""
    script = 'trap "exit 8" INT; echo ready; while :; do sleep 0.1; done'
    with on_terminal(command(script, '--tty'), each_docker.env) as child:
        child.expect('ready')
        os.kill(pid_of(child), signal.SIGINT)
        assert ended(child) == 8
    gone(each_docker)


@pytest.mark.engine_dependent
@pytest.mark.parametrize(('script', 'option'), [(SLEEPS, '--tty'), (IGNORES, '--tty'), (IGNORES, '--no-tty')])
def test_closed_terminal(each_docker: Docker, script: str, option: str) -> None:
    """A dropped connection ends the job, with -it or without."""
    with on_terminal(command(script, option), each_docker.env) as child:
        child.expect('ready')
        assert hang_up(child) >= 128
    gone(each_docker)


def test_closed_terminal_of_a_shell(each_docker: Docker) -> None:
    with on_terminal(SHELL, each_docker.env) as child:
        child.expect(PROMPT)
        assert hang_up(child) >= 128
    gone(each_docker)
