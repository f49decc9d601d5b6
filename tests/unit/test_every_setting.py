"""Every row of the options reaches what it says that it reaches; none is accepted, documented and silently dropped."""
from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from support import Result, tao, tao_process

from tao_launcher.base.host import package_data
from tao_launcher.settings.docker_options import KINDS, PARSERS
from tao_launcher.settings.option import CODE, IGNORED, NOTICE, REFUSED, Option
from tao_launcher.settings.options import BY_KEY, ROWS
from tao_launcher.settings.parsers import KINDS as TEXT_KINDS

SCHEMA = json.loads(package_data('mounts.schema.json'))
TASK = ('dino', 'train', '-e', '/x')
MOUNT = '--volume=/tmp:/m'  # what some settings are about
# A value of every kind that is no default.
VALUES = {
    'color': 'never', 'container_name': 'night', 'destination': '/w', 'dry_run': 'pretty', 'engine': 'podman',
    'gpus': '0', 'image': 'a/b:c', 'pull': 'always', 'registry': 'a.b', 'seconds': '7', 'size': '2G', 'tag': 't',
    'user': '1234:5678', 'word': 'host', 'hostname': 'here', 'cpus': '1.5', 'platform': 'linux/arm64',
    'entrypoint': '/bin/sh', 'duration': '90s',
}
SPECIAL = {
    'volume': '/:/d', 'env': 'A=B', 'ulimit': 'nofile=5', 'port': '81:80', 'docker_arg': '--cpus=2', 'release': '6.0.0',
    'cached': 'a/b:c', 'host_path': '/tmp=/there', 'mounts_file': '.tao_mounts.json',
}
IN_FILE = {
    'flag': True, 'ulimits': {'nofile': 5}, 'ports': {'80': 81}, 'words': ['44'], 'docker_words': ['--cpus=2'],
}
BY_OPTION = [row for row in ROWS if row.name and 'tao' in row.programs and row.key not in ('help', 'version')]
BY_FILE = [row for row in ROWS if row.file]
# The same where a cluster takes the value above for what it does anyway.
ON_A_CLUSTER = {'gpus': 'count=3', 'network': 'mine', 'ipc': 'shareable'}
# These are told to the engine only on a terminal.
ON_A_TERMINAL = ('tty', 'no_tty')


def words(row: Option) -> list[str]:
    """An option with a value."""
    if not row.value:
        return [row.name]
    value = SPECIAL.get(row.key) or VALUES[row.kind]
    return [f'{row.name}={value}']


def in_file(row: Option, home: Path, special: str = '') -> None:
    """The mounts file with the key alone."""
    value: Any = special or IN_FILE.get(row.file_kind, VALUES.get(row.kind))
    if value is True and row.default is True:
        value = False
    (home / '.tao_mounts.json').write_text(json.dumps({'DockerOptions': {row.file: value}}))


def launched(*options: str) -> Result:
    return tao('--dry-run', MOUNT, *options, *TASK)


def submitted(engine: str, *options: str) -> Result:
    """What a cluster is handed, by pyxis or Kubernetes."""
    how = {'pyxis': ['slurm', '--container=pyxis'], 'kubernetes': ['kubernetes']}[engine]
    return tao('--dry-run', MOUNT, *options, 'submit', *how, *TASK)


def argv(done: Result) -> str:
    """What is run, without the digest of it."""
    assert done.code == 0, done
    return re.sub(r'tao\.plan=[0-9a-f]+', '', done.out)


def test_a_row_of_an_engine_is_told_apart_from_one_of_the_launcher() -> None:
    for row in ROWS:
        known = {CODE, '', row.docker if row.docker.startswith('--') else CODE}
        assert row.docker in known, row
        for there in (row.pyxis, row.kubernetes) if row.docker else ():
            assert there in (CODE, REFUSED, NOTICE, IGNORED) or '-' in there or '.' in there, row


@pytest.mark.parametrize('row', BY_OPTION, ids=lambda row: row.key)
def test_an_option_reaches_the_argv(row: Option) -> None:
    if row.key in ON_A_TERMINAL:
        return  # see the test at the end
    if row.key in ('dry_run', 'explain'):
        assert tao(*words(row), *TASK).out != launched().out
        return
    Path('.tao_mounts.json').write_text('{}')
    assert (argv(launched(*words(row))) != argv(launched())) == bool(row.docker)
    if row.docker.startswith('-'):
        assert f' {row.docker} {VALUES[row.kind]} ' in launched(*words(row)).out


@pytest.mark.parametrize('row', BY_FILE, ids=lambda row: row.file)
def test_a_key_of_the_file_reaches_the_argv(row: Option, home: Path) -> None:
    bare = argv(launched())
    in_file(row, home)
    if row.key in ON_A_TERMINAL:
        assert argv(launched()) == bare
        return
    assert (argv(launched()) != bare) == bool(row.docker)
    if row.docker.startswith('-'):
        assert f' {row.docker} ' in launched().out


def reaches(there: str, done: Result, bare: Result, row: Option) -> bool:
    """Whether a cluster did with a row what the row says."""
    name = row.file or row.name
    if there == REFUSED:
        return done.code == 2 and (row.key in done.err or row.name in done.err)
    if there == NOTICE:
        return done.code == 0 and name in done.err and name not in bare.err
    if there == IGNORED:
        return done.code == 0
    if there == CODE:
        return done.code == 2 or (done.out, done.err) != (bare.out, bare.err)
    shown = f'{json.dumps(there.rpartition(".")[2])}: ' if '.' in there else there
    return done.code == 0 and shown in done.out and shown not in bare.out


@pytest.mark.parametrize('engine', ['pyxis', 'kubernetes'])
@pytest.mark.parametrize('row', [row for row in BY_OPTION if row.docker], ids=lambda row: row.key)
def test_an_option_reaches_a_cluster_or_is_refused(row: Option, engine: str) -> None:
    given = [f'{row.name}={ON_A_CLUSTER[row.key]}'] if row.key in ON_A_CLUSTER else words(row)
    assert reaches(getattr(row, engine), submitted(engine, *given), submitted(engine), row)


@pytest.mark.parametrize('engine', ['pyxis', 'kubernetes'])
@pytest.mark.parametrize('row', BY_FILE, ids=lambda row: row.file)
def test_a_key_of_the_file_reaches_a_cluster_or_is_refused(row: Option, engine: str, home: Path) -> None:
    if row.key in ON_A_TERMINAL:
        return  # a submitted job has none
    bare = submitted(engine)
    in_file(row, home, ON_A_CLUSTER.get(row.key, ''))
    assert reaches(getattr(row, engine), submitted(engine), bare, row)


def without_an_engine(*options: str) -> Result:
    """A launch of a command of this machine."""
    return tao('--dry-run', '--volume=/tmp:/tmp', '--engine=none', *options, 'dino', 'run', 'true')


@pytest.mark.parametrize('row', [row for row in BY_OPTION if row.docker], ids=lambda row: row.key)
def test_an_option_reaches_a_command_of_this_machine_or_is_named(row: Option) -> None:
    if row.key in (*ON_A_TERMINAL, 'engine', 'interactive'):
        return
    bare = without_an_engine()
    given = {'workdir': ['--workdir=/usr'], 'entrypoint': ['--entrypoint=/bin/true'], 'volume': ['--volume=/:/no/d'],
             'ulimit': ['--ulimit=nofile=99999999'], 'shm_size': ['--shm_size=999P']}.get(row.key, words(row))
    done = without_an_engine(*given)
    if row.key == 'same_paths':  # for which everything is there already
        assert without_an_engine('--volume=/:/no/d', '--same_paths').code == 0
    else:
        assert reaches(row.here, done, bare, row._replace(file=''))


@pytest.mark.parametrize('row', BY_FILE, ids=lambda row: row.file)
def test_a_key_of_the_file_reaches_a_command_of_this_machine_or_is_named(row: Option, home: Path) -> None:
    bare = without_an_engine()
    special = {'workdir': '/usr', 'entrypoint': '/bin/true', 'shm_size': '999P'}.get(row.key, '')
    in_file(row, home, special)
    if row.file == 'ulimits':
        (home / '.tao_mounts.json').write_text('{"DockerOptions": {"ulimits": {"nofile": 99999999}}}')
    if row.key in ('same_paths', *ON_A_TERMINAL):
        assert without_an_engine() == bare
    else:
        assert reaches(row.here, without_an_engine(), bare, row)


def test_parser_and_schema_know_the_same_keys() -> None:
    keys = {row.file for row in ROWS if row.file}
    assert {*PARSERS} == keys == {*SCHEMA['$defs']['dockerOptions']['properties']}
    assert {row.file_kind or row.kind for row in BY_FILE} == {*KINDS}


def test_every_kind_has_a_parser() -> None:
    assert {row.kind for row in ROWS if row.kind} == {*TEXT_KINDS} == {*VALUES}


def test_keys_are_unique() -> None:
    assert len(BY_KEY) == len(ROWS)


def test_a_setting_that_reaches_nothing_would_be_seen() -> None:
    """A row that says it is an option of docker's, and is not written, fails the tests above."""
    row = BY_KEY['network']._replace(docker='--nowhere')
    assert f' {row.docker} ' not in launched(*words(row)).out


def test_a_terminal_is_what_tty_is_about() -> None:
    done = tao_process('--dry-run', '--tty', *TASK)
    assert (done.code, '--tty: the input is not a terminal' in done.err) == (2, True)
