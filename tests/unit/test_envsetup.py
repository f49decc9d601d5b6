"""bin/envsetup.sh, sourced by bash and zsh: what it sets, what it says, and what it leaves alone."""
from __future__ import annotations

import json
import os
import pwd
import shutil
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest
from nobody import NOBODY
from runner_checkout import backend
from support import CHECKOUT, FakeDocker, Result

from tao_launcher.base.host import package_data
from tao_launcher.checkouts.find import owner_above, root_above

PROFILES = json.loads(package_data('runners.json'))
PACKAGES = {
    'tao_pt': 'nvidia_tao_pytorch', 'tao_tf': 'nvidia_tao_tf1', 'tao_tf2': 'nvidia_tao_tf2',
    'tao_deploy': 'nvidia_tao_deploy', 'tao_ds': 'nvidia_tao_ds',
}
BIN = CHECKOUT / 'bin'
SOURCE = f'. "{BIN}/envsetup.sh"'
QUIET = {'bash': ['bash', '--norc', '--noprofile'], 'zsh': ['zsh', '-f']}
# What an unfriendly user has set.
OPTIONS = {
    'bash': 'set -euo pipefail; set -o noglob; set -E; trap "echo trapped" ERR; IFS=/; CDPATH=/tmp; '
            'shopt -s nullglob; ',
    'zsh': 'setopt err_exit no_unset pipefail ksh_arrays sh_word_split glob_subst; trap "echo trapped" ZERR; '
           'IFS=/; cdpath=(/tmp); chpwd() { echo moved; }; ',
}
STATE = {
    'bash': 'echo "$PATH"; export -p; declare -F; compgen -v | grep -v "^BASH\\|^_$\\|LINENO\\|PIPESTATUS\\|FUNCNAME"; '
            'set -o; shopt; trap',
    'zsh': 'echo "$PATH"; export -p; setopt; trap; emulate -L zsh; print -l ${(ok)functions}; '
           'print -l ${(ok)parameters} | grep -v "^[0-9_]*$"',
}


@pytest.fixture(params=['bash', 'zsh'])
def shell(request: pytest.FixtureRequest) -> str:
    name = str(request.param)
    if not shutil.which(name):
        if os.environ.get('CI') == 'true':
            pytest.fail(f'{name} is not installed, and with CI=true this must run')
        pytest.skip(f'{name} is not installed')
    return name


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A checkout of tao_pt, whose path has a blank."""
    return checkout(tmp_path / 'my checkout', PROFILES['tao_pt']['manifest_shapes'][0])


def checkout(folder: Path, shape: dict[str, Any]) -> Path:
    (folder / 'docker').mkdir(parents=True)
    (folder / 'deep' / 'er').mkdir(parents=True)
    (folder / 'docker' / 'manifest.json').write_text(json.dumps(shape, indent=4))
    return folder


def run(shell: str, script: str, cwd: Path, *options: str, **env: str) -> Result:
    done = subprocess.run(
        [*QUIET[shell], *options, '-c', script], cwd=cwd, env={**os.environ, **env}, stdin=subprocess.DEVNULL,
        capture_output=True, encoding='utf-8', timeout=60, check=False,
    )
    said = [line for line in done.stderr.splitlines(keepends=True) if 'job control' not in line and 'ioctl' not in line]
    return Result(done.returncode, done.stdout, ''.join(said))


@pytest.mark.parametrize('folder', ['.', 'deep/er', 'docker'])
def test_what_it_sets(shell: str, root: Path, folder: str, fake_docker: FakeDocker) -> None:
    """In a shell that reads no keyboard it says nothing."""
    path = os.environ['PATH']
    done = run(shell, f'{SOURCE}; echo $?; echo "$PATH"; printenv NV_TAO_PYTORCH_TOP; command -v tao_pt', root / folder)
    assert done == (0, f'0\n{BIN}:{path}\n{root}\n{BIN}/tao_pt\n', '')
    assert fake_docker.calls == []


@pytest.mark.parametrize('program', PROFILES)
def test_the_backend_shows_in_its_package(shell: str, tmp_path: Path, program: str) -> None:
    """Whatever the manifest says."""
    root = checkout(tmp_path / 'x', {'registry': 'r', 'repository': 'pytorch/tf2/deploy', 'tag': '-pyt-'})
    (root / PACKAGES[program]).mkdir()
    done = run(shell, f'{SOURCE}; env | grep ^NV_', root)
    assert done == (0, f'{PROFILES[program]["root_variable"]}={root}\n', '')


@pytest.mark.parametrize(('program', 'shape'), [
    (program, shape) for program, profile in PROFILES.items() for shape in profile['manifest_shapes']
])
@pytest.mark.parametrize('named', [True, False])
def test_the_backend_shows_in_its_manifest(
    shell: str, tmp_path: Path, program: str, shape: dict[str, Any], named: bool,
) -> None:
    """One whose image is everybody's is known by the folder's name, or not at all."""
    name = PROFILES[program]['backend_repository'].rpartition('/')[2] if named else 'x'
    root = checkout(tmp_path / name, shape)
    done = run(shell, f'{SOURCE}; env | grep ^NV_', root)
    if not named and shape['repository'] == 'nvidia/tao/tao-toolkit' and 'tag' not in shape:
        assert done == (1, '', (
            f'envsetup.sh: cannot tell which backend {root} is: it has no folder nvidia_tao_*, and '
            'docker/manifest.json does not say; no root variable is set\n'
        ))
    else:
        assert done == (0, f'{PROFILES[program]["root_variable"]}={root}\n', '')


def test_twice_is_as_once(shell: str, root: Path) -> None:
    """And nothing but the variable and PATH is new, whatever options the shell has."""
    state = f'_state() {{ {STATE[shell]}; }}; '
    script = f'export NV_TAO_PYTORCH_TOP="$PWD"; {OPTIONS[shell]}{state}_state >a; {SOURCE}; _state >b; ' \
             f'{SOURCE}; _state >c; echo end'
    done = run(shell, script, root)
    assert done == (0, 'end\n', '')
    before, once, twice = ((root / name).read_text() for name in 'abc')
    assert twice == once
    assert once != before and once.replace(f'{BIN}:', '').replace(f'{BIN} ', '') == before


def test_it_never_ends_the_shell(shell: str, root: Path, tmp_path: Path) -> None:
    """Not where there is no checkout, no manifest that can be read, no PATH and no HOME."""
    (root / 'docker' / 'manifest.json').write_text('{}')
    script = (
        f'{OPTIONS[shell]}cd "{root}"; {SOURCE}; cd /; {SOURCE}; unset HOME PWD; {SOURCE}; cd "{root}"; {SOURCE}; '
        'echo end'
    )
    done = run(shell, script, tmp_path)
    assert (done.code, done.out.replace('moved\n', '')) == (0, 'end\n')


def test_an_interactive_shell_is_told(shell: str, root: Path, fake_docker: FakeDocker) -> None:
    """By files alone: no engine is asked. Where the last folder is no checkout, its variable stays."""
    env = {'DOCKER_HOST': 'tcp://127.0.0.1:1'}
    assert run(shell, SOURCE, root, '-i', **env) == (0, '', '')
    (root / 'docker' / 'manifest.json').write_text('{"registry": 1, "repository": "pytorch"}')
    told = (
        f'tao_pt: notice: manifest: {root}/docker/manifest.json: 1 problem; registry: 1: expected a string; '
        f"try: correct '{root}/docker/manifest.json'\n"
    )
    done = run(shell, f'{SOURCE}; cd /; {SOURCE}; echo "$NV_TAO_PYTORCH_TOP"', root, '-i', **env)
    assert (done.code, done.out) == (0, f'{root}\n')
    assert done.err.replace(
        'envsetup.sh: neither / nor a folder above it has docker/manifest.json: no root variable is set\n', '') == told
    assert run(shell, SOURCE, root, **env).err == ''
    assert fake_docker.calls == []


def test_from_a_start_file(shell: str, home: Path, root: Path) -> None:
    """A new terminal is told nothing because it opens in a folder that is no checkout."""
    (home / ('.bashrc' if shell == 'bash' else '.zshrc')).write_text(f'{SOURCE}\n')
    done = subprocess.run(
        [shell, '-i', '-c', 'command -v tao_pt'], cwd=home, env={**os.environ, 'ZDOTDIR': str(home)},
        stdin=subprocess.DEVNULL, capture_output=True, encoding='utf-8', check=False,
    )
    assert (done.returncode, done.stdout) == (0, f'{BIN}/tao_pt\n')
    assert 'envsetup' not in done.stderr


def test_through_a_link(shell: str, root: Path, tmp_path: Path) -> None:
    (tmp_path / 'link.sh').symlink_to(BIN / 'envsetup.sh')
    done = run(shell, f'. "{tmp_path}/link.sh"; command -v tao_pt', root)
    assert done == (0, f'{BIN}/tao_pt\n', '')


def test_no_python(shell: str, root: Path, tmp_path: Path) -> None:
    (tmp_path / 'few').mkdir()
    (tmp_path / 'few' / 'readlink').symlink_to(shutil.which('readlink') or '')
    path = os.environ['PATH']
    script = f'PATH={tmp_path}/few; {SOURCE}; PATH={path}; printenv NV_TAO_PYTORCH_TOP'
    done = run(shell, script, root, '-i')
    assert done == (0, f'{root}\n', 'envsetup.sh: no program python3 on PATH; the runners need it\n')


def test_run_and_not_sourced() -> None:
    done = run('bash', f'bash "{BIN}/envsetup.sh"', CHECKOUT)
    assert done.err == 'envsetup.sh: must be sourced, not executed: source bin/envsetup.sh\n'


def test_another_shell() -> None:
    done = subprocess.run(
        ['sh', '-c', f'{SOURCE}; echo "$?"'], capture_output=True, encoding='utf-8', check=False,
    )
    is_bash = 'bash' in os.path.realpath(shutil.which('sh') or '')
    assert (done.returncode, done.stdout) == (0, '0\n')
    assert done.stderr == ('' if is_bash else 'envsetup.sh: works in bash and zsh only\n')


def give_away(*paths: Path) -> str:
    """Have paths belong to another user; that user's name."""
    if os.geteuid():
        pytest.skip('only root can give a file away')
    for path in paths:
        os.lchown(path, NOBODY, NOBODY)
    return pwd.getpwuid(NOBODY).pw_name


@pytest.mark.parametrize('given', ['.', 'docker', 'docker/manifest.json'])
def test_a_checkout_of_someone_else(shell: str, root: Path, given: str) -> None:
    """It is not used, wherever the foreign part is; its variable says that it is meant."""
    owner = give_away(root / given)
    (root / 'nvidia_tao_pytorch').mkdir()
    quoted = str(root).replace(' ', '\\ ')
    line = f'export NV_TAO_PYTORCH_TOP={quoted}'
    script = (
        f'{OPTIONS[shell]}{SOURCE}; env | grep ^NV_ || :; {line}; {SOURCE}; env | grep ^NV_; '
        'declare -f | grep -c tao_ || :'
    )
    done = run(shell, script, root / 'deep')
    said = f'envsetup.sh: {quoted} belongs to {owner}, so it is not used; if that is the one you mean: {line}\n'
    assert done == (0, f'NV_TAO_PYTORCH_TOP={root}\n0\n', said)


def test_its_manifest_is_not_even_read(shell: str, root: Path) -> None:
    owner = give_away(root / 'docker' / 'manifest.json')
    done = run(shell, f'{SOURCE}; env | grep ^NV_', root)
    assert done == (1, '', (
        f'envsetup.sh: {root} belongs to {owner}, so it is not used; if that is the one you mean: export '
        'the root variable of its '
        'backend (NV_TAO_PYTORCH_TOP, ...)\n'
    ))


def test_a_link_that_someone_else_laid(shell: str, root: Path, tmp_path: Path) -> None:
    """As in /tmp, which is root's, and in which anyone may lay a link to what is root's."""
    trap = tmp_path / 'shared'
    trap.mkdir()
    (trap / 'nvidia_tao_pytorch').mkdir()
    (trap / 'docker').symlink_to(root / 'docker')
    assert run(shell, f'{SOURCE}; env | grep ^NV_', trap).code == 0
    owner = give_away(trap / 'docker')
    done = run(shell, f'{SOURCE}; env | grep ^NV_', trap)
    assert (done.code, done.out) == (1, '') and f'belongs to {owner}' in done.err


def test_under_sudo_the_one_who_called_it_is_no_other(shell: str, root: Path) -> None:
    give_away(root, root / 'docker', root / 'docker' / 'manifest.json')
    done = run(shell, f'{SOURCE}; env | grep ^NV_', root, SUDO_UID=str(NOBODY))
    assert done == (0, f'NV_TAO_PYTORCH_TOP={root}\n', '')


@pytest.mark.parametrize('options', [(), ('-i',)])
def test_a_pipe_in_the_place_of_the_manifest(shell: str, root: Path, options: tuple[str, ...]) -> None:
    """Nobody ever writes to it, and no shell waits for that."""
    (root / 'docker' / 'manifest.json').unlink()
    os.mkfifo(root / 'docker' / 'manifest.json')
    started = time.monotonic()
    done = run(shell, f'{SOURCE}; echo end', root, *options)
    assert (done.code, done.out) == (0, 'end\n') and time.monotonic() - started < 60
    (root / 'nvidia_tao_pytorch').mkdir()
    done = run(shell, f'{SOURCE}; echo end', root, *options)
    assert (done.code, done.out) == (0, 'end\n')
    assert ('is a pipe, expected the manifest' in done.err) == bool(options)


THEIRS = 'envsetup.sh: shell functions that hid the programs are now unset: {}\n'


@pytest.mark.parametrize('program', PROFILES)
@pytest.mark.parametrize('has_core', [False, True])
def test_the_functions_of_the_backends_own_envsetup(program: str, has_core: bool, tmp_path: Path) -> None:
    """They are exported, and would be run in place of the programs; that they are gone is said once."""
    root = backend(tmp_path / 'a b', program, has_core=has_core)
    script = f'. scripts/envsetup.sh; type -t {program}; {{}} type -t {program}; bash -c "type -t {program}"; ' \
             f'command -v {program}'
    done = run('bash', script.format(''), root)
    assert done == (0, f'function\nfunction\nfunction\n{program}\n', '')
    done = run('bash', script.format(f'{SOURCE}; {SOURCE};'), root)
    assert done == (0, f'function\nfile\nfile\n{BIN}/{program}\n', THEIRS.format(program))
    variable = PROFILES[program]['root_variable']
    done = run('bash', f'. scripts/envsetup.sh; {SOURCE}; echo "${variable}"; env | grep -c BASH_FUNC_{program}', root)
    assert (done.code, done.out) == (1, f'{root}\n0\n')


def test_functions_of_several_backends(shell: str, root: Path) -> None:
    """One that calls the program itself is someone's own, and stays; so does a function of another name."""
    script = (
        f'{OPTIONS[shell]}tao_pt() {{ echo theirs; }}; tao_ds() {{ echo theirs; }}; tao_x() {{ echo mine; }}; '
        f'tao_deploy() {{ command tao_deploy --gpus none "$@"; }}; tao_tf2() {{ "{BIN}/tao_tf2" --quiet "$@"; }}; '
        f'{SOURCE}; typeset -f tao_deploy tao_tf2 tao_x | grep -c "()"; command -v tao_pt; command -v tao_ds; '
        f'typeset -f tao_pt || :'
    )
    done = run(shell, script, root)
    assert done == (0, f'3\n{BIN}/tao_pt\n{BIN}/tao_ds\n', THEIRS.format('tao_pt tao_ds'))


def test_a_function_that_can_not_be_unset(root: Path) -> None:
    done = run('bash', f'tao_pt() {{ :; }}; readonly -f tao_pt; {SOURCE}; echo end', root)
    assert done == (0, 'end\n', '')


LISTS = [
    ('[submodule "x"]\n\tpath = tao-pytorch\n\turl = y', True), ('[SubModule "x"]\n\tPATH=tao-pytorch/\n', True),
    ('[submodule "x"]\n\tpath = tao-pytorch # main\n', True),
    ('[submodule "x"]\n\tpath = "tao-pytorch" ; main\n', True),
    ('[submodule "x"]\n\tpath = "tao-pytorch # main"\n', False), ('[submodule "x"]\n\tpath = tao-pytorch-2\n', False),
    ('[submodule "x"]\n\turl = https://x/path?a=tao-pytorch\n\turl = y?path=tao-pytorch\n', False),
    ('[submodule "x"]\n[core]\n\tpath = tao-pytorch\n', False), ('', False),
    ('# [submodule "x"]\n[submodule "y"]\n\t# path = tao-pytorch\n', False),
]


@pytest.mark.parametrize(('text', 'inside'), LISTS)
def test_a_submodule_without_a_package_belongs_to_the_checkout_around_it(
    shell: str, text: str, inside: bool, tmp_path: Path,
) -> None:
    """Whose list of submodules is git's own to read."""
    outer = backend(tmp_path / 'tao data', 'tao_ds')
    inner = checkout(outer / 'tao-pytorch', PROFILES['tao_pt']['manifest_shapes'][0])
    (outer / '.gitmodules').write_text(text)
    done = run(shell, f'{OPTIONS[shell]}{SOURCE}; env | grep ^NV_', inner / 'docker')
    named_root = f'NV_TAO_DS_TOP={outer}' if inside else f'NV_TAO_PYTORCH_TOP={inner}'
    assert done == (0, f'{named_root}\n', '')
    assert root_above(str(inner / 'docker'), PROFILES['tao_ds']) == str(outer if inside else inner)
    if inside:
        give_away(outer / '.gitmodules')
        done = run(shell, f'{SOURCE}; env | grep ^NV_', inner / 'docker')
        assert done == (0, f'NV_TAO_PYTORCH_TOP={inner}\n', '')


@pytest.mark.parametrize('around', ['', 'tao_pt', 'tao_ds'])
@pytest.mark.parametrize('within', ['', 'tao_pt', 'tao_ds'])
@pytest.mark.parametrize('folder', ['deps', 'deps/tao-x', 'other'])
def test_the_programs_find_the_same(shell: str, around: str, within: str, folder: str, tmp_path: Path) -> None:
    """Whichever of two checkouts has a backend's package, the inner one be it a submodule or not."""
    outer, inner = tmp_path / 'a', tmp_path / f'a/{folder}'
    for root, program in ((outer, around), (inner, within)):
        checkout(root, PROFILES[program or 'tao_tf2']['manifest_shapes'][0])
        if program:
            (root / PACKAGES[program]).mkdir()
    (outer / '.gitmodules').write_text('[submodule "x"]\n\tpath = deps\n')
    is_outer = around and not within and folder != 'other'
    program, found = (around, outer) if is_outer else (within or 'tao_tf2', inner)
    done = run(shell, f'{OPTIONS[shell]}{SOURCE}; env | grep ^NV_', inner / 'deep')
    assert done == (0, f'{PROFILES[program]["root_variable"]}={found}\n', '')
    assert root_above(str(inner / 'deep'), PROFILES[program]) == str(found)


def test_a_manifest_that_is_a_link_to_nothing(shell: str, root: Path) -> None:
    (root / 'nvidia_tao_pytorch').mkdir()
    (root / 'docker/manifest.json').unlink()
    (root / 'docker/manifest.json').symlink_to('none.json')
    done = run(shell, f'{OPTIONS[shell]}{SOURCE}; env | grep ^NV_', root / 'deep')
    assert done == (0, f'NV_TAO_PYTORCH_TOP={root}\n', '')


def test_an_owner_without_a_name(shell: str, root: Path) -> None:
    """Is called as the programs call it."""
    if os.geteuid():
        pytest.skip('only root can give a file away')
    os.chown(root, 123456, 123456)
    done = run(shell, f'{SOURCE}; env | grep ^NV_', root)
    assert (done.code, done.out) == (1, '') and ' belongs to uid 123456, so it is not used; ' in done.err
    assert owner_above(str(root)) == 'uid 123456'


@pytest.mark.parametrize('linked', [False, True])
def test_installed_by_pip(shell: str, root: Path, tmp_path: Path, linked: bool) -> None:
    """The programs are in bin, two folders up. Through links that PATH has they are found without that folder."""
    installed = tmp_path / 'my venv'
    for folder in ('bin', 'share/tao-launcher'):
        (installed / folder).mkdir(parents=True)
    shutil.copy(BIN / 'envsetup.sh', installed / 'share/tao-launcher')
    (installed / 'bin/tao_pt').write_text('#!/bin/sh\necho "$0 $*"\n')
    (installed / 'bin/tao_pt').chmod(0o755)
    path = os.environ['PATH']
    if linked:
        (tmp_path / 'links').mkdir()
        (tmp_path / 'links/tao_pt').symlink_to(installed / 'bin/tao_pt')
        path = f'{tmp_path}/links:{path}'
    source = f'. "{installed}/share/tao-launcher/envsetup.sh"'
    done = run(shell, f'{OPTIONS[shell]}{source}; echo "$PATH"; {source}; echo "$PATH"', root, PATH=path)
    expected = path if linked else f'{installed}/bin:{path}'
    assert done == (0, f'{expected}\n{expected}\n', '')
    done = run(shell, source, root, '-i', PATH=path)
    assert done == (0, f'{installed}/bin/tao_pt check --files\n', '')
