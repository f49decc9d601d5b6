"""tao completion: for which shell, and where its script is put."""
from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from support import Result, tao

from tao_launcher.commands.completion.scripts import script
from tao_launcher.settings.programs import RUNNERS

SHELLS = ('bash', 'zsh', 'fish')


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
    by_variable = tao('completion', shell, '--install', env={**env, 'TAO_DRY_RUN': '1'})
    assert by_variable == (0, dry.out, 'tao: notice: TAO_DRY_RUN is set: nothing is run\n')
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
