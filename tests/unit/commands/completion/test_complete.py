"""The question that a shell asks, which nothing may disturb."""
from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from engine_answers import Engine
from support import FakeDocker, Result, command, tao, tao_process, write_mounts


def asked(line: str, *more: str, shell: str = 'bash', program: str = 'tao') -> Result:
    """What the launcher answers to a shell."""
    replaced = line.replace('=', ' ').replace(':', ' ').rpartition(' ')[2]
    given = [line, *([replaced] if shell == 'bash' and not more else []), *more]
    return tao('completion', '--complete', shell, *given, program=program)


def lines(line: str) -> list[str]:
    """The candidates for bash."""
    done = asked(line)
    assert (done.code, done.err) == (0, '')
    return done.out.splitlines()[1:]


def test_answer_for_each_shell(home: Path) -> None:
    (home / 'a b').mkdir()
    write_mounts(home, {'Mounts': [{'source': '~/a b', 'destination': '/data x'}]})
    line = 'tao dino train -e /da'
    assert asked(line) == (0, 'tao:paths,open\n/data\\ x/\n', '')
    assert asked('tao dino train -e "/da', '/da').out == 'tao:paths,open\n/data x/\n'
    assert asked('tao dino train results_dir=/da').out == 'tao:paths,open\n/data\\ x/\n'
    words = ('tao', 'dino', 'train', '-e')
    assert asked('/da', *words, shell='zsh').out == f'tao:1\ndata x/\tmount of {home}/a b\n'
    assert asked(line, shell='fish').out == f'tao:\n/data x/\tmount of {home}/a b\n'
    assert asked('tao --pull al', shell='fish').out.splitlines()[2] == 'always\tbefore every launch'


def test_what_is_typed_stays() -> None:
    typed = "tao --mounts_file $HOME/'x y'/\"z"
    os.makedirs(f'{os.environ["HOME"]}/x y/z w')
    assert asked(typed, 'z').out == 'tao:paths,open\nz w/\n'
    assert asked(typed, shell='fish').out == 'tao:\n$HOME/x y/z w/\n'
    assert asked(typed.partition('file ')[2], 'tao', '--mounts_file', shell='zsh').out == 'tao:12\nz w/\n'


def test_of_a_quoted_folder_bash_gets_what_it_holds(home: Path) -> None:
    """The quote would be closed behind a folder that the host does not have."""
    (home / 'a b').mkdir()
    write_mounts(home, {'Mounts': [{'source': '~/a b', 'destination': '/data x'}]})
    line = 'tao dino train -e "/da'
    assert asked(line, '/da').out == 'tao:paths,open\n/data x/\n'  # it holds nothing
    for name in ('one', 'two'):
        (home / 'a b' / name).write_text('')
    assert asked(line, '/da').out == 'tao:paths\n/data x/one\n/data x/two\n'
    assert asked('tao dino train -e /da').out == 'tao:paths,open\n/data\\ x/\n'


@pytest.mark.parametrize('program', ['tao', './bin/tao', '/opt/x/tao', 'alias'])
def test_any_name_of_the_program(program: str) -> None:
    assert lines(f'{program} dinov') == ['dinov3']
    assert lines(f'FOO=1 {program} dinov') == (['dinov3'] if program != 'alias' else [])


def test_a_runner_is_completed_by_tao() -> None:
    assert lines('/opt/x/tao_pt bui') == ['build']
    assert asked('tao_pt bui', program='tao_pt').code == 2  # its own command line has no such word


def test_jobs(engine: Engine) -> None:
    engine.answers('ps', 'f00dcafe0001 night Up 2 hours "model/dino/train"\nabcd odd_name Up 3 days (Paused) ""\n')
    assert lines('tao stop ') == ['f00dcafe0001', 'night', 'abcd', 'odd_name']
    done = asked('tao logs f', shell='fish')
    assert done.out.splitlines()[1] == 'f00dcafe0001\tnight: model/dino/train, Up 2 hours'
    calls = [call for call in engine.calls if call[1] == 'ps']
    label = f'label=tao.user={os.getuid()}'
    assert [('-a' in call, label in call, 'label=tao.plan' in call) for call in calls] == [
        (False, True, True), (True, True, True),
    ]
    assert [call for call in engine.calls if call[1] != 'ps'] == []
    # podman is asked for all
    engine.answers('ps', 'f00dcafe0001 night Exited (1) 3 days ago "model/dino/train"\nabcd odd Created ""\n')
    assert lines('tao stop ') == ['abcd', 'odd']
    assert lines('tao logs ') == ['f00dcafe0001', 'night', 'abcd', 'odd']


@pytest.mark.parametrize('shell', ['zsh', 'fish'])
def test_a_label_is_only_data(shell: str, engine: Engine) -> None:
    label = 'a\x1b]0;owned\x07b\nforged0001 c\td\x9b31m\u202ee'
    engine.answers('ps', f'f00d night Up 2 hours {json.dumps(label)}\nfeed evil Up 1 s "x\nfeed2 evil Up\n')
    found = asked('tao stop ', shell=shell).out if shell == 'fish' else tao(
        'completion', '--complete', 'zsh', '', 'tao', 'stop',
    ).out
    shown = r'a\x1b]0;owned\x07b\nforged0001 c\td\x9b31m\u202ee'
    assert found.splitlines()[1:] == [f'f00d\tnight: {shown}, Up 2 hours', f'night\t{shown}, Up 2 hours']


@pytest.mark.parametrize('engine_words', ['sudo docker', '"', 'nowhere', 'docker --context nowhere'])
def test_an_engine_that_can_not_be_asked(engine_words: str, unasked: Path) -> None:
    assert asked('tao stop ').out == 'tao:\n'  # the one that no test may ask fails
    assert asked(f"tao --engine '{engine_words}' stop ", '') == (0, 'tao:\n', '')


def test_an_engine_that_hangs(engine: Engine) -> None:
    (engine.folder / 'docker').write_text('#!/bin/sh\nexec sleep 100\n')
    assert lines('tao stop n') == []


BROKEN = ['{', '[]', '', '{"Mounts": [{"source": "$UNSET/x", "destination": "y"}]}']


@pytest.mark.parametrize('content', BROKEN)
def test_a_faulty_mounts_file(content: str, home: Path) -> None:
    write_mounts(home, content)
    assert lines('tao dino train -e /') == []
    assert lines('tao --volume /:/all dino train -e /a') == ['/all/']
    assert lines('tao dino tra') == ['train']


def test_a_pipe_in_the_place_of_a_mounts_file_is_left_alone(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / 'pipe')
    (tmp_path / 'data' / 'specs').mkdir(parents=True)
    line = f'tao --mounts_file {tmp_path}/pipe --volume {tmp_path}/data:/x dino train -e /x/sp'
    done = subprocess.run(
        [*command(), 'completion', '--complete', 'fish', line], stdin=subprocess.DEVNULL, capture_output=True,
        check=True, timeout=60,
    )
    assert (done.stdout, done.stderr) == (b'tao:\n/x/specs/\n', b'')


def test_a_faulty_catalogue(home: Path) -> None:
    (home / '.tao').mkdir()
    (home / '.tao/config.json').write_text('{')
    assert lines('tao dinov') == ['dinov3']


def test_contexts_of_docker(home: Path) -> None:
    folder = home / '.docker/contexts/meta'
    for name, text in (('1', '{"Name": "far"}'), ('2', '{'), ('3', '[]')):
        (folder / name).mkdir(parents=True)
        (folder / name / 'meta.json').write_text(text)
    assert lines('tao --context ') == ['default', 'far']


def test_a_catalogue_of_ones_own(home: Path) -> None:
    image = {'docker_registry': 'example.test', 'tasks': ['mine']}
    document = {'format_version': 3.0, 'task_group': {'model': {'dockers': {'own/image': {'1': image}}}}}
    (home / '.tao').mkdir()
    (home / '.tao/config.json').write_text(json.dumps(document))
    assert lines('tao min') == ['mine']
    assert lines('tao dinov') == []


def test_nothing_but_the_question_is_asked(home: Path, fake_docker: FakeDocker) -> None:
    """A line that is being typed is not run, whatever it says."""
    for line in ('tao --dry-run dino train ', 'tao stop --all ', 'tao completion bash --install ', 'tao dino '):
        assert asked(line, '').code == 0
    assert [call for call in fake_docker.calls if call[1] != 'ps'] == []
    assert list(home.iterdir()) == []


@pytest.mark.parametrize('words', [[], ['bash'], ['nonsense', 'x'], ['zsh'], ['bash', ''], ['fish', '\udcff'],
    ['zsh', '']])
def test_odd_questions_are_silent(words: list[str]) -> None:
    done = tao_process('completion', '--complete', *(os.fsencode(word) for word in words))
    assert (done.code in (0, 1), done.err) == (True, '')


def test_names_that_a_terminal_would_obey_are_left_out(home: Path) -> None:
    folder = home / 'odd'
    folder.mkdir()
    for name in (b'a\nb', b'a\x1bc', b'a\tb', b'a\xff', 'aß'.encode()):
        (folder / os.fsdecode(name)).write_text('')
    done = tao_process('completion', '--complete', 'bash', f'tao --mounts_file {folder}/a', f'{folder}/a')
    assert sorted(os.fsencode(line) for line in done.out.splitlines()[1:]) == sorted(
        os.fsencode(f'{folder}/') + name for name in ('aß'.encode(), b'a\xff')
    )


def test_a_bug_is_shown_to_who_asks_for_it() -> None:
    done = tao_process('completion', '--complete', env={'TAO_DEBUG': '1'})
    assert 'IndexError' in done.err


@pytest.mark.parametrize('line', [
    'tao ', 'tao dino train -e /', 'tao list --', 'tao --volume /', 'tao submit slurm --', 'tao_pt ',
])
def test_an_answer_loads_nothing_heavy(line: str, home: Path) -> None:
    import tao_launcher

    write_mounts(home, {'Mounts': [{'source': '/', 'destination': '/d'}]})
    code = (
        f'import sys; sys.path.insert(0, {os.path.dirname(os.path.dirname(str(tao_launcher.__file__)))!r})\n'
        'from tao_launcher.main import main\ncode = main(sys.argv[1:])\n'
        'sys.stderr.write(" ".join(sys.modules))\nsys.exit(code)'
    )
    done = subprocess.run(
        [sys.executable, '-I', '-S', '-c', code, 'completion', '--complete', 'bash', line, ''], capture_output=True,
        encoding='utf-8', check=True,
    )
    assert len(done.stdout.splitlines()) > 1
    loaded = {name.partition('.')[0] for name in done.stderr.split()}
    assert not loaded & {
        'argparse', 'subprocess', 'shellingham', 'jsonschema', 'colorama', 'typing', 'hashlib', 'difflib', 'textwrap',
        'inspect', 'pathlib', 'tempfile', 'socket',
    }
