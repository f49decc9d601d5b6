"""What the engine tests share: jobs of a known kind, launchers in the background, and terminals."""
from __future__ import annotations

import os
import re
import select
import signal
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Iterator, Mapping, Optional

import pexpect
from waiting import PATIENCE, command_lines, has_heard, until

if TYPE_CHECKING:
    from conftest import Docker

    Terminal = pexpect.spawn[str]

IMAGE = 'nvcr.io/nvidia/tao/tao-toolkit:7.1.0-pyt'
OURS = 'label=tao.plan'
SCRIPTS = Path(sys.executable).parent
TAO = str(SCRIPTS / 'tao')
STOP = ['--stop-timeout', '2']
STOP_SOON = ['--stop-timeout', '1']  # for a job that uses its time up
WAITS = ('wait', 'events')  # a client called with one of these waits for a job's end
# Another user, who may look through closed folders (where an interpreter may stand) but write to nobody's files.
NO_HOME = {'HOME': '/', 'TAO_HISTORY': 'off'}  # of SOMEBODY, who may write nothing there
SOMEBODY = [
    'setpriv', '--reuid=12345', '--regid=12345', '--clear-groups', '--inh-caps=+dac_read_search',
    '--ambient-caps=+dac_read_search',
]

# Three kinds of job; each says "ready" first.
HANDLES = 'trap "exit 7" INT TERM HUP QUIT; echo ready; while :; do sleep 0.1; done'
IGNORES = 'trap "" INT TERM HUP QUIT; echo ready; while :; do sleep 0.1; done'
SLEEPS = 'echo ready; exec sleep 600'

# A training as TAO's tasks tell of it in their status.json: 37 of 80 epochs, and then what a test wants.
TRAINING = """#!/bin/sh
file=${0%/*}/train/status.json
write() {
    at="\\"date\\": \\"$(date +%-m/%-d/%Y)\\", \\"time\\": \\"$(date +%-H:%-M:%-S)\\""
    echo "{$at, \\"verbosity\\": \\"INFO\\", $1}" >>"$file"
}
mkdir -p "${file%/*}"
write '"status": "STARTED", "message": "Starting DINO train."'
for epoch in $(seq 0 36); do
    left=$(((79 - epoch) * 270))
    counts="\\"epoch\\": $epoch, \\"max_epoch\\": 79, \\"step\\": $((epoch * 50 + 50))"
    times="\\"time_per_epoch\\": \\"0:04:30\\", \\"eta\\": \\"$((left / 3600)):$((left / 60 % 60)):00\\""
    write "\\"status\\": \\"RUNNING\\", $counts, $times"
done
fail() {
    write "\\"status\\": \\"FAILURE\\", \\"message\\": \\"$1\\""
    exit "$2"
}
"""
FAILS = """fail "Configuration error: Key 'num_epoch' not in 'TrainConfig'" 1\n"""


def stand_in(results: Path, then: str) -> None:
    """Let tasks with this results folder, as results_dir=…, be a training that ends with the shell's words `then`."""
    program = results / '.stand_in'
    program.write_text(TRAINING + then)
    program.chmod(0o755)
    results.chmod(0o777)


def command(script: str, *options: str) -> list[str]:
    """The launcher's words for a job that is a shell script."""
    stop = STOP_SOON if script == IGNORES else STOP
    return [TAO, *stop, *options, 'dino', 'run', 'sh', '-c', script]


class Running:
    """A launcher in the background, its output as it comes."""

    def __init__(self, argv: list[str], env: Mapping[str, str], **more: Any) -> None:
        streams = {'stdin': subprocess.DEVNULL, 'stdout': subprocess.PIPE, 'stderr': subprocess.PIPE}
        self.process = subprocess.Popen(argv, env=env, bufsize=0, **{**streams, **more})
        self.out = self.told = b''

    def wait_for(self, text: str) -> None:
        """Wait until the job has said `text`, a regular expression."""
        while not re.search(text.encode(), self.out):
            self.out += self.read(self.process.stdout, text)

    def wait_for_error(self, text: str) -> None:
        """Wait until stderr has `text`, a regular expression."""
        while not re.search(text.encode(), self.told):
            self.told += self.read(self.process.stderr, text)

    def read(self, stream: Any, text: str) -> bytes:
        ready, _, _ = select.select([stream], [], [], PATIENCE)
        assert ready, f'no "{text}" within {PATIENCE} s, only {self.out!r} {self.told!r}'
        read = os.read(stream.fileno(), 4096)
        assert read, f'it ended without "{text}": {self.out!r} {self.rest()}'
        return read

    @property
    def client(self) -> int:
        """The process id of the docker client."""
        return child_of(self.process.pid)

    def send(self, *numbers: int) -> None:
        """Send signals to the launcher alone, one after the other."""
        for number in numbers:
            self.process.send_signal(number)
            until(lambda: has_heard(self.process.pid))

    def rest(self) -> str:
        """What it said on stderr, once it has ended."""
        out, err = self.process.communicate(timeout=PATIENCE)
        self.out += out or b''
        return (self.told + (err or b'')).decode()

    def code(self) -> int:
        """The exit code as a shell sees it."""
        self.err = self.rest()
        return shell_code(self.process.returncode)


@contextmanager
def launched(argv: list[str], env: Mapping[str, str], **more: Any) -> Iterator[Running]:
    """A launcher in the background; killed if the test does not end it."""
    running = Running(argv, env, **more)
    try:
        yield running
    finally:
        if running.process.poll() is None:
            running.process.kill()
            running.process.wait(60)
        for stream in (running.process.stdout, running.process.stderr):
            if stream:
                stream.close()


@contextmanager
def on_terminal(
    argv: list[str], env: Mapping[str, str], cwd: Optional[Path] = None,
) -> Iterator[Any]:
    """A program on a terminal of its own, which is closed at the end.

    Not of type Terminal: `before` and `match` would be all that they may be before something matched.
    """
    child = pexpect.spawn(
        argv[0], argv[1:], env=dict(env), cwd=cwd and str(cwd), timeout=PATIENCE, encoding='utf-8',
        dimensions=(40, 200),
    )
    child.delaybeforesend = None
    inner(child).delayafterclose = inner(child).delayafterterminate = 0.05
    try:
        yield child
    finally:
        child.close(force=True)


def inner(child: Any) -> Any:
    """The ptyprocess of a program on a terminal, which pexpect's types leave out."""
    return child.ptyproc


def hang_up(child: Terminal) -> int:
    """Close the terminal under a program, as a dropped connection does; its exit code."""
    inner(child).fileobj.close()
    child.closed = inner(child).closed = True
    until(lambda: not child.isalive(), 'it ends after its terminal was closed')
    return code_of(child)


def ended(child: Terminal) -> int:
    """The exit code of a program on a terminal, as a shell sees it, once it has ended."""
    child.expect(pexpect.EOF)
    child.wait()
    return code_of(child)


def code_of(child: Terminal) -> int:
    """The exit code of an ended program as a shell sees it."""
    code = child.exitstatus if child.signalstatus is None else -child.signalstatus
    assert code is not None
    return shell_code(code)


def pid_of(child: Terminal) -> int:
    """The process id of the program on a terminal."""
    assert child.pid is not None
    return child.pid


def shell_code(code: int) -> int:
    """subprocess writes death by a signal as a negative code, a shell as 128 and more."""
    return code if code >= 0 else 128 - code


def child_of(pid: int) -> int:
    """The one child of a process."""
    children: list[str] = until(
        lambda: Path(f'/proc/{pid}/task/{pid}/children').read_text().split(), f'process {pid} has a child',
    )
    return int(children[0])


def until_it_asks(pid: int, *verbs: str) -> None:
    """Wait until a launcher has a client of the engine that was called with one of these verbs."""
    until(lambda: any({*verbs} & {*words[:3]} for words in command_lines(pid)[1:]), f'a client with {verbs}')


# For a shell on a terminal: docker sizes it a moment after the shell began.
SIZED = 'until stty size >/dev/null 2>&1; do sleep 0.1; done'


def ctrl_c(child: Terminal) -> None:
    """Press Ctrl-C, and wait until the terminal has made it a signal and the program has heard it."""
    child.sendcontrol('c')
    child.expect_exact('^C')
    until(lambda: has_heard(pid_of(child)))


def until_raw(child: Terminal) -> None:
    """Wait until a terminal passes every key on, as a session on it has it."""
    child.waitnoecho(PATIENCE)  # pexpect's types have it return nothing
    assert not inner(child).getecho()


def gone(docker: Docker) -> None:
    """No container of the launcher's is left; docker lists one for a moment while it removes it."""
    docker.wait_for(OURS, count=0, all=True)


def kill_client(running: Running) -> None:
    """Kill the docker client, as the kernel does when memory is short."""
    os.kill(running.client, signal.SIGKILL)
