"""The Tab key in bash, zsh and fish: real shells on a pseudo-terminal, and the words that they then hold."""
from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from terminal import Start

from tao_launcher.settings.programs import RUNNERS

SHELLS = ('bash', 'zsh', 'fish')
LOAD = {
    'bash': 'eval "$(tao completion bash)"',
    'zsh': 'source <(tao completion zsh)',
    'fish': 'tao completion fish | source',
}
each_shell = pytest.mark.parametrize('name', SHELLS)
# What is typed, and the line after the Tab key.
WORDS = [
    ('tao datase', 'tao dataset '),
    ('tao dinov', 'tao dinov3 '),
    ('tao dino tra', 'tao dino train '),
    ('tao deploy dino gen', 'tao deploy dino gen_trt_engine '),
    ('tao --shm', 'tao --shm_size '),
    ('tao --pull al', 'tao --pull always '),
    ('tao --dry-run=pre', 'tao --dry-run=pretty '),
    ('tao --gpus co', 'tao --gpus count='),
    ('tao --release 5.5', 'tao --release 5.5.0 '),
    ('tao --image nvcr.io/nvidia/tao/tao-toolkit:7.1.0-p', 'tao --image nvcr.io/nvidia/tao/tao-toolkit:7.1.0-pyt '),
    ('tao --engine su', 'tao --engine sudo\\ -n\\ docker '),
    ('tao list --format js', 'tao list --format json '),
    ('tao submit slurm --part', 'tao submit slurm --partition '),
    ('tao_pt bui', 'tao_pt build '),
    ('FOO=1 tao dinov', 'FOO=1 tao dinov3 '),
    ('tao dino train -e /w', 'tao dino train -e /workspace/'),
    ('tao dino train -e /workspace/specs/d', 'tao dino train -e /workspace/specs/dino'),
    ('tao dino train -r /workspace/my', 'tao dino train -r /workspace/my\\ data/'),
    ('tao dino train results_dir=/workspace/m', 'tao dino train results_dir=/workspace/my\\ data/'),
    ('tao dino train x=/workspace/my\\ data/sp', 'tao dino train x=/workspace/my\\ data/spec\\ ü.yaml '),
    ('tao dino train -e "/workspace/my data/sp', 'tao dino train -e "/workspace/my data/spec ü.yaml" '),
    ('tao --mounts_file my\\ data/sp', 'tao --mounts_file my\\ data/spec\\ ü.yaml '),
    ('tao --mounts_file my\\ data/-', 'tao --mounts_file my\\ data/-x '),
    ('tao --mounts_file ~/.tao', 'tao --mounts_file ~/.tao_mounts.json '),
    ('tao --mounts_file $HOME/oth', 'tao --mounts_file $HOME/other/'),
    ('tao --volume ~/my', 'tao --volume ~/my\\ data/'),
    ('tao --volume ~/my\\ data:/workspace/sp', 'tao --volume ~/my\\ data:/workspace/specs/'),
    ('tao --volume /:/extra dino train -e /ex', 'tao --volume /:/extra dino train -e /extra/'),
    ('tao bundle save "my', 'tao bundle save "my data/'),
    ('tao dino train > oth', 'tao dino train > other/'),
    # nothing can be there
    ('tao dino train -- /w', 'tao dino train -- /w'),
    ('tao exec night l', 'tao exec night l'),
    ('tao dino train oth', 'tao dino train oth'),
    ('tao dino train --shm_si', 'tao dino train --shm_si'),
    ('tao nonsense tra', 'tao nonsense tra'),
]


@each_shell
def test_words(name: str, home: Path, start: Start) -> None:
    shell = start(name, LOAD[name])
    assert [(typed, shell.line(typed)) for typed, _ in WORDS] == WORDS


QUOTED = {
    'bash': ["my\\ data/it\\'s\\ \\$5\\;\\ \\\"two\\\".yaml ", "my\\ data/a:b=c "],
    'zsh': ["my\\ data/it\\'s\\ \\$5\\;\\ \\\"two\\\".yaml ", "my\\ data/a:b=c "],
    'fish': ["my\\ data/it\\'s\\ \\$5\\;\\ \\\"two\\\".yaml ", "my\\ data/a:b=c "],
}


@each_shell
def test_quotes(name: str, home: Path, start: Start) -> None:
    """Whatever was typed, the shell hands the launcher the path that is meant."""
    shell = start(name, LOAD[name])
    assert [shell.line(f'tao --mounts_file my\\ data/{part}')[18:] for part in ('i', 'a')] == QUOTED[name]
    meant = "my data/it's $5; \"two\".yaml"
    for typed in ('my\\ data/i', "'my data/i", '"my data/i'):
        line = shell.line(f'tao --mounts_file {typed}')
        shell.line(line.replace('tao --mounts_file', 'printf %s') + ' >told-path\r')
        assert (home / 'told-path').read_text() == meant, typed


@each_shell
def test_what_can_stand_there_is_listed(name: str, home: Path, start: Start) -> None:
    shell = start(name, LOAD[name])
    shell.line('tao --pull ', tabs=2)
    assert all(value in shell.shown for value in ('missing', 'always', 'never'))
    assert ('before every launch' in shell.shown) == (name != 'bash')
    shell.line('tao dino train -e /workspace/specs/dino', tabs=2)
    assert 'dino.yaml' in shell.shown and 'dino_2.yaml' in shell.shown
    if name == 'bash':
        assert '/workspace/specs/dino.yaml' not in shell.shown  # the folder is in the line
    for typed in ('tao --mounts_file ', 'tao --mounts_file ~/', 'tao --mounts_file ./'):
        shell.line(typed, tabs=2)
        assert re.search(r'\bother/(?!/)', shell.shown) and '//' not in shell.shown, typed
    if name != 'bash':
        shell.line('tao --no', tabs=2)
        assert 'no terminal for the job' in shell.shown


@each_shell
def test_the_rest_behind_the_cursor_stays(name: str, home: Path, start: Start) -> None:
    shell = start(name, LOAD[name])
    line = shell.line('tao --pul always dino' + '\x1b[D' * len(' always dino'))
    assert line.split() == ['tao', '--pull', 'always', 'dino']


@pytest.fixture
def engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> object:
    """A docker on PATH with a job that runs."""
    from engine_answers import Engine

    made = Engine(tmp_path / 'engine')
    made.answers('ps', 'f00dcafe0001 night Up 2 hours "model/dino/train"\n')
    monkeypatch.setenv('PATH', f'{made.folder}:{os.environ["PATH"]}')
    return made


@each_shell
def test_jobs(name: str, home: Path, engine: object, start: Start) -> None:
    shell = start(name, LOAD[name])
    for verb in ('stop', 'logs', 'exec'):
        assert shell.line(f'tao {verb} f0') == f'tao {verb} f00dcafe0001 '
    assert shell.line('tao wait f00dcafe0001 ni') == 'tao wait f00dcafe0001 night '
    shell.line('tao stop ', tabs=2)
    assert 'night' in shell.shown
    assert ('model/dino/train, Up 2 hours' in shell.shown) == (name != 'bash')


@each_shell
def test_a_label_of_anybody_is_only_data(name: str, home: Path, engine: Any, start: Start) -> None:
    """What a terminal would obey is shown as an escape, and a line break in a label makes no candidate."""
    label = 'a\x1b]0;owned\x07b\nforged0001 c\td\x9b31m\u202ee'
    engine.answers('ps', f'f00dcafe0001 night Up 2 hours {json.dumps(label)}\nfeed evil Up 1 s "x\n')
    shell = start(name, LOAD[name])
    shell.line('tao stop ', tabs=2)
    assert 'night' in shell.shown
    assert '\x1b]0;' not in shell.raw and '\x9b' not in shell.raw and '\u202e' not in shell.raw
    assert ('a\\x1b]0;owned\\x07b' in shell.shown) == (name != 'bash')
    assert shell.line('tao stop fo') == 'tao stop fo' and shell.line('tao stop ev') == 'tao stop ev'


@each_shell
@pytest.mark.parametrize('trouble', ['engine', 'mounts', 'launcher', 'foreign'])
def test_no_error_is_ever_shown(name: str, trouble: str, home: Path, tmp_path: Path, start: Start) -> None:
    """The terminal shows what was typed, and nothing else."""
    path = os.environ['PATH']
    shell = start(name, LOAD[name])
    typed = {
        'engine': 'tao --engine nowhere stop n', 'mounts': 'tao dino train -e /w', 'launcher': 'tao dinov',
        'foreign': 'tao dinov',
    }[trouble]
    if trouble == 'mounts':
        (home / '.tao_mounts.json').write_text('{"Mounts": [')
    if trouble in ('launcher', 'foreign'):
        other = tmp_path / 'other'
        other.mkdir()
        says = {'launcher': 'echo Traceback >&2; exit 1', 'foreign': 'echo usage: tao; echo dinov9; echo error >&2'}
        (other / 'tao').write_text(f'#!/bin/sh\n{says[trouble]}\n')
        (other / 'tao').chmod(0o755)
        assign = f"set -x PATH '{other}' $PATH" if name == 'fish' else f"PATH='{other}:{path}'"
        shell.line(f'{assign}\r', tabs=0)
    assert shell.line(typed, tabs=2) == typed
    for word in ('rror', 'Traceback', 'usage', 'dinov9', 'nowhere:', 'onnect'):
        assert word not in shell.shown, shell.shown


@each_shell
def test_a_home_that_can_not_be_written(name: str, home: Path, start: Start) -> None:
    shell = start(name, LOAD[name], TMPDIR='/nonexistent')
    before = {path.name for path in home.iterdir()}
    home.chmod(0o555)
    try:
        assert shell.line('tao dinov') == 'tao dinov3 '
        assert shell.line('tao dino train -e /w') == 'tao dino train -e /workspace/'
    finally:
        home.chmod(0o755)
    assert 'rror' not in shell.shown
    assert {path.name for path in home.iterdir()} == before | {path.name for path in home.iterdir() if name == 'fish'}


OPTIONS = [
    ('bash', 'set -u'), ('bash', 'set -o posix'), ('bash', 'set -f'), ('bash', 'set -e'), ('bash', 'IFS=:'),
    ('bash', 'shopt -s nocasematch nullglob failglob extglob'), ('bash', 'COMP_WORDBREAKS=${COMP_WORDBREAKS//:}'),
    ('bash', 'COMP_WORDBREAKS=${COMP_WORDBREAKS//[=:]}'), ('bash', 'alias tao="tao --quiet"; set -o noclobber'),
    ('bash', 'bind "set show-all-if-ambiguous on"'), ('bash', 'bind "set completion-ignore-case on"'),
    ('zsh', 'setopt KSH_ARRAYS'), ('zsh', 'setopt NO_UNSET'), ('zsh', 'setopt SH_WORD_SPLIT'),
    ('zsh', 'setopt GLOB_SUBST NULL_GLOB'), ('zsh', 'setopt ERR_RETURN WARN_CREATE_GLOBAL'),
    ('zsh', 'setopt COMPLETE_IN_WORD GLOB_COMPLETE'), ('zsh', 'setopt NO_EXTENDED_GLOB NO_NOMATCH POSIX_BUILTINS'),
    ('zsh', 'setopt MAGIC_EQUAL_SUBST RC_EXPAND_PARAM'), ('zsh', "IFS=:; zstyle ':completion:*' verbose no"),
    ('zsh', "zstyle ':completion:*' matcher-list 'm:{a-z}={A-Z}'; zstyle ':completion:*' menu select=20"),
    ('fish', 'set -g fish_features all'),
]


@pytest.mark.parametrize(('name', 'option'), OPTIONS)
def test_options_of_the_shell(name: str, option: str, home: Path, start: Start) -> None:
    """However a shell is set."""
    shell = start(name, option, LOAD[name])
    for typed, line in (
        ('tao --dry-run=pre', 'tao --dry-run=pretty '),
        ('tao dino train x=/workspace/my', 'tao dino train x=/workspace/my\\ data/'),
        ('tao --volume ~/my\\ data:/workspace/sp', 'tao --volume ~/my\\ data:/workspace/specs/'),
    ):
        assert shell.line(typed) == line
        assert not any(word in shell.shown for word in ('bash:', '_tao', 'not found', 'parameter', 'unbound'))


@each_shell
def test_the_launcher_of_the_path_that_is_typed(name: str, home: Path, tmp_path: Path, start: Start) -> None:
    """Beside the program that is completed stands the tao that is asked, never one of PATH, never a runner."""
    folder = home / 'bin'
    folder.mkdir()
    for program in ('tao', 'tao_pt'):
        (folder / program).write_text(f'#!/bin/sh\necho {program} "$@" >>{tmp_path}/asked\nexit 1\n')
        (folder / program).chmod(0o755)
    shell = start(name, LOAD[name])
    for program in ('./bin/tao', '~/bin/tao_pt', f'{folder}/tao'):
        assert shell.line(f'{program} m') == f'{program} m'
    asked = (tmp_path / 'asked').read_text().splitlines()
    assert len(asked) >= 3 and all(line.startswith('tao completion --complete ') for line in asked)


@each_shell
def test_installed(name: str, home: Path, tmp_path: Path, start: Start) -> None:
    """After --install, and the line that it asks for, a new shell completes every program."""
    folder = tmp_path / 'rc0'  # where the shell below has its start-up files
    env = {**os.environ, 'XDG_CONFIG_HOME': str(folder), 'ZDOTDIR': str(folder)}
    done = subprocess.run(
        ['tao', 'completion', name, '--install'], env=env, capture_output=True, encoding='utf-8', check=True,
    )
    assert done.stdout.startswith('wrote ')
    line = done.stderr.partition(': ')[2].rpartition(': ')[2].strip() if name != 'fish' else ''
    assert name in done.stderr
    shell = start(name, line)
    for program in ('tao_pt', 'tao'):
        assert shell.line(f'{program} --shm') == f'{program} --shm_size '
    assert 'rror' not in shell.shown


@pytest.mark.parametrize('name', ['zsh', 'fish'])
def test_the_files_of_the_wheel(name: str, home: Path, tmp_path: Path, start: Start) -> None:
    """A shell that looks into the folder where the launcher is installed needs nothing else."""
    share = Path(sys.prefix) / 'share'
    if not (share / 'zsh/site-functions/_tao').exists():
        pytest.skip('it runs from a checkout')
    (tmp_path / 'rc0').mkdir()
    (tmp_path / 'rc0/functions').symlink_to(share / 'zsh/site-functions')  # terminal.ZSH has it on fpath
    shell = start(name, XDG_DATA_DIRS=f'{share}:/usr/local/share:/usr/share')
    for program in ('tao_ds', 'tao'):
        assert shell.line(f'{program} --shm') == f'{program} --shm_size '


def test_the_files_of_the_wheel_for_bash() -> None:
    """What bash-completion looks for is a file of the command's name."""
    share = Path(sys.prefix) / 'share/bash-completion/completions'
    if not (share / 'tao.bash').exists():
        pytest.skip('it runs from a checkout')
    for program in ('tao', *RUNNERS):
        done = subprocess.run(
            ['bash', '-c', f'. "$1"; complete -p {program}', 'bash', share / f'{program}.bash'], capture_output=True,
            encoding='utf-8', check=True,
        )
        assert (done.stdout, done.stderr) == (f'complete -o bashdefault -F _tao_complete {program}\n', '')


def test_zsh_without_its_completion_says_what_it_needs(home: Path) -> None:
    for options in ('', 'setopt KSH_ARRAYS NO_UNSET ERR_EXIT; '):
        done = subprocess.run(
            ['zsh', '-f', '-c', f'{options}source <(tao completion zsh)'], capture_output=True, encoding='utf-8',
            check=True,
        )
        said = 'tao: completion needs this line first: autoload -Uz compinit; compinit\n'
        assert (done.stdout, done.stderr) == ('', said)
