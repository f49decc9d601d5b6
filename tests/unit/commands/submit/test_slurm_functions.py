"""What the script does on a node: bash runs it, with a docker that writes down its words."""
from __future__ import annotations

import math
import os
import re
import signal
import subprocess
import tempfile
import time
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Callable, Iterator

import pytest
from hypothesis import example, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from slurm_submission import FAKES, NODE, on_a_node, script, submit
from strategies import NASTY, words
from support import write_mounts


@contextmanager
def ended_at_last(argv: list[str], env: dict[str, str], stdin: str) -> Iterator[subprocess.Popen[bytes]]:
    """A running command, of which nothing is left afterwards, whatever came."""
    running = subprocess.Popen(argv, stdin=subprocess.PIPE, env=env, start_new_session=True)
    try:
        assert running.stdin
        running.stdin.write(os.fsencode(stdin))
        running.stdin.close()
        yield running
    finally:
        with suppress(ProcessLookupError):
            os.killpg(running.pid, signal.SIGKILL)
        running.wait()


def wait_until(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_the_node_fills_in_its_words(tmp_path: Path, home: Path) -> None:
    write_mounts(home, {'Envs': [{'variable': 'A', 'value': 'x y'}]})
    options = ['--nodes=2', '--gpus_per_node=2', '--volume', f'{tmp_path}:/data:ro']
    text = script(*options, 'dino', 'train', 'dataset=/data')
    argv, environ = on_a_node(text, tmp_path)
    digest = argv[argv.index('nvcr.io/nvidia/tao/tao-toolkit:7.1.0-pyt') - 1]
    contract = [word for name in ('WORLD_SIZE', 'NODE_RANK', 'NUM_GPU_PER_NODE', 'MASTER_ADDR', 'MASTER_PORT')
                for word in ('-e', name)]
    assert argv == [
        'run', '--rm', '--init', '--name', 'tao-slurm-12345-1', '--gpus', '"device=2,5"', '-v', f'{tmp_path}:/data:ro',
        '-e', 'A=x y', *contract, '-e', 'TAO_LAUNCH_ID', '--network', 'host', '--label', 'tao.job=model/dino/train',
        '--label', f'tao.user={os.getuid()}', '--label', digest, 'nvcr.io/nvidia/tao/tao-toolkit:7.1.0-pyt',
        'dino', 'train', 'dataset=/data',
    ]
    assert {name: environ[name] for name in contract if name != '-e'} == {
        'WORLD_SIZE': '2', 'NODE_RANK': '1', 'NUM_GPU_PER_NODE': '2', 'MASTER_ADDR': 'node7', 'MASTER_PORT': '22345',
    }
    assert environ['TAO_LAUNCH_ID'] == 'tao-slurm-12345-1'
    assert environ['TAO_GRACE'] == '25'


@pytest.mark.parametrize(('kill_wait', 'options', 'grace'), [
    ('30', [], '25'), ('600', [], '595'), ('4', [], '1'), ('', [], '25'),
    ('600', ['--stop-timeout=60'], '60'), ('30', ['--stop-timeout=60'], '25'),
])
def test_the_last_moment_that_slurm_gives(kill_wait: str, options: list[str], grace: str, tmp_path: Path) -> None:
    fakes = {**FAKES, 'scontrol': FAKES['scontrol'].replace('30', kill_wait)}
    _, environ = on_a_node(script('--gpus=none', *options, 'dino', 'train'), tmp_path, fakes=fakes)
    assert environ['TAO_GRACE'] == grace


@pytest.mark.parametrize(('variables', 'gpus'), [
    ({'SLURM_STEP_GPUS': '0'}, '"device=0"'),
    ({'SLURM_STEP_GPUS': '', 'CUDA_VISIBLE_DEVICES': 'MIG-1,MIG-2'}, '"device=MIG-1,MIG-2"'),
    # with MIG Slurm's numbers are no device indices
    ({'SLURM_STEP_GPUS': '8,9', 'CUDA_VISIBLE_DEVICES': 'MIG-1,MIG-2'}, '"device=MIG-1,MIG-2"'),
    ({'SLURM_STEP_GPUS': '3', 'CUDA_VISIBLE_DEVICES': 'GPU-a'}, '"device=GPU-a"'),
    ({'SLURM_STEP_GPUS': '3', 'CUDA_VISIBLE_DEVICES': '0'}, '"device=3"'),
    ({'SLURM_STEP_GPUS': '3', 'CUDA_VISIBLE_DEVICES': 'GPU-a,1'}, '"device=3"'),
    ({'SLURM_STEP_GPUS': '', 'SLURM_JOB_GPUS': '4', 'SLURM_NODEID': '0'}, '"device=4"'),
])
def test_gpus_of_the_node(variables: dict[str, str], gpus: str, tmp_path: Path) -> None:
    argv, _ = on_a_node(script('dino', 'train'), tmp_path, variables)
    assert argv[argv.index('--gpus') + 1] == gpus


def test_the_first_nodes_gpus_are_not_anothers(tmp_path: Path) -> None:
    with pytest.raises(subprocess.CalledProcessError) as error:
        on_a_node(script('--nodes=2', 'dino', 'train'), tmp_path, {'SLURM_STEP_GPUS': '', 'SLURM_JOB_GPUS': '4'})
    assert error.value.returncode == 2


@pytest.mark.parametrize('ids', ['0;1', '0"1', '0 1'])
def test_words_that_are_no_gpus(ids: str, tmp_path: Path) -> None:
    with pytest.raises(subprocess.CalledProcessError) as error:
        on_a_node(script('dino', 'train'), tmp_path, {'SLURM_STEP_GPUS': ids})
    assert error.value.returncode == 2


def signalled(
    folder: Path, state: str, *signals: str, until: str = '', at_pause: str = ':', at_first: str = ':',
    at_sleep: str = ':',
) -> list[list[str]]:
    """The calls of docker and sleep after `run`, where the node's shell gets signals as Slurm calls the job's state so.

    Each signal, or several joined by +, makes it call one of them at least, or ask Slurm; at last the call `until` is
    waited for. `at_pause` is what docker does before it has paused, `at_first` what scontrol does when it is first
    asked, and `at_sleep` what sleep does.
    """
    text = script('--gpus=none', 'dino', 'train')
    for name, body in {
        **FAKES,
        'scontrol': 'case $1 in show) echo "KillWait = 7 sec" ;; '
                    f'*) echo asked >>"$CALLS"; [ -e "$CALLS.asked" ] || {{ : >"$CALLS.asked"; {at_first}; }}\n'
                    f'echo "JobId=7 JobName=a JobState={state} X" ;; esac',
        'docker': f'echo "$*" >>"$CALLS"; [ "$1" != pause ] || {at_pause}\n[ "$1" = run ] || exit 0; : >"$CALLS.up"\n'
                  'while [ ! -e "$CALLS.end" ]; do /bin/sleep 0.05; done',
        'sleep': f'echo "sleep $1" >>"$CALLS"; {at_sleep}',
        'srun': 'echo $$ >"$CALLS.pid"\n' + FAKES['srun'],
    }.items():
        (folder / name).write_text(f'#!/bin/bash\n{body}\n')
        (folder / name).chmod(0o755)
    calls = folder / 'calls'
    env = {'PATH': f'{folder}:/usr/bin:/bin', 'CALLS': str(calls), **NODE, 'SLURM_STEP_NUM_NODES': '1'}
    with ended_at_last(['bash'], env, stdin=text) as running:
        wait_until(Path(f'{calls}.up').exists)
        pid = int(Path(f'{calls}.pid').read_text())
        for names in signals:
            before = len(calls.read_text().splitlines())
            for name in names.split('+'):
                os.kill(pid, getattr(signal, f'SIG{name}'))
            wait_until(lambda: len(calls.read_text().splitlines()) > before)  # noqa: B023
        wait_until(lambda: until in calls.read_text())
        Path(f'{calls}.end').touch()
        running.wait(60)
    return [line.split() for line in calls.read_text().splitlines()[1:]]


NAME = 'tao-slurm-12345-1'


def test_a_suspended_job_pauses_its_container(tmp_path: Path) -> None:
    assert signalled(tmp_path, 'RUNNING', 'TSTP', 'CONT') == [['pause', NAME], ['unpause', NAME]]


def test_a_job_that_is_resumed_while_its_container_is_being_paused(tmp_path: Path) -> None:
    found = signalled(tmp_path, 'RUNNING', 'TSTP', until='unpause', at_pause='kill -CONT "$PPID"')
    assert found == [['pause', NAME], ['unpause', NAME]]


def removed(folder: Path, *signals: str) -> None:
    """Check that a job which Slurm ends by these signals has had its time, and that its container was removed."""
    begun = time.monotonic()
    asked, (name, seconds), last = signalled(folder, 'COMPLETING', *signals, until='rm -f')
    assert (asked, name, last) == (['asked'], 'sleep', ['rm', '-f', '-v', NAME])
    # Slurm's seven seconds, but for five, and for those in which it answered
    assert max(0, 2 - math.ceil(time.monotonic() - begun)) <= int(seconds) <= 2


def test_what_is_left_of_a_job_that_is_over_is_removed(tmp_path: Path) -> None:
    removed(tmp_path, 'TERM')


def test_a_cancelled_job_gets_two_signals_at_once(tmp_path: Path) -> None:
    """Slurm has a job go on that it ends, and the shell may get both signals in one moment: surely if it is stopped."""
    removed(tmp_path, 'STOP+TERM+CONT')


def test_a_job_that_is_warned_has_its_grace(tmp_path: Path) -> None:
    """Slurm says TERM before a preemption, too, and gives the job the time that its partition has for it."""
    pause, unpause = ['pause', NAME], ['unpause', NAME]
    found = signalled(tmp_path, 'RUNNING', 'TERM', 'TSTP', 'CONT', 'TERM')
    assert found == [['asked'], pause, unpause, ['asked']]


def test_slurm_signals_what_asks_it_too(tmp_path: Path) -> None:
    """It signals one process of the step after the other, and so some that began after the first had its signal."""
    found = signalled(tmp_path, 'RUNNING', 'TERM', until='asked\nsleep 0.2\nasked', at_first='kill -TERM $$')
    assert found == [['asked'], ['sleep', '0.2'], ['asked']]


def test_what_removes_the_container_is_safe_from_its_first_moment(tmp_path: Path) -> None:
    """A process is what started it until it has ignored a signal itself, and Slurm's next one may come before."""
    look = 'cat "/proc/$(cat "$CALLS.pid")/status" >"$CALLS.at"'
    signalled(tmp_path, 'COMPLETING', 'TERM', until='rm -f', at_sleep=look)
    ignored = re.search(r'^SigIgn:\s*([0-9a-f]+)$', (tmp_path / 'calls.at').read_text(), re.MULTILINE)
    assert ignored
    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
        assert int(ignored[1], 16) >> number - 1 & 1


def test_podman_has_a_device_for_each_gpu(tmp_path: Path) -> None:
    text = script('--engine=podman', '--gpus_per_node=2', 'dino', 'train')
    (tmp_path / 'podman').symlink_to('docker')
    argv, _ = on_a_node(text, tmp_path)
    assert [word for word in argv if 'nvidia.com' in word] == ['--device=nvidia.com/gpu=2', '--device=nvidia.com/gpu=5']
    assert '\n         \\' not in text


@given(st.lists(words, max_size=5), st.text(st.characters(blacklist_categories=['Cs'], blacklist_characters='\0')))
@example(NASTY, '\x01\x7f\r\n')
@hypothesis_settings(max_examples=25)
def test_every_word_arrives(arguments: list[str], value: str) -> None:
    hostname = value.replace('\n', '').replace('\r', '')
    options = ['--gpus=none', f'--env=A={value}', f'--docker-arg=--hostname={hostname}']
    text = submit(*options, 'dino', 'run', 'x', *arguments).out  # what is not UTF-8 brings a notice
    assert not re.search('\r', text)
    with tempfile.TemporaryDirectory() as folder:
        argv, _ = on_a_node(text, Path(folder))
    assert argv[-1 - len(arguments):] == ['x', *arguments]
    assert f'A={value}' in argv
