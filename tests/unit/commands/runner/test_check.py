"""tao_pt check: what is asked, and of whom."""
from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from engine_answers import Engine
from plans import host_with
from runner_checkout import backend, run

from tao_launcher.base.host import Terminals
from tao_launcher.base.output import Output
from tao_launcher.commands.runner.check import check
from tao_launcher.settings.invocation import Invocation


def test_a_check_of_files_where_no_daemon_is(root: Path, engine: Engine, tmp_path: Path) -> None:
    """A missing socket shows without asking; where the daemon is asked, it is said once."""
    address = {'DOCKER_HOST': f'unix://{tmp_path}/none.sock'}
    said = 'Cannot connect to the Docker daemon at unix:///x. Is the docker daemon running?\n'
    engine.answers('version', '', said, 1)
    files = run(root, 'check', '--files', **address)
    assert (files.code, files.out, len(files.err.splitlines())) == (0, '', 1)
    assert files.err.startswith(f'tao_pt: notice: docker: no docker daemon listens at {tmp_path}/none.sock; try: ')
    assert engine.calls == []
    done = run(root, 'check', '--format', 'json', **address)
    found = {each['name']: each['status'] for each in json.loads(done.out)}
    assert done.code == 1 and found == {
        'python': found['python'], 'client': 'ok', 'daemon': 'fail', 'login': 'info', 'checkout': 'ok',
        'manifest': 'ok',
    }


@pytest.mark.parametrize('env', [{'TAO_ENGINE': 'podman'}, {'TAO_ENGINE': 'sudo docker'}, {'DOCKER_HOST': 'ssh://x'}])
def test_a_check_of_files_knows_no_other_daemon(root: Path, engine: Engine, env: dict[str, str]) -> None:
    assert run(root, 'check', '--files', **env) == (0, '', '')
    assert engine.calls == []


def test_a_client_that_cannot_be_started(root: Path, engine: Engine) -> None:
    """It is said once, and no daemon is judged by it."""
    path = engine.folder / 'docker'
    path.write_text('#!/no/such/sh\n')
    done = run(root, 'check', '--format', 'json', PATH=str(engine.folder))
    found = {each['name']: each for each in json.loads(done.out) if each['status'] == 'fail'}
    assert (done.code, [*found]) == (1, ['client'])
    assert found['client']['found'] == f'docker: the interpreter of {path} is not there: /no/such/sh'
    assert found['client']['fix'] == 'install it, or correct the first line of the script'


def test_what_is_wrong_comes_first_and_what_is_fine_when_asked_for(root: Path, engine: Engine) -> None:
    engine.answers('version', '', 'Cannot connect to the Docker daemon at unix:///x. Is it running?\n', 1)
    short, every = run(root, 'check'), run(root, 'check', '--all')
    assert (short.code, every.code) == (1, 1)
    assert short.out.startswith('fail  daemon ') and every.out.startswith('fail  daemon ')
    assert 'checks are fine (--all)\nnot ready: 1 to fix (fail)\n' in short.out
    assert ' manifest ' not in short.out and 'ok    manifest ' in every.out and '(--all)' not in every.out


@pytest.mark.parametrize(('code', 'last'), [
    (1, 'next: the first fix above, then tao_tf check again\n'), (0, 'next: tao_tf --dry-run=pretty\n'),
])
def test_a_terminal_is_told_the_next_step(
    tmp_path: Path, engine: Engine, home: Path, capfd: pytest.CaptureFixture[str], code: int, last: str,
) -> None:
    root = backend(tmp_path / 'top', 'tao_tf')
    engine.answers('version', '{}', 'Cannot connect to the Docker daemon at unix:///x. Is it running?\n', code)
    engine.answers('image', '', 'Error: No such image: x\n', 1)
    engine.answers('manifest', '{}')  # its registry has it
    environ = {**os.environ, 'NV_TAO_TF_TOP': str(root)}
    for terminal in (True, False):
        here = host_with(home=str(home), terminals=Terminals(stdout=terminal))
        found = Invocation({}, environ, here, Output('tao_tf', {}))
        assert check('tao_tf', 'table', found, files=False, every=False) == code
        out = capfd.readouterr().out
        assert out.endswith(last) if terminal else 'next: ' not in out
