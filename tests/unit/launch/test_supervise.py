"""A launch that is ended by signals: what the client gets, what the engine is asked, and what is left (nothing)."""
from __future__ import annotations

import os
import signal
import subprocess
import time

import pytest
from engine_answers import Engine, ids
from support import command
from waiting import has_heard, until

(A,) = ids(1)
# A client that writes down the signals it gets; once it was removed the container is gone.
CLIENT = '''#!/bin/sh
folder=${0%/*}
[ "$1" != rm ] || : >"$folder/ps.out"
[ "$1" = run ] || exec "$folder/answers" "$@"
got() {
    echo "$1" >>"$folder/signals"
    [ ! -e "$folder/is-gone" ] || : >"$folder/ps.out"
    [ ! -e "$folder/ends" ] || exit 130
}
for name in INT TERM HUP; do trap "got $name" "$name"; done
echo "$TAO_LAUNCH_ID" >"$folder/id"
while :; do sleep 0.1; echo >>"$folder/beats"; done
'''


class Run:
    """A launch whose client runs until it is told otherwise."""

    def __init__(self, engine: Engine, *options: str) -> None:
        self.engine = engine
        (engine.folder / 'docker').rename(engine.folder / 'answers')
        (engine.folder / 'docker').write_text(CLIENT)
        (engine.folder / 'docker').chmod(0o755)
        self.process = subprocess.Popen(
            [*command(), *options, 'dino', 'train'], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, encoding='utf-8',
        )
        until(lambda: self.read('id'))
        environment = f'["TAO_LAUNCH_ID={self.read("id").strip()}"]'
        engine.answers('ps', f'{A}\n')
        engine.answers('inspect', f'{A} running "2026-01-31T10:20:30Z" {environment}\n')

    def read(self, name: str) -> str:
        path = self.engine.folder / name
        return path.read_text() if path.exists() else ''

    def send(self, number: int) -> None:
        before = self.read('signals')
        self.process.send_signal(number)
        until(lambda: self.read('signals') != before)

    def beats(self) -> None:
        """Wait until the launcher has had its time to act on what it was told, as the client had."""
        until(lambda: has_heard(self.process.pid))
        before = len(self.read('beats'))
        until(lambda: len(self.read('beats')) > before + 3)

    def end(self) -> tuple[int, str]:
        _, err = self.process.communicate(timeout=60)
        return self.process.returncode, err

    @property
    def asked(self) -> list[list[str]]:
        return [call[1:] for call in self.engine.calls if call[1] in ('stop', 'rm', 'kill')]


def test_ctrl_c_is_passed_on_once_and_the_launcher_dies_of_it(engine: Engine) -> None:
    (engine.folder / 'ends').touch()
    run = Run(engine)
    run.send(signal.SIGINT)
    assert run.end() == (-signal.SIGINT, '')
    assert run.read('signals') == 'INT\n'
    # the client ended by a signal, and may have left its container
    assert run.asked == [['rm', '-f', '-v', A]]


def test_a_container_that_was_seen_and_is_gone_is_not_looked_for(engine: Engine) -> None:
    """Not in the seconds either in which one may still be in the making."""
    (engine.folder / 'ends').touch()
    (engine.folder / 'is-gone').touch()
    run = Run(engine)
    run.send(signal.SIGINT)
    assert run.end() == (-signal.SIGINT, '')
    # before the signal is passed on, and once the client has ended
    assert len([call for call in engine.calls if call[1] == 'ps']) == 2
    assert run.asked == []


def test_a_container_that_nobody_saw_may_be_in_the_making(engine: Engine) -> None:
    """The client has ended before the launcher looked; the container comes later."""
    (engine.folder / 'ends').touch()
    run = Run(engine)
    (engine.folder / 'ps.out').write_text('')
    run.send(signal.SIGINT)
    until(lambda: [call for call in engine.calls if call[1] == 'ps'][2:])
    (engine.folder / 'ps.out').write_text(f'{A}\n')
    assert run.end() == (-signal.SIGINT, '')
    assert run.asked == [['rm', '-f', '-v', A]]


def test_the_second_ctrl_c_goes_to_the_engine(engine: Engine) -> None:
    """A third signal makes docker's client quit and abandon the container, so it gets one only."""
    run = Run(engine)
    run.send(signal.SIGINT)
    run.beats()
    assert run.process.poll() is None and run.asked == []  # no clock: a checkpoint may be being written
    run.process.send_signal(signal.SIGINT)
    run.end()
    assert run.read('signals') == 'INT\n'
    assert run.asked[0] == ['rm', '-f', '-v', A]


@pytest.mark.parametrize('number', [signal.SIGTERM, signal.SIGHUP])
def test_a_job_that_does_not_end_in_its_time(engine: Engine, number: int) -> None:
    run = Run(engine, '--stop-timeout', '1')
    begun = time.monotonic()
    run.send(number)
    code, _ = run.end()
    assert 1 < time.monotonic() - begun < 60 and code != 0
    assert run.read('signals') == f'{signal.Signals(number).name[3:]}\n'
    assert run.asked[0] == ['rm', '-f', '-v', A]


def test_a_message_is_for_the_job_and_ends_nothing(engine: Engine) -> None:
    """The engine passes it on: a client that is a script would die of it."""
    run = Run(engine)
    run.process.send_signal(signal.SIGUSR1)
    until(lambda: run.asked)
    (engine.folder / 'ends').touch()
    run.send(signal.SIGTERM)
    assert run.end()[0] == 128 + signal.SIGTERM
    assert run.read('signals') == 'TERM\n'
    assert run.asked[0] == ['kill', '--signal', str(int(signal.SIGUSR1)), A]


def test_of_several_containers_none_is_ended(engine: Engine) -> None:
    run = Run(engine)
    both = [f'{id} running "2026-01-31T10:20:30Z" ["TAO_LAUNCH_ID={run.read("id").strip()}"]' for id in ids(2)]
    engine.answers('ps', ''.join(f'{id}\n' for id in ids(2)))
    engine.answers('inspect', '\n'.join(both) + '\n')
    (engine.folder / 'ends').touch()
    run.send(signal.SIGINT)
    _, err = run.end()
    assert "cannot tell which container is this launch's, so none is stopped" in err
    assert run.asked == []


def test_a_plain_end_asks_nothing(engine: Engine) -> None:
    engine.answers('run')
    assert subprocess.run([*command(), 'dino', 'train'], env=os.environ, check=False).returncode == 0
    assert [call[1] for call in engine.calls] == ['run']
