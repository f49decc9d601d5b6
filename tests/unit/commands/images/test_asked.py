"""tao images, pull and bundle as command lines: dry runs, mistakes, and an engine that is down."""
from __future__ import annotations

import pytest
from image_answers import DINO, Engine, image
from support import tao


def test_an_engine_that_is_down(engine: Engine) -> None:
    down = 'Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?\n'
    engine.answers('image', '[]\n', down, 1)
    engine.answers('version', '', down, 1)
    for words in (['images'], ['pull', 'dino'], ['bundle', 'save', 'b', 'dino']):
        done = tao(*words)
        assert (done.code, done.out) == (125, '')
        assert done.err.startswith('tao: error: the docker daemon is not running\n    try: ')


@pytest.mark.parametrize(('words', 'err'), [
    (['pull'], 'which images?\n    try: tao pull TASK…, or tao pull --all'),
    (['pull', '--all', 'dino'], 'which images?\n    try: tao pull TASK…, or tao pull --all'),
    (['images', 'dinoo'], 'no task dinoo\n    did you mean dino? (release 6.26.3, 6.25.11.1, 7.1.0)'),
    (['images', 'dino', '--registry', 'https://h'], '--registry: "https://h": expected HOST[:PORT][/PREFIX], without https://'),
    (['--release', '9', 'images'], 'unknown release 9\n    did you mean 9.0.0?\n    known: '),
    (['bundle', 'save', 'b', 'model/nothing'], 'no task nothing in group model\n'),
])
def test_usage(engine: Engine, words: list[str], err: str) -> None:
    done = tao(*words)
    assert (done.code, done.out, engine.calls) == (2, '', [])
    assert done.err.startswith(f'tao: error: {err.partition(" (release")[0]}')


def test_a_name_that_is_no_registry(engine: Engine) -> None:
    said = (
        'docker does not take "harbor" for a registry, and looks for harbor/… on Docker Hub; write harbor:443, or a '
        'full name such as harbor.example.com\n'
    )
    for words in (['images', 'model/dino', '--dry-run'], ['pull', 'model/dino', '--dry-run']):
        assert tao(*words, '--registry', 'harbor').err == f'tao: notice: --registry: {said}'
        assert tao('--registry', 'harbor', *words).err == f'tao: notice: --registry: {said}'
        assert tao(*words, env={'OVERRIDE_REGISTRY': 'harbor'}).err == f'tao: notice: OVERRIDE_REGISTRY: {said}'
        assert tao(*words, '--registry', 'harbor:443').err == ''


def test_dry_runs(engine: Engine) -> None:
    assert tao('images', 'model/dino', '--dry-run') == (0, f'docker image inspect {DINO}\n', '')
    assert engine.calls == []
    done = tao('pull', 'model/dino', env={'TAO_DRY_RUN': '1'})
    assert done == (0, f'docker pull --quiet {DINO}\n', 'tao: notice: TAO_DRY_RUN is set: nothing is run\n')
    assert tao('pull', '--all', '--release', '6.0.1', '--dry-run').out.count('docker pull --quiet ') == 3
    assert {call[1] for call in engine.calls} == {'image', 'version'}
    engine.has(image(DINO))
    assert tao('pull', 'model/dino', env={'TAO_DRY_RUN': '0'}) == (0, '', 'tao: every image is here\n')
