"""What engines may refuse when they start a container, and of which no look tells."""
from __future__ import annotations

from pathlib import Path

import pytest
from plans import launch as planned

from tao_launcher.launch import unusual


@pytest.mark.parametrize(('words', 'is_unusual'), [
    ([], False), (['--ipc', 'host'], False), (['--cpus', '4'], False), (['--network', 'host'], False),
    (['--network', 'container:web'], False), (['--user', '1000:1000'], False), (['--shm_size', '16G'], False),
    (['--docker-arg=--cap-add=SYS_PTRACE'], False), (['--volume', '{}:/data'], False),
    (['--volume', '{}/a.yaml:/specs/a.yaml'], False), (['--ulimit', 'memlock=-1'], False),
    (['--ipc', 'nosuch'], True), (['--cpus', '0.001'], True), (['--network', 'host:bad'], True),
    (['--user', 'nosuchuser'], True), (['--docker-arg=--device=/dev/nosuch'], True), (['--volume', '{}:/proc'], True),
    (['--volume', '{}/a.yaml:/tmp'], True), (['--docker-arg=--privileged'], True),
    (['--docker-arg=--pid=host'], False), (['--workdir', '/proc/1/x'], True), (['--workdir', '/data'], False),
])
def test_what_engines_may_refuse_besides(words: list[str], is_unusual: bool, tmp_path: Path) -> None:
    (tmp_path / 'a.yaml').write_text('')
    plan = planned(*(word.format(tmp_path) for word in words), 'dino', 'train').plan
    assert unusual.is_unusual(plan, shares_network=True) is is_unusual


def test_more_mounts_than_the_kernel_may_take(tmp_path: Path) -> None:
    words = [word for number in range(1001) for word in ('--volume', f'{tmp_path}:/data/{number}')]
    assert unusual.is_unusual(planned(*words, 'dino', 'train').plan, shares_network=True)


@pytest.mark.parametrize(('port', 'shares', 'is_unusual'), [
    ('8888:80', True, False), ('8888:80', False, True), ('8888:80', None, True), ('127.0.0.1:8888:80', True, False),
    ('192.0.2.1:8888:80', True, True),
])
def test_a_port_that_no_look_tells_of(port: str, shares: bool | None, is_unusual: bool) -> None:
    plan = planned('--port', port, 'dino', 'train').plan
    assert unusual.is_unusual(plan, shares_network=shares) is is_unusual
