"""What the options that may be repeated say, and all that is wrong with them."""
from __future__ import annotations

from typing import Any, Mapping

import pytest

from tao_launcher.settings.repeatable import Given, Problems, entry_key, place, words_of
from tao_launcher.settings.values import HostPath, Mount, Port, Source, Ulimit, Variable

VOLUME, ENV = Source('option', '--volume'), Source('option', '--env')


def given(options: Any, environ: Mapping[str, str] | None = None) -> tuple[Given, list[str]]:
    problems = Problems()
    return words_of(options, environ or {}, '/work', '/home/user', problems), problems.found


def test_every_entry_in_its_order() -> None:
    found, problems = given({
        'volume': ['/a/../b:/c', 'd:/d:ro', '~/e:/e', '~:/f', '~g:/g', '/i/.', 'j/../k', '~/l'],
        'env': ['A=1', 'B', 'A=2'],
        'ulimit': ['stack=5:6'], 'port': ['8000-8001:1-2', '9:9/udp'], 'docker_arg': ['--cpus=8'],
    })
    assert problems == []
    assert [(mount.source, mount.destination, mount.mode) for mount in found.mounts] == [
        ('/b', '/c', ''), ('/work/d', '/d', 'ro'), ('/home/user/e', '/e', ''), ('/home/user', '/f', ''),
        ('/work/~g', '/g', ''), ('/i', '/i', ''), ('/work/k', '/work/k', ''), ('/home/user/l', '/home/user/l', ''),
    ]
    assert {mount.origin for mount in found.mounts} == {VOLUME}
    assert found.variables == (
        Variable('A', '1', ENV), Variable('B', None, ENV), Variable('A', '2', ENV),
    )
    assert found.ulimits == (Ulimit('stack', 5, 6),)
    assert found.ports == (Port(1, 'tcp', '8000'), Port(2, 'tcp', '8001'), Port(9, 'udp', '9'))
    assert found.extra_args == ('--cpus=8',)


def test_paths_of_the_daemon() -> None:
    texts = ['/a/../b=/c/', 'd=/e', '~/f=/g', '/h=/i=j']
    paths = [('/b', '/c'), ('/work/d', '/e'), ('/home/user/f', '/g'), ('/h', '/i=j')]
    by_variable = [HostPath(*path, Source('variable', 'TAO_HOST_PATH')) for path in paths]
    by_option = [HostPath(*path, Source('option', '--host-path')) for path in paths]
    assert given({}, {'TAO_HOST_PATH': ':'.join(texts)})[0].host_paths == tuple(by_variable)
    assert given({}, {'TAO_HOST_PATH': f':{":".join(texts)}:'})[0].host_paths == tuple(by_variable)
    found, problems = given({'host_path': texts}, {'TAO_HOST_PATH': texts[0]})
    assert (found.host_paths, problems) == ((by_variable[0], *by_option), [])
    for faulty in ('', '/a', '=/a', '/a=', '/a=b', '/a=/b\n'):
        assert len(given({'host_path': [faulty]})[1]) == 1
    assert given({}, {'TAO_HOST_PATH': '/a=/b:x'})[1] == [
        'TAO_HOST_PATH: "x": expected HERE=THERE, THERE an absolute path on the daemon\'s machine',
    ]
    assert given({}, {'TAO_HOST_PATH': ''}) == given({})


def test_nothing() -> None:
    assert given({}) == (Given((), (), (), (), ()), [])


def test_every_fault_and_what_is_right_all_the_same() -> None:
    found, problems = given({
        'volume': ['/a:/b', ':x'], 'env': ['=s3cr3t', 'A=1'], 'ulimit': ['stack'], 'port': ['1'],
        'docker_arg': ['--rm=s3cr3t'],
    })
    assert (found.mounts, found.variables) == ((Mount('/a', '/b', '', VOLUME),), (Variable('A', '1', ENV),))
    assert [problem.partition(':')[0] for problem in problems] == [
        '--ulimit', '--port', '--volume', '--docker-arg', '--env',
    ]
    assert 's3cr3t' not in ''.join(problems)


@pytest.mark.parametrize(('key', 'entry', 'name', 'where'), [
    ('ulimits', Ulimit('stack', 5), 'ulimits.stack', 'DockerOptions.ulimits.stack'),
    ('ports', Port(80, 'tcp', '1'), 'ports.80/tcp', 'DockerOptions.ports.80'),
    ('ports', Port(53, 'udp', '1'), 'ports.53/udp', 'DockerOptions.ports["53/udp"]'),
    ('extra_args', '--cpus=8', 'extra_args.--cpus=8', 'DockerOptions.extra_args'),
])
def test_an_entry_by_its_name(key: str, entry: Ulimit | Port | str, name: str, where: str) -> None:
    assert (entry_key(key, entry), place(key, entry)) == (name, where)
