"""The command line of a developer runner."""
from __future__ import annotations

import json
from pathlib import Path

import pytest
from engine_answers import Engine
from runner_checkout import DIGEST, backend, run
from support import FakeDocker, tao

from tao_launcher.settings.programs import RUNNERS, VERB_GROUPS, VERBS


def test_an_empty_command(checkout: Path, fake_docker: FakeDocker) -> None:
    done = tao('--', '', 'x', program='tao_pt', env={'NV_TAO_PYTORCH_TOP': str(checkout)})
    assert done == (2, '', (
        'tao_pt: error: the command is an empty word: was a variable not set?\n    try: tao_pt -- COMMAND [ARGS...]\n'
    ))
    assert fake_docker.calls == []


def test_command_without_dashes(checkout: Path, fake_docker: FakeDocker) -> None:
    done = tao('make', program='tao_pt', env={'NV_TAO_PYTORCH_TOP': str(checkout)})
    assert (done.code, done.err) == (2, (
        'tao_pt: error: unexpected word "make"\n    the command goes after a "--"\n'
        '    try: tao_pt -- COMMAND [ARGS...], or tao_pt alone for a shell\n'
    ))
    assert fake_docker.calls == []


@pytest.mark.parametrize('program', RUNNERS)
@pytest.mark.parametrize('verb', VERBS)
def test_verbs_of_tao(program: str, verb: str, checkout: Path, fake_docker: FakeDocker) -> None:
    """What people try first to find their container: tao has it, for all programs."""
    done = tao(verb, 'a b', 'MY_TOKEN=s3cr3t', program=program, env={'NV_TAO_PYTORCH_TOP': str(checkout)})
    more = ', which knows the containers of the runners too' if verb in VERB_GROUPS['your jobs'] else ''
    assert done == (2, '', (
        f"{program}: error: {verb} is a verb of tao{more}\n    try: tao {verb} 'a b' 'MY_TOKEN=***'\n"
    ))
    assert fake_docker.calls == []


PRIVATE = {'registry': 'nvcr.io', 'repository': 'nvstaging/tao/tao_pytorch_base_image', 'digest': DIGEST}
PULLED = f'nvcr.io/nvstaging/tao/tao_pytorch_base_image@{DIGEST}'


@pytest.mark.parametrize(('options', 'image', 'advice'), [
    ([], PULLED, "docker login nvcr.io -u '$oauthtoken', or tao_pt build"),
    (['--tag', 'dev'], 'nvcr.io/nvstaging/tao/tao_pytorch_base_image:dev',
     "docker login nvcr.io -u '$oauthtoken', or tao_pt build --tag dev"),
    (['--image', 'nvcr.io/a:b'], 'nvcr.io/a:b', "docker login nvcr.io -u '$oauthtoken'"),
])
def test_a_private_base_image(
    options: list[str], image: str, advice: str, tmp_path: Path, engine: Engine,
) -> None:
    """That can be built here, as the check says too."""
    root = backend(tmp_path / 'x', 'tao_pt', manifest=PRIVATE)
    said = 'docker: Error response from daemon: unauthorized: <html>.\n'
    engine.answers('run', '', said, 125)
    engine.answers('version', '{}')
    engine.answers('image', '[]\n', 'Error: No such image: x\n', 1)
    engine.answers('info', json.dumps({'DockerRootDir': '/none'}))
    done = run(root, *options, '--gpus', 'none', '--', 'true')
    assert done == (125, '', (
        f'{said}tao_pt: error: {image} is not here and could not be pulled; if docker said "unauthorized" or "denied": '
        f'no login for nvcr.io is stored\n    try: {advice}\n'
    ))


def test_a_command_of_this_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a container, and at the host's own paths, the checkout is where it is."""
    root = backend(tmp_path / 'my x', 'tao_ds', manifest=PRIVATE)
    (tmp_path / 'my x' / 'deep').mkdir()
    monkeypatch.chdir(tmp_path / 'my x' / 'deep')
    options = ('--engine', 'none', '--same_paths', '--dry-run')
    done = tao(*options, '--', 'pwd', program='tao_ds')
    assert done == (0, f"env 'PYTHONPATH={root}' PYTHONDONTWRITEBYTECODE=1 pwd\n", '')
    (tmp_path / 'flask').write_text('#!/bin/sh\n')
    (tmp_path / 'flask').chmod(0o755)
    done = tao(*options, '--run_as_service', program='tao_ds', env={'PATH': str(tmp_path)})
    assert f"'FLASK_APP={root}/nvidia_tao_ds/api/app.py'" in done.out
    assert '-C' not in done.out
