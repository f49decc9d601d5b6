"""tao completion: the scripts, their places, and the question that they ask, which nothing may disturb."""
from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from engine_answers import Engine
from support import CHECKOUT, FakeDocker, Result, command, tao, tao_process, write_mounts

from tao_launcher.commands.completion.scripts import script
from tao_launcher.settings.programs import RUNNERS

SHELLS = ('bash', 'zsh', 'fish')
COMMITTED = {'bash': 'tao.bash', 'zsh': '_tao', 'fish': 'tao.fish'}


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


def test_they_are_those_of_this_checkout() -> None:
    done = subprocess.run(
        [sys.executable, CHECKOUT / 'bin' / 'make_completions', '--check'], capture_output=True, encoding='utf-8',
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, '', '')


def test_a_change_is_named(tmp_path: Path) -> None:
    """In a copy: what differs is shown, with the command that helps; after that command nothing differs."""
    for name in ('bin', 'tao_launcher', 'completions', 'setup.cfg'):
        subprocess.run(['cp', '-a', CHECKOUT / name, tmp_path], check=True)
    made = [sys.executable, tmp_path / 'bin' / 'make_completions']
    table, old = tmp_path / 'tao_launcher/data/verbs.json', tmp_path / 'completions/old.bash'
    link, before = tmp_path / 'completions/tao_pt.fish', table.read_bytes()
    table.write_bytes(before.replace(b'--format', b'--farmot'))
    old.write_text('old\n')
    link.unlink()
    done = subprocess.run([*made, '--check'], capture_output=True, encoding='utf-8', check=False)
    assert done.returncode == 1
    assert done.stderr == 'the completions are not those of this checkout; make them: bin/make_completions\n'
    assert '--- completions/old.bash as it is\n' in done.stdout
    assert '+++ completions/tao_pt.fish as it is made\n' in done.stdout
    assert '--- tao_launcher/data/verbs.json as it is\n' in done.stdout
    subprocess.run(made, check=True)
    assert table.read_bytes() == before and not old.exists() and os.readlink(link) == 'tao.fish'


@pytest.mark.parametrize('shell', SHELLS)
def test_printed(shell: str) -> None:
    text = (CHECKOUT / 'completions' / COMMITTED[shell]).read_text(encoding='utf-8')
    assert tao('completion', shell) == (0, text, '')
    assert all(name in text for name in RUNNERS)


PLACES = [
    ('bash', {}, '.local/share/bash-completion/completions', 'tao', RUNNERS),
    ('bash', {'XDG_DATA_HOME': '{}/d'}, 'd/bash-completion/completions', 'tao', RUNNERS),
    ('bash', {'XDG_DATA_HOME': 'relative'}, '.local/share/bash-completion/completions', 'tao', RUNNERS),
    ('bash', {'BASH_COMPLETION_USER_DIR': '{}/b:{}/c', 'XDG_DATA_HOME': '/d'}, 'b/completions', 'tao', RUNNERS),
    ('zsh', {}, '.local/share/zsh/site-functions', '_tao', ()),
    ('zsh', {'XDG_DATA_HOME': '{}/d d'}, 'd d/zsh/site-functions', '_tao', ()),
    ('fish', {}, '.config/fish/completions', 'tao.fish', [f'{name}.fish' for name in RUNNERS]),
    ('fish', {'XDG_CONFIG_HOME': '{}/c'}, 'c/fish/completions', 'tao.fish', [f'{name}.fish' for name in RUNNERS]),
]


@pytest.fixture
def shells(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder first on PATH with shells that answer nothing."""
    folder = tmp_path / 'shells'
    folder.mkdir()
    for name in ('bash', 'zsh'):
        (folder / name).write_text('#!/bin/sh\nexit 1\n')
        (folder / name).chmod(0o755)
    monkeypatch.setenv('PATH', f'{folder}:{os.environ["PATH"]}')
    return folder


@pytest.mark.parametrize(('shell', 'env', 'place', 'file', 'links'), PLACES)
def test_install(
    shell: str, env: dict[str, str], place: str, file: str, links: list[str], home: Path, shells: Path,
) -> None:
    env = {name: value.replace('{}', str(home)) for name, value in env.items()}
    folder = home / place
    dry = tao('--dry-run', 'completion', shell, '--install', env=env)
    said = [f'write {folder}/{file}', *(f'link {folder}/{name} to {file}' for name in links)]
    assert dry == (0, ''.join(f'{line}\n' for line in said), '')
    assert not folder.exists()
    done = tao('completion', shell, '--install', env=env)
    assert (done.code, done.out) == (0, dry.out.replace('write ', 'wrote ').replace('link ', 'linked '))
    assert (folder / file).read_text(encoding='utf-8') == script(shell)
    assert {name: os.readlink(folder / name) for name in links} == dict.fromkeys(links, file)
    assert {path.name for path in folder.iterdir()} == {file, *links}
    again = tao('completion', shell, '--install', env=env)
    assert (again.code, again.out) == (0, f'{folder}/{file} is up to date\n')


def test_install_repairs(home: Path, shells: Path) -> None:
    folder = home / '.config/fish/completions'
    tao('completion', 'fish', '--install')
    (folder / 'tao.fish').write_text((folder / 'tao.fish').read_text() + 'older\n')
    (folder / 'tao_pt.fish').unlink()
    (folder / 'tao_pt.fish').write_text(script('fish'))
    done = tao('completion', 'fish', '--install')
    assert done.out == f'wrote {folder}/tao.fish\nlinked {folder}/tao_pt.fish to tao.fish\n'
    assert done.err == 'tao: notice: the next fish that you start has it\n'


def test_install_leaves_what_is_not_ours(home: Path, shells: Path) -> None:
    folder = home / '.local/share/bash-completion/completions'
    folder.mkdir(parents=True)
    for name in ('tao', 'tao_ds'):
        (folder / name).write_text('complete -W x tao\n')
    done = tao('completion', 'bash', '--install')
    assert done == (2, '', (
        f'tao: error: {folder}/tao, {folder}/tao_ds: made by something else\n'
        '    it would be replaced\n    try: move it away\n'
    ))
    assert {path.name for path in folder.iterdir()} == {'tao', 'tao_ds'}


def test_install_below_a_relative_home(shells: Path) -> None:
    done = tao('completion', 'zsh', '--install', env={'HOME': 'relative'})
    folder = Path.cwd() / 'relative/.local/share/zsh/site-functions'
    assert (done.code, done.out) == (0, f'wrote {folder}/_tao\n')


def test_nobody_else_may_write_into_the_folder(home: Path, shells: Path) -> None:
    """compinit asks before it takes anything from a folder that others may write to."""
    before = os.umask(0)
    try:
        assert tao('completion', 'zsh', '--install').code == 0
    finally:
        os.umask(before)
    made = [home / '.local', *(home / '.local').rglob('*')]
    assert {path.stat().st_mode & 0o777 for path in made if path.is_dir()} == {0o755}


@pytest.mark.parametrize('shell', SHELLS)
def test_install_where_nothing_can_be_written(shell: str, tmp_path: Path, shells: Path) -> None:
    (tmp_path / 'file').write_text('')
    done = tao('completion', shell, '--install', env={'HOME': str(tmp_path / 'file')})
    assert done.code == 1
    assert done.err.startswith(f'tao: error: {tmp_path}/file') and done.err.endswith(': Not a directory\n')


@pytest.mark.parametrize(('shell', 'answer', 'code', 'left'), [
    ('bash', '', 0, 'the next bash that you start has it'),
    ('bash', '', 1, "put this line into ~/.bashrc, or install the package bash-completion: . '{}/tao'"),
    ('zsh', '{}\ncompinit', 0, 'the next zsh that you start has it'),
    ('zsh', '/usr/share\ncompinit', 0,
     "put this line into ~/.zshrc, before the one with compinit: fpath=('{}' $fpath)"),
    ('zsh', '/usr/share', 1, "put this line into ~/.zshrc: fpath=('{}' $fpath); autoload -Uz compinit; compinit"),
])
def test_what_is_left_to_do(shell: str, answer: str, code: int, left: str, home: Path, shells: Path) -> None:
    base = home / 'with blank'
    folder = f'{base}/' + {'bash': 'bash-completion/completions', 'zsh': 'zsh/site-functions'}[shell]
    (shells / 'answer').write_text(answer.replace('{}', folder))
    (shells / shell).write_text(f'#!/bin/sh\necho noise of a start-up file\ncat {shells}/answer\nexit {code}\n')
    done = tao('completion', shell, '--install', env={'XDG_DATA_HOME': str(base)})
    assert (done.code, done.err) == (0, f'tao: notice: {left.replace("{}", folder)}\n')


def called(*before: str, without: str = '', **env: str) -> Result:
    """`tao completion`, started by the words `before`, and without a package."""
    import tao_launcher

    code = (
        f'import sys; sys.path.insert(0, {os.path.dirname(os.path.dirname(str(tao_launcher.__file__)))!r})\n'
        f'sys.modules[{without!r}] = None\nfrom tao_launcher.main import main\nsys.exit(main(["completion"]))'
    )
    done = subprocess.run(
        [*before, sys.executable, '-c', code], env={**os.environ, **env}, capture_output=True, encoding='utf-8',
        check=False,
    )
    return Result(done.returncode, done.stdout, done.stderr)


@pytest.mark.parametrize(('variable', 'found'), [('/bin/zsh', 'zsh'), ('/usr/local/bin/fish', 'fish')])
def test_the_shell_is_found_by_its_variable(variable: str, found: str) -> None:
    assert called(without='shellingham', SHELL=variable) == (0, script(found), '')


@pytest.mark.parametrize(('variable', 'said'), [
    ('/bin/tcsh', 'tao: error: no completion for tcsh\n'), ('', 'tao: error: which shell?\n'),
])
def test_no_shell_is_found(variable: str, said: str) -> None:
    expected = f'{said}    there is one for bash, zsh, fish\n    try: tao completion SHELL\n'
    assert called(without='shellingham', SHELL=variable) == (2, '', expected)


def test_the_shell_is_found_by_what_called_it() -> None:
    pytest.importorskip('shellingham')
    assert called('bash', '-c', '"$@"; exit $?', 'bash', SHELL='/bin/fish') == (0, script('bash'), '')


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
    engine.answers('ps', 'f00dcafe0001 night Up 2 hours model/dino/train\nabcd odd_name Exited (1) 3 days ago \n')
    assert lines('tao stop ') == ['f00dcafe0001', 'night', 'abcd', 'odd_name']
    done = asked('tao logs f', shell='fish')
    assert done.out.splitlines()[1] == 'f00dcafe0001\tnight: model/dino/train, Up 2 hours'
    calls = [call for call in engine.calls if call[1] == 'ps']
    label = f'label=tao.user={os.getuid()}'
    assert [('-a' in call, label in call, 'label=tao.plan' in call) for call in calls] == [
        (False, True, True), (True, True, True),
    ]
    assert [call for call in engine.calls if call[1] != 'ps'] == []


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
        check=True, timeout=20,
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
