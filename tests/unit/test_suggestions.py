"""Every suggested line is safe to paste: a shell takes its words as they are meant, whatever names are in it."""
from __future__ import annotations

import ast
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any, Iterator

import pytest
from support import CHECKOUT, tao

from tao_launcher.base.shell import join, quote
from tao_launcher.commands.doctor import mounts
from tao_launcher.commands.doctor.facts import MachineFacts
from tao_launcher.engine import failures, profiles, remedies
from tao_launcher.engine.remedies import Machine
from tao_launcher.launch import causes, variables
from tao_launcher.launch.facts import FailureFacts, Holder

NAMES = [
    'a b', "it's", '"q"', '$(id)', '`id`', 'a\nid', 'a\rid\r', 'a\x1b]0;x\x07\x03', '-x', 'ü', 'a;id',
    '!x', 'a\\b', '~', '*', 'a\udcffb', 'a\u202eb', '$HOME', "'; id; '", '#', '=id', '{a,b}', 'a&id',
    'a|id', 'a>b', '$(id -un)', '\x9b31m', "\\'\nid",
]
each_name = pytest.mark.parametrize('name', NAMES)
MACHINES = {
    'root': Machine(is_root=True), 'sudo': Machine(), 'su': Machine(has_sudo=False, has_systemd=False),
}
each_machine = pytest.mark.parametrize('machine', MACHINES.values(), ids=MACHINES)

# Programs that do nothing but tell their words; what a name smuggles in would be "id" without an argument.
STUB = '''#!/bin/bash
folder=%s
printf '%%s\\0' "$(($# + 1))" "${0##*/}" "$@" >>"$folder/calls"
case ${0##*/} in
id) [[ $# -gt 0 ]] && echo me || : >"$folder/ran" ;;
sudo) exec "$@" ;;
su) exec /bin/bash -c "$3" ;;
esac
'''
PROGRAMS = ('docker', 'tao', 'mkdir', 'chown', 'ssh', 'usermod', 'newgrp', 'id', 'sudo', 'su')


class Stubs:
    """A folder of programs that record how they are called."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        self.folder = folder
        for program in PROGRAMS:
            (folder / program).write_text(STUB % shlex.quote(str(folder)))
            (folder / program).chmod(0o755)

    def paste(self, text: str, shell: str = 'bash') -> list[list[str]]:
        """The calls that come of a text that is pasted into a shell; nothing that a name smuggled in is one."""
        (self.folder / 'calls').write_bytes(b'')
        words = {'bash': ['/bin/bash', '--norc', '-i'], 'zsh': [shutil.which('zsh') or 'zsh', '-f', '-i']}[shell]
        subprocess.run(
            words, input=os.fsencode(text + '\n'), env={'PATH': str(self.folder), 'HOME': '/nowhere'}, timeout=60,
            cwd=self.folder, check=False, capture_output=True,
        )
        assert not (self.folder / 'ran').exists(), text
        fields = os.fsdecode((self.folder / 'calls').read_bytes()).split('\0')[:-1]
        calls = []
        while fields:
            count = int(fields[0])
            calls.append(fields[1:count + 1])
            fields = fields[count + 1:]
        return calls


@pytest.fixture
def stubs(tmp_path: Path) -> Stubs:
    return Stubs(tmp_path / 'stubs')


def is_one_plain_line(text: str) -> bool:
    return text.isprintable()


@each_name
def test_quote(name: str, stubs: Stubs) -> None:
    for words in ([name], [name, name], ['', name]):
        assert is_one_plain_line(join(words))
        assert stubs.paste(f'tao {join(words)}') == [['tao', *words]]
    if name.isprintable() and name[0] not in '=%':  # which zsh and fish would expand
        assert quote(name) == shlex.quote(name)


@each_name
@each_machine
def test_fixes_of_doctor(name: str, machine: Machine, stubs: Stubs) -> None:
    paths = (f'/data/{name}', '/data/b')
    facts = MachineFacts(engine=('docker',), machine=machine)
    missing = mounts.sources(facts, mounts.Sources(missing=paths, can_create=False))
    unwritable = mounts.sources(facts, mounts.Sources(unwritable=paths, job_user='1000'))
    for found, words in ((missing, ['mkdir', '-p', *paths]), (unwritable, ['chown', '1000', *paths])):
        assert found and is_one_plain_line(found.fix)
        assert stubs.paste(found.fix)[-1] == words


@each_machine
def test_the_caller_is_who_types_it(machine: Machine, stubs: Stubs) -> None:
    calls = stubs.paste(remedies.join_docker_group(machine))
    assert calls[0] == ['id', '-un'] and calls[-2:] == [['usermod', '-aG', 'docker', 'me'], ['newgrp', 'docker']]


@each_name
def test_an_engine_that_fails(name: str, stubs: Stubs) -> None:
    engine = ('docker', '--context', name)
    found = failures.engine_failure(engine, 1, 'nonsense')
    assert found and found[1] == ''
    for error in ('permission denied (publickey)', 'kex_exchange_identification: read: Connection reset by peer'):
        found = failures.engine_failure(('docker',), 1, error, f'ssh://{name}')
        assert found and stubs.paste(found[1]) == [['ssh', f'ssh://{name}', 'docker', 'version']]
    (call,) = stubs.paste(f'{profiles.tao(engine)} list')
    assert (call[:2], shlex.split(call[2]), call[3:]) == (['tao', '--engine'], list(engine), ['list'])


@each_name
@pytest.mark.parametrize('known', [
    {'code': 139}, {'code': 126, 'command': 'x'}, {'code': 125, 'image_is_here': False},
    {'code': 125, 'image_is_here': False, 'pull': 'never'}, {'code': 125, 'held_by': Holder('a', '', 'exited')},
    {'code': 125, 'held_by': Holder('a', '', 'running', 'model/dino/train', is_own=True)},
    {'code': 125, 'network': 'lab', 'network_is_there': False},
    {'code': 125, 'network': 'container:web', 'network_is_there': False},
    {'code': 125, 'image_is_here': False, 'registry_said': 'unauthorized'},
    {'code': 125, 'image_is_here': False, 'registry_said': 'toomanyrequests'},
    {'code': 1, 'image_machine': 'arm64', 'engine_machine': 'amd64'},
    {'code': 125, 'image_is_here': True, 'disk_free': 1}, {'code': 125, 'image_is_here': False, 'is_logged_in': False},
])
def test_a_launch_that_fails(name: str, known: dict[str, Any], stubs: Stubs) -> None:
    image = 'nvcr.io/' + name
    ((what, remedy),) = causes.failures(FailureFacts(**{
        'engine': ('docker', '--context', name), 'image': image, 'name': name, **known,
    }))
    assert what and is_one_plain_line(remedy)
    (call,) = stubs.paste(remedy)
    if 'held_by' in known and known['held_by'].is_running:
        call = [*shlex.split(call[2]), *call[3:]]  # after tao --engine
    assert call[:3] == ['docker', '--context', name]
    assert {image, name, 'nvcr.io', 'prune', 'lab', 'ps'} & {word.rstrip(',') for word in call[3:]}


@each_name
def test_a_secret_in_ps(name: str, stubs: Stubs) -> None:
    line = variables.in_ps('--env', name).rpartition('then ')[2]
    assert stubs.paste(f'tao {line}') == [['tao', '--env', name]]


@each_name
def test_a_command_line(name: str, stubs: Stubs, tmp_path: Path) -> None:
    done = tao('--', name, 'run')
    (line,) = (text[9:] for text in done.err.splitlines() if text.startswith('    try: '))
    assert stubs.paste(line)[0][:3] == ['tao', name, 'run']
    folder = tmp_path / name.replace('/', '_')
    folder.mkdir()
    (folder / 'other').touch()
    engine = Stubs(tmp_path / 'engine')
    inspected = json.dumps([{'Id': 'sha256:' + '1' * 64, 'RepoTags': ['nvcr.io/nvidia/tao/tao-toolkit:7.1.0-pyt']}])
    (engine.folder / 'docker').write_text(f'#!/bin/sh\ncat <<"E"\n{inspected}\nE\n')
    done = tao('bundle', 'save', str(folder), 'model/dino', env={'PATH': f'{engine.folder}:{os.environ["PATH"]}'})
    (line,) = (text[9:] for text in done.err.splitlines() if text.startswith('    try: '))
    assert stubs.paste(line)[0][:4] == ['tao', 'bundle', 'save', f'{folder}/bundle']


@pytest.fixture(params=['bash', 'zsh'])
def shell(request: pytest.FixtureRequest) -> str:
    found: str = request.param
    if not shutil.which(found):
        pytest.skip(f'{found} is not installed')
    return found


def hostile_files(name: str, tmp_path: Path) -> list[str]:
    """Options that name a mounts file, a mount and variables with a name."""
    folder = tmp_path / f'files{name.replace("/", "_")}'
    folder.mkdir()
    path = folder / 'mounts.json'
    path.write_text(json.dumps({
        'Mounts': [{'source': '/tmp', 'destination': f'/data{re.sub("[^ -~]", "", name)}'}],
        'Envs': [{'variable': 'A', 'value': name.replace('\udcff', '')}],
    }))
    return ['--mounts_file', str(path)]


@each_name
def test_explain(name: str, shell: str, stubs: Stubs, tmp_path: Path) -> None:
    done = tao('--no-check', '--explain', *hostile_files(name, tmp_path), 'dino', 'run', 'x', name)
    is_utf_8 = '\udcff' not in name
    assert (done.code, done.err == '') == (0, is_utf_8)
    assert all(map(is_one_plain_line, (done.out + done.err).splitlines()))
    if is_utf_8:
        assert all(line.startswith('# ') and '  # ' in line for line in done.out.splitlines())
    assert stubs.paste(done.out, shell) == []


@each_name
def test_config_show(name: str, shell: str, stubs: Stubs, tmp_path: Path) -> None:
    done = tao(*hostile_files(name, tmp_path), '--env', f'B={name}', 'config', 'show')
    assert (done.code, done.err) == (0, '')
    assert all(map(is_one_plain_line, done.out.splitlines()))
    stubs.paste(done.out, shell)


QUOTING = {
    'quote', 'join', 'as_root', 'tao', 'export_line', 'install', 'start', 'restart', 'add_ids', 'describe_gpus', 'line',
}
# What is ours: names of programs, options and verbs, and texts that were quoted above.
OURS = {
    'MAX_BYTES', 'other', 'found.title', 'found.manual', 'program', 'option.example', 'verb', 'given.verb',
    'profile.storage', 'engine', 'user', 'task', 'name', 'words', 'where', 'late[0]', 'self.prog', 'rest[0]',
    'actual.name', 'variable', 'tasks', 'package', 'configure', 'install', 'job.id[:12]', 'asker.program',
    'caller', 'here', 'error.advice', 'profile.name', 'made.profile.name', 'fix', 'otherwise',
}


def suggested() -> Iterator[tuple[str, ast.JoinedStr]]:
    """Each f-string that becomes advice, a fix or a remedy."""
    for path in sorted((CHECKOUT / 'tao_launcher').rglob('*.py')):
        for node in ast.walk(ast.parse(path.read_text(encoding='utf-8'))):
            values: list[ast.AST] = []
            if isinstance(node, ast.Call):
                values += [keyword.value for keyword in node.keywords if keyword.arg in ('advice', 'fix', 'remedy')]
                if isinstance(node.func, ast.Name) and node.func.id == 'Finding':
                    values += node.args[3:]
            elif isinstance(node, ast.Assign):
                names = {target.id for target in node.targets if isinstance(target, ast.Name)}
                values += [node.value] * bool(names & {'advice', 'fix', 'remedy'})
            for value in values:
                yield from ((f'{path.name}:{text.lineno}', text) for text in unquoted(value))


def called(node: ast.AST) -> str:
    """The name of the function that a call calls."""
    function = node.func if isinstance(node, ast.Call) else None
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, 'id', '')


def unquoted(node: ast.AST) -> Iterator[ast.JoinedStr]:
    """The f-strings in an expression that nothing quotes."""
    if isinstance(node, ast.JoinedStr):
        yield node
    for child in [] if called(node) in QUOTING else ast.iter_child_nodes(node):
        yield from unquoted(child)


@pytest.mark.skipif(sys.version_info < (3, 9), reason='ast.unparse')
def test_no_suggestion_has_an_unquoted_value() -> None:
    wrong = []
    for where, text in suggested():
        for part in text.values:
            if not isinstance(part, ast.FormattedValue):
                continue
            if called(part.value) not in QUOTING and ast.unparse(part.value) not in OURS:
                wrong.append(f'{where}: {ast.unparse(part.value)}')
    assert wrong == []
