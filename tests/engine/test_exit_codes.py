"""The exit code and the arguments of a real job arrive unchanged."""
from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Callable

import pytest

if TYPE_CHECKING:
    from conftest import Program

CODES = (0, 1, 2, 3, 42, 125, 126, 127, 137, 143, 255)
EXPLAINED = (125, 126, 127, 137)  # may come with a word about what it means when docker is the one who says it
TELLING = (0, 42, 255, *EXPLAINED)
WORDS = [
    'echo a b', '$HOME', ';id', '*', '', 'two\nlines', 'é ✓ 日本', '-x', '--detach', '--', '--user', '`id`', "it's",
    '"quoted"', '\\', 'train.gpu_ids=[0,1]', '~', '!!', '#no comment', '&&', '\ttab', '%s',
]
pytestmark = pytest.mark.area('exit codes')


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A backend checkout whose manifest names the engine's stand-in image."""
    for name in ('docker', 'nvidia_tao_pytorch'):
        (tmp_path / name).mkdir()
    manifest = {'registry': 'nvcr.io', 'repository': 'nvstaging/tao/tao_pytorch_base_image', 'tag': 'test'}
    (tmp_path / 'docker/manifest.json').write_text(json.dumps(manifest))
    return tmp_path


@pytest.mark.parametrize('code', [
    pytest.param(code, marks=[pytest.mark.engine_dependent] if code in TELLING else [])
    for code in CODES
])
def test_exit_code_of_a_task(tao: Program, code: int) -> None:
    done = tao('dino', 'run', 'sh', '-c', f'exit {code}')
    assert (done.returncode, done.stdout) == (code, '')
    assert not done.stderr or code in EXPLAINED


@pytest.mark.parametrize('code', TELLING)
def test_exit_code_of_a_developers_command(tao_pt: Program, checkout: Path, code: int) -> None:
    done = tao_pt('--', 'sh', '-c', f'exit {code}', cwd=checkout)
    assert (done.returncode, done.stdout) == (code, '')
    assert not done.stderr or code in EXPLAINED


def test_output_and_errors_of_the_job_arrive_where_they_belong(tao: Program) -> None:
    done = tao('dino', 'run', 'sh', '-c', 'echo out; echo err >&2; exit 3')
    assert (done.returncode, done.stdout, done.stderr) == (3, 'out\n', 'err\n')


def test_arguments_of_a_task(tao: Program, printed_argv: Callable[[str], list[str]]) -> None:
    done = tao('--quiet', 'dino', 'train', '-e', *WORDS)
    assert (done.returncode, done.stderr) == (0, '')
    assert printed_argv(done.stdout) == ['dino', 'train', '-e', *WORDS]


def test_arguments_of_a_command(tao: Program, printed_argv: Callable[[str], list[str]]) -> None:
    done = tao('dino', 'run', 'print_argv', *WORDS)
    assert (done.returncode, printed_argv(done.stdout)) == (0, ['print_argv', *WORDS])


def test_arguments_of_a_developers_command(
    tao_pt: Program, checkout: Path, printed_argv: Callable[[str], list[str]],
) -> None:
    done = tao_pt('--', 'print_argv', *WORDS, cwd=checkout)
    assert (done.returncode, printed_argv(done.stdout)) == (0, ['print_argv', *WORDS])


@pytest.mark.engine_dependent
def test_missing_command(tao: Program) -> None:
    """Without an init process the engine itself says so, and its client chooses the code."""
    (Path(tao.docker.env['HOME']) / '.tao_mounts.json').write_text('{"DockerOptions": {"init": false}}')
    done = tao('dino', 'run', 'no-such-command')
    assert (done.returncode, done.stdout) == (127, '')
    assert '"no-such-command": executable file not found in $PATH' in done.stderr


@pytest.mark.engine_dependent
def test_missing_command_behind_the_init_process(tao: Program) -> None:
    done = tao('dino', 'run', 'no-such-command')
    assert (done.returncode, done.stdout) == (127, '')
    assert 'exec no-such-command failed: No such file or directory' in done.stderr


@pytest.mark.engine_dependent
def test_a_command_that_is_no_program(tao: Program) -> None:
    (Path(tao.docker.env['HOME']) / '.tao_mounts.json').write_text('{"DockerOptions": {"init": false}}')
    done = tao('dino', 'run', '/etc/passwd')
    assert (done.returncode, done.stdout) == (126, '')
    assert 'permission denied' in done.stderr


def test_a_shell_without_input_ends(tao: Program) -> None:
    """Never the image's own command, which is a web service."""
    done = tao('dino')
    assert (done.returncode, done.stdout) == (0, '')
    assert done.stderr == (
        'tao: notice: no terminal: the shell gets no input and ends at once (--interactive passes it on)\n'
    )
