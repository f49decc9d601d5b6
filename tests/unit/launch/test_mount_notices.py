"""Mounts that the job's user cannot use as they are meant, as far as it is decided without the host."""
from __future__ import annotations

import pytest

from tao_launcher.launch.arguments import Argument
from tao_launcher.launch.mount_notices import JobUser, is_written, remedy, unwritable
from tao_launcher.settings.values import Mount, Source

ANN = JobUser('1000:1000', 1000, frozenset([1000]))


@pytest.mark.parametrize(('destination', 'written'), [
    ('/results', True), ('/a/Results', True), ('/workspace/tao-experiments', True), ('/root/.cache', True),
    ('/my_output', True), ('/logs', True), ('/data', False), ('/specs', False), ('/myresults', False),
    ('/results/x', False),
])
def test_what_jobs_write_to_by_its_name(destination: str, written: bool) -> None:
    assert is_written(Mount('/h', destination)) == written
    assert not is_written(Mount(destination, destination, '', Source('setting', 'same_paths')))


@pytest.mark.parametrize(('outputs', 'links', 'closed', 'found'), [
    (['/d/r'], {}, ['/h/r'], [('/d/r', '/h/r', '/h/r')]),
    (['/d/r/no/x'], {}, ['/h/r'], [('/d/r/no/x', '/h/r/no/x', '/h/r')]),
    (['/d/no'], {}, ['/h'], [('/d/no', '/h/no', '/h')]),
    (['/d/no'], {}, ['/'], []),  # never above the source
    (['/elsewhere'], {}, ['/h'], []),
    (['/read/x'], {}, ['/h'], []),  # told otherwise
    (['/d/l/x'], {'/h/l': 'r'}, ['/h/r'], [('/d/r/x', '/h/r/x', '/h/r')]),
    (['/d/r', '/d/r'], {}, ['/h/r'], [('/d/r', '/h/r', '/h/r')]),
    ([], {}, ['/h/o'], [('/results', '/h/o', '/h/o')]),
])
def test_unwritable(
    outputs: list[str], links: dict[str, str], closed: list[str], found: list[tuple[str, str, str]],
) -> None:
    mounts = [Mount('/h', '/d'), Mount('/h', '/read', 'ro'), Mount('/h/o', '/results'), Mount('/h', '/cache', 'ro')]
    there = ('/', '/h', '/h/r', '/h/o')
    arguments = [Argument(path, '-r') for path in outputs]
    assert unwritable(
        arguments, mounts, links.get, lambda path: path in there, lambda path: path not in closed,
    ) == found


@pytest.mark.parametrize(('host_path', 'there', 'shown', 'is_own', 'line'), [
    ('/h/a b', '/h/a b', '1000:1000', False, "chown 1000:1000 '/h/a b'"),
    ('/h/a', '/h/a', '1000', False, 'chown 1000 /h/a'),
    ('/h/a/b', '/h', '1000:100', False, 'install -d -o 1000 -g 100 /h/a/b'),
    ('/h/a/b', '/h', '1000', False, 'install -d -o 1000 /h/a/b'),
    ('/h/a/b', '/h', '1000', True, 'chmod u+rwx /h'),
])
def test_remedy(host_path: str, there: str, shown: str, is_own: bool, line: str) -> None:
    assert remedy(host_path, there, ANN._replace(shown=shown), is_own=is_own) == line
