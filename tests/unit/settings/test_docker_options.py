"""DockerOptions of the mounts file: every value that is refused, with its whole message."""
from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from mounts import faults, parsed
from plans import GPU_FORMS
from support import tao

from tao_launcher.settings.values import Port

SIZE = 'expected a size such as 16G, 512M or a number of bytes'
LIMIT = 'expected a whole number, "SOFT:HARD" or {"soft": N, "hard": N}'
PORT = 'expected a port from 1 to 65535'
HOST_PORT = 'expected a host port, "IP:PORT", a list of them, or null'
KEY = 'expected a container port such as "8888" or "8888/udp" as the key'
WORD = 'expected a name without blanks'
USER = 'expected UID:GID, a user name of the image, or host for the caller'
A_WORD = 'expected a word for docker such as "--cpus=8"'
PATH = 'expected an absolute path in the container'

REFUSED: list[Any] = [
    ('shm_size', '16GB!', f'"16GB!": {SIZE}'), ('shm_size', '', '"": expected a size such as "16G"'),
    ('shm_size', '128ßG', f'"128ßG": {SIZE}'), ('shm_size', '-1', f'"-1": {SIZE}'),
    ('shm_size', ' 1G', f'" 1G": {SIZE}'),
    ('shm_size', '1G\n', '"1G\\n": line breaks are not allowed here'), ('shm_size', '1,5G', f'"1,5G": {SIZE}'),
    ('shm_size', '0', '"0": expected a size above 0'), ('shm_size', '0.0GiB', '"0.0GiB": expected a size above 0'),
    ('shm_size', 0, '"0": expected a size above 0'), ('shm_size', -5, f'"-5": {SIZE}'),
    ('shm_size', '1Q', f'"1Q": {SIZE}'),
    ('shm_size', 1.5, '1.5: expected a size such as "16G"'), ('shm_size', None, 'null: expected a size such as "16G"'),
    ('shm_size', True, 'true: expected a size such as "16G"'), ('shm_size', '١G', f'"١G": {SIZE}'),
    ('ulimits', [], 'a list: expected an object {...}'), ('ulimits', 5, 'a number: expected an object {...}'),
    ('ulimits.stack', 'x', f'"x": {LIMIT}'), ('ulimits.stack', 1.5, f'1.5: {LIMIT}'),
    ('ulimits.stack', None, f'null: {LIMIT}'),
    ('ulimits.stack', {}, f'an object: {LIMIT}'), ('ulimits.stack', {'hard': 1}, f'an object: {LIMIT}'),
    ('ulimits.stack', {'soft': 1, 'hard': 'x'}, f'an object: {LIMIT}'), ('ulimits.stack', True, f'true: {LIMIT}'),
    ('ulimits.stack', '5:4', '"5:4": expected a soft limit not above the hard one, not 5:4'),
    ('ulimits.stack', '-1:4', '"-1:4": expected a soft limit not above the hard one, not -1:4'),
    ('ulimits.stack', {'soft': 5, 'hard': 4}, '"5:4": expected a soft limit not above the hard one, not 5:4'),
    ('ulimits.stack', -2, '"-2": expected -1 (unlimited) or a number from 0 to 2^63-1'),
    ('ulimits.stack', 2**63 + 1, f'"{2**63 + 1}": expected -1 (unlimited) or a number from 0 to 2^63-1'),
    ('ulimits.stack', 2**63, f'"{2**63}": expected -1 (unlimited) or a number from 0 to 2^63-1'),
    ('ulimits.stack', f'0:{2**63}', f'"0:{2**63}": expected -1 (unlimited) or a number from 0 to 2^63-1'),
    ('ulimits.stak', 1, '"1": did you mean stack?'),
    ('user', 'uid:gid', '"uid:gid": expected numbers such as 1000:1000, or host for the caller'),
    ('user', 'UID:GID', '"UID:GID": expected numbers such as 1000:1000, or host for the caller'),
    ('user', '', '"": expected "UID:GID" or "host"'), ('user', -1, '-1: expected "UID:GID" or "host"'),
    ('user', '1000:', f'"1000:": {USER}'), ('user', 'a b', f'"a b": {USER}'), ('user', '1:2:3', f'"1:2:3": {USER}'),
    ('user', '$(whoami)', f'"$(whoami)": {USER}'), ('user', None, 'null: expected "UID:GID" or "host"'),
    ('ports', [], 'a list: expected an object {...}'), ('ports', '1:1', 'a string: expected an object {...}'),
    ('ports.x', 1, KEY), ('ports["80/x"]', 1, KEY), ('ports["80:80"]', 1, KEY), ('ports.1-5', 1, KEY),
    ('ports[""]', 1, KEY),
    ('ports.0', 1, f'"0": {PORT}'), ('ports.65536', 1, f'"65536": {PORT}'), ('ports["0/udp"]', 1, f'"0/udp": {PORT}'),
    ('ports.80', 0, f'0: {PORT}'), ('ports.80', 65536, f'65536: {PORT}'), ('ports.80', -1, f'-1: {PORT}'),
    ('ports.80', '0', f'"0": {PORT}'), ('ports.80', '65536', f'"65536": {PORT}'),
    ('ports.80', 1.5, f'1.5: {HOST_PORT}'),
    ('ports.80', '', f'"": {HOST_PORT}'), ('ports.80', 'http', f'"http": {HOST_PORT}'),
    ('ports.80', True, f'true: {HOST_PORT}'),
    ('ports.80', {}, f'an object: {HOST_PORT}'), ('ports.80', '::1:80', f'"::1:80": {HOST_PORT}'),
    ('ports.80', '1.2.3:80', '"1.2.3:80": expected PORT or IP:PORT (an IPv6 address in brackets)'),
    ('privileged', 'true', '"true": expected true or false'), ('privileged', 1, '1: expected true or false'),
    ('tty', None, 'null: expected true or false'), ('init', 0, '0: expected true or false'),
    ('network', '', f'"": {WORD}'), ('network', 'a b', f'"a b": {WORD}'), ('network', '-x', f'"-x": {WORD}'),
    ('network', 1, f'1: {WORD}'), ('network', 'a\n', '"a\\n": line breaks are not allowed here'),
    ('ipc', ['host'], f'a list: {WORD}'),
    ('gpus', '', '"": expected "all", "none", "0,1" or a list of GPUs'),
    ('gpus', [], 'a list: expected "all", "none", "0,1" or a list of GPUs'),
    ('gpus', [1.5], 'a list: expected "all", "none", "0,1" or a list of GPUs'),
    ('gpus', True, 'true: expected "all", "none", "0,1" or a list of GPUs'),
    ('gpus', 'two', f'"two": {GPU_FORMS}'), ('gpus', -1, f'"-1": {GPU_FORMS}'),
    ('gpus', [0, 0], '"0,0": expected every GPU once'),
    ('group_add', 'video', 'a string: expected a list [...]'), ('group_add[0]', -1, f'-1: {WORD}'),
    ('group_add[0]', '', f'"": {WORD}'), ('group_add[0]', None, f'null: {WORD}'),
    ('workdir', 'x', f'"x": {PATH}'), ('workdir', '', f'"": {PATH}'), ('workdir', 1, f'1: {PATH}'),
    ('extra_args', '--cpus=8', 'a string: expected a list [...]'),
    ('extra_args', {}, 'an object: expected a list [...]'),
    ('extra_args', True, 'true or false: expected a list [...]'),
    ('extra_args[0]', 'cpus', f'a string: {A_WORD}'), ('extra_args[0]', '', f'a string: {A_WORD}'),
    ('extra_args[0]', 8, f'a number: {A_WORD}'), ('extra_args[0]', 1.5, f'a number: {A_WORD}'),
    ('extra_args[0]', None, f'null: {A_WORD}'), ('extra_args[0]', False, f'true or false: {A_WORD}'),
    ('extra_args[0]', ['--cpus=8'], f'a list: {A_WORD}'), ('extra_args[0]', {}, f'an object: {A_WORD}'),
]


def nested(path: str, value: object) -> Any:
    """{key: value} of a path such as ulimits.stack, ports["80/x"] or group_add[0]."""
    key, _, rest = path.replace('[', '.').replace(']', '').partition('.')
    if not rest and '.' not in path and '[' not in path:
        return {key: value}
    return {key: [value] if rest == '0' and '[' in path else {rest.strip('"'): value}}


@pytest.mark.parametrize(('path', 'value', 'message'), REFUSED)
def test_refused(path: str, value: object, message: str) -> None:
    assert faults({'DockerOptions': nested(path, value)}) == [f'DockerOptions.{path}: {message}']


@pytest.mark.parametrize('size',
    ['1', '64m', '16G', '16g', '16GB', '16GiB', '1.5G', '1 G', '0.5g', '07k', '1073741824B', '2T', '1p'])
def test_size(size: str) -> None:
    assert parsed({'DockerOptions': {'shm_size': size}}).options['shm_size'] == size


@pytest.mark.parametrize(('ports', 'clash'), [
    ({'80': 1, '81': 1}, '1/tcp'), ({'80': [1, 1]}, '1/tcp'), ({'80': '0.0.0.0:1', '81': '127.0.0.1:1'}, '1/tcp'),
    ({'80': '[::1]:1', '81': 1}, '1/tcp'), ({'80/udp': 1, '81/udp': '1'}, '1/udp'), ({'80': '01', '81': '1'}, '1/tcp'),
])
def test_host_port_given_twice(ports: Any, clash: str) -> None:
    assert faults({'DockerOptions': {'ports': ports}}) == [
        f'DockerOptions.ports: host port {clash} is given to two entries',
    ]


@pytest.mark.parametrize('ports', [
    {'80/tcp': 1, '80/udp': 1}, {'80': '127.0.0.1:1', '81': '127.0.0.2:1'}, {'80': None, '81': None}, {'80': [1, 2]},
])
def test_host_ports_that_differ(ports: Any) -> None:
    assert len(parsed({'DockerOptions': {'ports': ports}}).options['ports']) == 2


def test_ports_are_container_to_host() -> None:
    assert parsed({'DockerOptions': {'ports': {'8888': 9999}}}).options['ports'] == (Port(8888, 'tcp', '9999'),)


@pytest.mark.parametrize('number', ['1e400', '-1e400', 'NaN'])
def test_what_is_no_number_of_json_is_said_once(tmp_path: Path, number: str) -> None:
    file = tmp_path / 'mounts.json'
    for key in ('cpus', 'shm_size', 'network'):
        file.write_text(f'{{"DockerOptions": {{"{key}": {number}}}}}')
        assert tao('config', 'validate', str(file)).out == (
            f'{file}: 1 problem\n    DockerOptions.{key}: NaN and infinity are not JSON numbers\n')


def test_an_unknown_key_of_a_limit_is_a_notice() -> None:
    limit = {'soft': 1024, 'hrad': 4096, '_why': 'x'}
    found = parsed({'DockerOptions': {'ulimits': {'nofile': limit, 'core': {'soft': 1, 'hard': 2}}}})
    assert found.notices == (
        'DockerOptions.ulimits.nofile.hrad: unknown key, not used; did you mean hard?',)
