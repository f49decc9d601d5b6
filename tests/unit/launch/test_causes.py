"""Why a job could not start, or ended: what was established, and after an "if" what was not."""
from __future__ import annotations

from typing import Any

import pytest

from tao_launcher.engine.remedies import Machine
from tao_launcher.launch import causes
from tao_launcher.launch.facts import FailureFacts

IMAGE = 'nvcr.io/nvidia/tao/tao-toolkit:7.1.0-pyt'
ROOT = Machine(is_root=True, has_sudo=False, has_systemd=False)
NONE = ('', '')
LOOK = f'docker run --rm -it {IMAGE} /bin/bash'

# What docker 20.10.24 and 28.2.2 say to `version`, with other names; OLD_ and NEW_DENIED and SUDO were not recorded.
DOWN = 'Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?\n'


def facts(code: int, **known: Any) -> FailureFacts:
    usual = {'engine': ('docker',), 'machine': ROOT, 'image': IMAGE, 'command': 'dino'}
    return FailureFacts(**{'code': code, **usual, **known})


def test_an_engine_that_is_not_there() -> None:
    assert causes.failures(facts(125, engine_code=1, engine_error=DOWN)) == [
        ('the docker daemon is not running', 'service docker start'),
    ]


@pytest.mark.parametrize('code', [125, 126, 127])
def test_a_refusal_is_what_was_looked_at(code: int) -> None:
    known = facts(code, network='nosuch', network_is_there=False, wants_gpu=True, has_driver=False)
    assert causes.failures(known) == [('there is no network nosuch', 'docker network create nosuch')]


def test_the_code_of_a_job_that_started() -> None:
    known = {'events': ('create', 'start', 'die'), 'wants_gpu': True, 'has_nvidia': False, 'network_is_there': False}
    assert causes.failures(facts(125, **known)) == []


def test_what_the_engines_own_words_decide() -> None:
    """The one that fits, and not all that would."""
    known = facts(125, events=('create', 'die'), wants_gpu=True, has_driver=False)
    said = [what for what, _ in causes.failures(known)]
    assert [what.partition('"')[2].partition('"')[0] for what in said] == [
        'could not select device driver',
    ]


@pytest.mark.parametrize('code', [126, 127])
def test_a_container_that_never_was(code: int) -> None:
    """No command of an image can be missing where there was no container."""
    assert causes.failures(facts(code, events=())) == []


@pytest.mark.parametrize('code', [1, 255])
def test_programs_of_another_machine(code: int) -> None:
    known = facts(code, image_machine='arm64', engine_machine='amd64')
    assert causes.failures(known)[0][0] == f'{IMAGE} is for arm64, and this machine is amd64'
    assert causes.failures(known._replace(emulates=True)) == []
    assert causes.failures(known._replace(image_machine='amd64')) == []


STARTED = ('create', 'start', 'die')


@pytest.mark.parametrize(('code', 'known', 'said'), [
    (127, {}, (f'if docker or tini reported it: command "dino" was not found in {IMAGE}', LOOK)),
    (126, {}, (f'if docker or tini reported it: command "dino" cannot be executed in {IMAGE}', LOOK)),
    (127, {'events': ('create', 'die')}, (f'if docker reported it: command "dino" was not found in {IMAGE}', LOOK)),
    (127, {'events': STARTED, 'lifetime': 0.03},
     (f'if tini reported it: command "dino" was not found in {IMAGE}', LOOK)),
    (127, {'events': STARTED, 'lifetime': 0.03, 'hidden_by': '/data, mounted over /usr/local/bin (--volume),'}, (
        f'if tini reported it: dino was not found: /data, mounted over /usr/local/bin (--volume), hides what '
        f'{IMAGE} has '
        'there', 'leave that mount out, or mount it at another path',
    )),
    # the job's own
    (127, {'events': STARTED, 'lifetime': 7.0}, NONE),
    (127, {'events': STARTED, 'lifetime': 0.03, 'command': 'sh'}, NONE),
    (126, {'events': STARTED, 'lifetime': 0.03, 'command': '/bin/bash'}, NONE),
    (135, {}, (
        "the job died of a bus error; /dev/shm has docker's 64 MB", '--shm_size 16G (or more) before the task name',
    )),
    (135, {'shm': '1G'}, (
        'the job died of a bus error; /dev/shm has 1G', '--shm_size 16G (or more) before the task name',
    )),
    (139, {}, ('the job crashed (segmentation fault)', LOOK)),
    (137, {'events': ('create', 'start', 'oom', 'die'), 'has_memory_limit': True, 'kernel_kills': 1}, (
        'the job was killed: it used more memory than its limit', 'a higher limit, or a smaller batch size',
    )),
    (137, {'events': ('create', 'start', 'oom', 'die')}, (
        'the kernel killed a process of the job because memory ran out', 'a smaller batch size',
    )),
    (137, {'events': STARTED, 'kernel_kills': 2}, (
        'exit code 137 is signal 9: the kernel killed a process in the meantime because memory ran out',
        'a smaller batch size',
    )),
    (137, {'events': ('create', 'start', 'kill', 'die'), 'kernel_kills': 0}, (
        "the job was killed by someone's docker stop, kill or rm -f", '',
    )),
    (137, {'events': STARTED, 'kernel_kills': 0}, (
        "exit code 137 is signal 9: docker killed nothing, and the kernel's out-of-memory killer did not do it either, "
        "so it is the job's own code, or someone killed its process", '',
    )),
    (137, {}, (
        "exit code 137 is signal 9: from outside docker, by the kernel because memory ran out, or the job's own",
        'dmesg | grep -i "out of memory"',
    )),
    (137, {'is_remote': True}, (
        "exit code 137 is signal 9: from outside docker, by the kernel because memory ran out, or the job's own", '',
    )),
    (1, {}, NONE), (3, {}, NONE), (42, {}, NONE), (143, {}, NONE), (0, {}, NONE),
])
def test_code(code: int, known: dict[str, Any], said: tuple[str, str]) -> None:
    assert causes.failures(facts(code, **known)) == ([said] if said[0] else [])
