"""What a launch with Apptainer cannot have: one error for all options, one notice for all that launches share."""
from __future__ import annotations

import shlex
from typing import Any

import pytest
from plans import launch

from tao_launcher.base.errors import UsageError
from tao_launcher.base.text import plural
from tao_launcher.launch import apptainer_refusals
from tao_launcher.launch.plan import Plan
from tao_launcher.settings.options import ROWS

FILE = '/home/user/.tao_mounts.json'
GIB = 1 << 30


def planned(words: str, options: dict[str, Any] | None = None, **environ: str) -> Plan:
    words = f'--engine apptainer {words} dino train'
    return launch(*shlex.split(words), file={'DockerOptions': options or {}}, environ=environ).plan


def refused(words: str, options: dict[str, Any] | None = None) -> list[str]:
    with pytest.raises(UsageError) as error:
        apptainer_refusals.refuse(planned(words, options), 'x86_64')
    count = plural(len(error.value.why), 'option')
    assert error.value.what == f'{count} that apptainer does not support'
    return [line.partition(':')[0] for line in error.value.why]


@pytest.mark.parametrize(('words', 'names'), [
    ('--port 1:2', ['--port']), ('--port 1:2 --port 3:4', ['--port']), ('--ulimit stack=1', ['--ulimit']),
    ('--network bridge', ['--network']), ('--network none', ['--network']), ('--user 0:0', ['--user']),
    ('--shm_size 1G', ['--shm_size']), ('--ipc shareable', ['--ipc']), ('--platform linux/arm64', ['--platform']),
    ('--name ab', ['--name']), ('--detach', ['--detach']), ('--docker-arg=--pid=host', ['--docker-arg']),
    ('--host-path /a=/b', ['--host-path']), ('--link', ['--link']),
    ('--pull always --image /x.sif', ['--pull']),
    ('--detach --link --name ab --port 1:2 --network x', ['--port', '--network', '--name', '--detach', '--link']),
])
def test_options_are_refused(words: str, names: list[str]) -> None:
    assert refused(words) == names
    assert refused(words, {'shm_size': '1G', 'ports': {'8': 9}, 'privileged': True}) == names


@pytest.mark.parametrize('words', [
    '', '--network host', '--user 1000:1000', '--user host', '--run_as_user', '--ipc host', '--ipc private',
    '--platform linux/amd64', '--platform amd64', '--pull always', '--pull never', '--memory 1G --cpus 2 --hostname h',
    '--image /x.sif', '--tag t --registry a.b', '--workdir /w --entrypoint x', '--no-tty', '--interactive',
    '--stop-timeout 3 --timeout 3s --gpus none', '--same_paths', '--no-check',
])
def test_what_can_be_had(words: str) -> None:
    made = planned(words)
    apptainer_refusals.refuse(made, 'x86_64')
    assert apptainer_refusals.notices(made, 'x86_64', 64 * GIB, {}) == []


def test_every_reason_is_of_an_option() -> None:
    assert {*apptainer_refusals.WHY} <= {row.key for row in ROWS}
    refused = {row.key for row in ROWS if row.docker and row.apptainer == 'refused'}
    assert refused <= {*apptainer_refusals.WHY, 'context'}


@pytest.mark.parametrize(('options', 'told'), [
    ({'shm_size': '16G', 'ulimits': {'stack': 67108864}, 'user': '1000:1000', 'network': 'host'}, ''),
    ({'ports': {'8': 9, '10': 11}, 'privileged': True},
     f'DockerOptions.ports.8 of {FILE}, DockerOptions.ports.10 of {FILE}, DockerOptions.privileged of {FILE} '
     'have no effect'),
    ({'user': '0:0'}, f'DockerOptions.user of {FILE} has no effect'), ({'privileged': False}, ''),
    ({'network': 'bridge', 'extra_args': ['--pid=host']},
     f'DockerOptions.network of {FILE}, DockerOptions.extra_args of {FILE} have no effect'),
    ({'shm_size': '40G'}, f'/dev/shm has 32768 MiB here, less than 40G (DockerOptions.shm_size of {FILE})'),
    ({'ulimits': {'memlock': -1}},
     f'memlock is 65536 here, less than unlimited (DockerOptions.ulimits.memlock of {FILE})'),
    ({'group_add': ['x'], 'shm_size': '40G'}, f'DockerOptions.group_add of {FILE} has no effect; '
     f'/dev/shm has 32768 MiB here, less than 40G (DockerOptions.shm_size of {FILE})'),
])
def test_a_mounts_file_that_others_share(options: dict[str, Any], told: str) -> None:
    made = planned('', options)
    apptainer_refusals.refuse(made, 'x86_64')
    limits = {'memlock': 65536, 'stack': 67108864}
    found = apptainer_refusals.notices(made, 'x86_64', 64 * GIB, limits)
    assert found == ([f'with apptainer: {told}'] if told else [])


def test_variables() -> None:
    made = planned('', TAO_HOST_PATH='/a=/b')
    apptainer_refusals.refuse(made, 'x86_64')
    assert apptainer_refusals.notices(made, 'x86_64', GIB, {}) == ['with apptainer: TAO_HOST_PATH has no effect']
