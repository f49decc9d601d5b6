"""tao_pt check: what is asked, and of whom."""
from __future__ import annotations

import json
from pathlib import Path

import pytest
from engine_answers import Engine
from runner_checkout import run


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
