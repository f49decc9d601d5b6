"""Whatever the input, the launcher ends with a sentence and one of its codes, never with a traceback."""
from __future__ import annotations

import itertools
import os
from pathlib import Path
from typing import Any

import pytest
import strategies
from engine_answers import Engine
from hypothesis import given, settings
from hypothesis import strategies as st
from plans import CATALOGUE
from support import FakeDocker, Result, tao, tao_process

from tao_launcher.settings.environment import VARIABLES
from tao_launcher.settings.options import OPTIONS
from tao_launcher.settings.programs import RUNNERS

NAMES = [option.name for option in OPTIONS] + [f'--{option.key}' for option in OPTIONS] + ['-h', '-q', '-x', '--', '-',
    '--x=y']
TASKS = ['dino', 'model', 'deploy', 'dataset', 'annotations', 'converter', 'train', 'run', 'evaluate', 'tarin', 'list',
    'help', '']
VALUES = [
    'all', 'none', '0,1', '/a:/b', 'a:/b', 'A=1', 'A', '=', '16G', 'stack=1', '1:2', '1:2/udp', 'host', '1:1', 'x:y',
    '7.1.0', 'podman',
    '"', "'", 'sudo docker', '--cpus=8', 'json', 'never', '/nonexistent', '/', '.', '~', '99999999999999999999', '-1',
    'a\nb', '::',
]
some_words = st.sampled_from(NAMES) | st.sampled_from(TASKS) | st.sampled_from(VALUES) | strategies.words
joined = st.builds('{}={}'.format, st.sampled_from(NAMES), st.sampled_from(VALUES) | strategies.words)
lines = st.lists(some_words | joined, max_size=7)


def is_said(done: Result) -> None:
    assert done.code in (0, 1, 2, 70, 125, 126, 127), done
    assert done.code != 70 and 'a bug of the launcher' not in done.err, done
    assert 'Traceback' not in done.out + done.err, done
    if done.code == 2:
        assert ': error: ' in done.err, done


@settings(max_examples=250)
@given(line=lines, program=st.sampled_from(['tao', 'tao', 'tao', *RUNNERS]))
def test_any_words(line: list[str], program: str, fake_docker: FakeDocker) -> None:
    is_said(tao(*line, program=program))


# What stands for something of its own: examples that are drawn seldom have two of these side by side.
SPECIAL = ['', '-', '--', '--help', 'help', 'run', 'model', 'dino', '--gpus', 'list']


@pytest.mark.parametrize('program', ['tao', 'tao_pt'])
def test_every_short_line_of_special_words(program: str, fake_docker: FakeDocker) -> None:
    for length in (1, 2, 3):
        for line in itertools.product(SPECIAL, repeat=length):
            is_said(tao(*line, program=program))


@settings(max_examples=100)
@given(line=lines)
def test_any_words_of_a_dry_run_start_nothing(line: list[str], fake_docker: FakeDocker) -> None:
    fake_docker.forget()
    is_said(tao('--dry-run', *line))
    assert [call for call in fake_docker.calls if call[1:2] == ['run']] == []


@settings(max_examples=150)
@given(variables=st.dictionaries(
    st.sampled_from([variable.name for variable in VARIABLES if variable.name != 'TAO_DEBUG'] + ['SLURM_JOB_GPUS',
        'DOCKER_CONTEXT']),
    st.sampled_from(VALUES) | strategies.words, max_size=4,
))
def test_any_variables(variables: Any, fake_docker: FakeDocker) -> None:
    is_said(tao('--dry-run', 'dino', 'train', env=variables))


PIECES = [
    b'{', b'}', b'[', b']', b',', b':', b'"Mounts"', b'"Envs"', b'"DockerOptions"', b'"source"', b'"destination"',
    b'"/a"', b'"variable"',
    b'"value"', b'"ports"', b'"ulimits"', b'"gpus"', b'1', b'-1', b'1e999', b'NaN', b'null', b'true', b'"\\ud800"',
    b'"\\u0000"', b' ', b'\n',
    b'\xff', b'\xef\xbb\xbf', b'//', b"'", b'<', b'\\', b'"',
]


@settings(max_examples=250)
@given(data=st.binary(max_size=60) | st.lists(st.sampled_from(PIECES), max_size=25).map(b''.join))
def test_any_bytes_as_a_file(data: bytes, home: Path, tmp_path: Path) -> None:
    for path in (home / '.tao_mounts.json', home / '.tao' / 'config.json', tmp_path / 'docker' / 'manifest.json'):
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(data)
        is_said(tao('--dry-run', '--no-check', '--', 'x', program='tao_pt', env={'NV_TAO_PYTORCH_TOP': str(tmp_path)}))
        is_said(tao('--dry-run', '--no-check', 'dino', 'train'))
        path.unlink()


@settings(max_examples=100)
@given(data=st.binary(max_size=40) | st.lists(st.sampled_from(PIECES), max_size=15).map(b''.join))
def test_any_bytes_as_dockers_own_file(data: bytes, home: Path) -> None:
    # it is docker's to complain about them
    (home / '.docker').mkdir(exist_ok=True)
    (home / '.docker' / 'config.json').write_bytes(data)
    assert tao('--dry-run', 'dino', 'train').code == 0


@pytest.mark.parametrize('context',
    ['"\\ud800"', '"\\u0000"', '"../../x"', '[]', '{"a": 1}', '1', 'null', '"' + 'x' * 5000 + '"'])
def test_odd_context_of_docker(context: str, home: Path) -> None:
    (home / '.docker').mkdir()
    (home / '.docker' / 'config.json').write_text(f'{{"currentContext": {context}}}')
    assert tao('--dry-run', 'dino', 'train').code == 0


@pytest.mark.parametrize('words', [['--dry-run', 'dino', 'train'], ['dino', 'train'], ['--help'], ['nonsense']])
@pytest.mark.parametrize('closed', [0, 1, 2])
def test_closed_streams(words: list[str], closed: int, fake_docker: FakeDocker) -> None:
    done = tao_process(*words, closed=closed)
    assert 'Traceback' not in done.err
    has_result = words[0] in ('--dry-run', '--help')
    assert done.code == (2 if words == ['nonsense'] else 1 if closed == 1 and has_result else 0)


def test_removed_current_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / 'gone').mkdir()
    monkeypatch.chdir(tmp_path / 'gone')
    (tmp_path / 'gone').rmdir()
    is_said(tao('--dry-run', 'dino', 'train'))
    is_said(tao('--dry-run', '--volume', '.:/a', 'dino', 'train'))
    is_said(tao('--dry-run', program='tao_pt'))
    # what is relative to it is not there
    monkeypatch.setenv('PWD', str(tmp_path / 'gone'))
    said = 'tao: error: m.json: is relative to the current folder, which is gone\n'
    assert tao('--dry-run', '--mounts_file', 'm.json', 'dino', 'train') == (2, '', (
        f'{said}    try: cd to one that exists, or an absolute path\n'
    ))
    assert tao('--dry-run', 'dino', 'train', env={'LAUNCHER_MOUNTS': 'm.json'}).code == 2
    assert tao('--dry-run', program='tao_pt', env={'NV_TAO_PYTORCH_TOP': '.'}).code == 2
    monkeypatch.delenv('PWD')
    done = tao('--dry-run', '--mounts_file', 'm.json', 'dino', 'train')
    assert (done.code, done.err.startswith(said)) == (2, True)


@pytest.mark.parametrize('home', ['', '/nonexistent', 'relative', '/dev/null', '/dev/null/x', '/etc/passwd'])
def test_odd_home(home: str) -> None:
    # a HOME that is no folder holds no files of ours
    done = tao('--dry-run', 'dino', 'train', env={'HOME': home})
    assert done == tao('--dry-run', 'dino', 'train')
    assert done.code == 0


@pytest.mark.parametrize('answer', ['null', '1', '[1]', '[null]', '[{"Config": 1}]', '{"a": 1}', '{', ''])
@pytest.mark.parametrize('words', [
    ['list', '-a'], ['stop', 'x'], ['logs', 'x'], ['wait', 'x'], ['attach', 'x'], ['exec', 'x', 'ls'], ['clean'],
    ['images', 'dino'], ['pull', 'dino'], ['doctor'], ['dino', 'train'],
], ids=' '.join)
def test_any_answer_of_the_engine(words: list[str], answer: str, engine: Engine) -> None:
    engine.answers('ps', 'f00dcafe\n')
    for verb in ('inspect', 'image', 'manifest', 'info', 'events', 'version'):
        engine.answers(verb, answer)
    engine.answers('run', code=125)
    engine.answers('pull')
    is_said(tao(*words))


@pytest.mark.parametrize('uid', ['x', '\N{SUPERSCRIPT TWO}', '-1', '', '4294967295', '9' * 30])
def test_odd_caller_of_sudo(uid: str) -> None:
    words = ['--dry-run', '--run_as_user', 'dino', 'train']
    usual = tao(*words)
    for uids in ((uid, uid), (uid, '0'), ('0', uid)):
        assert tao(*words, env=dict(zip(('SUDO_UID', 'SUDO_GID'), uids))) == usual


def test_every_task_of_the_catalogue() -> None:
    for release, groups in CATALOGUE.releases.items():
        for group, images in groups.items():
            for image, tasks in images.items():
                done = tao('--dry-run', '--release', release, group, tasks[0], 'train', env={'TAO_PULL': 'never'})
                assert done.code == 0 and f' {image} {tasks[0]} train\n' in done.out


def test_bug_is_one_line_and_a_traceback_on_request(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, 'uname', lambda: None)
    done = tao('--dry-run', 'dino')
    assert done.code == 70
    first, second = done.err.splitlines()
    assert first.startswith('tao: error: a bug of the launcher: AttributeError: ')
    assert second == '    try: the same command with TAO_DEBUG=1 shows where, for a report'
    with pytest.raises(AttributeError):
        tao('--dry-run', 'dino', env={'TAO_DEBUG': '1'})
