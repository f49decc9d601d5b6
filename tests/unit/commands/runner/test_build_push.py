"""What becomes of the digest that an engine tells after a push."""
from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from engine_answers import Engine
from support import Result, tao

OLD, NEW, OTHER = ('sha256:' + letter * 64 for letter in 'abc')
BASE = 'r.test:5000/a/b'


@pytest.fixture
def root(tmp_path: Path, engine: Engine, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout to stand in, and an engine that builds and pushes everything."""
    folder = tmp_path / 'checkout'
    (folder / 'docker').mkdir(parents=True)
    (folder / 'docker' / 'Dockerfile').touch()
    (folder / 'docker' / 'manifest.json').write_text(
        json.dumps({'registry': 'r.test:5000', 'repository': 'a/b', 'digest': OLD}),
    )
    for verb in ('build', 'tag', 'push'):
        engine.answers(verb)
    monkeypatch.chdir(folder)
    monkeypatch.setenv('USER', 'jo')
    return folder


def push(engine: Engine, *images: Any, code: int = 0) -> Result:
    engine.answers('image', json.dumps(list(images)), '' if images else 'Error: No such image: x\n', code)
    done = tao('build', '--push', program='tao_pt')
    return Result(done.code, done.out, re.sub(r'(?<=:jo-)\d{12}', 'MINUTE', done.err))


def manifest(root: Path) -> Any:
    return json.loads((root / 'docker' / 'manifest.json').read_text())


def test_the_one_of_the_repository(root: Path, engine: Engine) -> None:
    """An image has digests in other repositories too, one of which may begin as this one does."""
    known = [f'{BASE}/c@{OTHER}', f'r.test/a/b@{OTHER}', f'{BASE}@{NEW}', f'x@{OTHER}']
    done = push(engine, {'RepoDigests': known})
    assert (done.code, done.out) == (0, f'{BASE}@{NEW}\n')
    assert manifest(root)['digest'] == NEW


@pytest.mark.parametrize(('images', 'code', 'why'), [
    ([{'RepoDigests': [f'{BASE}@{NEW}', f'{BASE}@{OTHER}']}], 0, [
        f'the engine has several for {BASE}: {NEW}', f'the engine has several for {BASE}: {OTHER}',
    ]),
    ([{'RepoDigests': []}], 0, []), ([{}], 0, []), ([{'RepoDigests': None}], 0, []), ([7], 0, []),
    ([], 1, ['Error: No such image: x']), ([{'RepoDigests': [f'{BASE}@sha256:x']}], 0, []),
])
def test_one_that_can_not_be_told(root: Path, engine: Engine, images: Any, code: int, why: list[str]) -> None:
    """None is better than a wrong one."""
    done = push(engine, *images, code=code)
    error = f'tao_pt: error: {BASE}:jo-MINUTE was pushed, but its digest is not known; ' \
            f'{root}/docker/manifest.json is as it was\n'
    assert (done.code, done.out) == (125, '')
    assert done.err == error + ''.join(f'    {line}\n' for line in why) + (
        f'    try: docker manifest inspect --verbose {BASE}:jo-MINUTE\n')
    assert manifest(root)['digest'] == OLD


@pytest.mark.parametrize('verb', ['build', 'tag', 'push'])
@pytest.mark.parametrize('code', [1, 17, 125])
def test_the_code_of_the_step_that_fails(root: Path, engine: Engine, verb: str, code: int) -> None:
    engine.answers(verb, code=code)
    done = push(engine, {'RepoDigests': [f'{BASE}@{NEW}']})
    assert (done.code, done.out) == (code, '') and manifest(root)['digest'] == OLD
    assert [call[1] for call in engine.calls][-1] == verb


def test_what_an_engine_prints_is_talk(root: Path, engine: Engine) -> None:
    engine.answers('build', 'Step 1/1\n', 'a warning\n')
    done = push(engine, {'RepoDigests': [f'{BASE}@{NEW}']})
    assert done.out == f'{BASE}@{NEW}\n'
    assert sorted(done.err.splitlines()[:2]) == ['Step 1/1', 'a warning']


def test_a_write_that_fails_at_the_end(root: Path, engine: Engine, home: Path) -> None:
    """What was pushed is said, or it would be lost."""
    (home / '.local/state/tao/lock').mkdir(parents=True)
    done = push(engine, {'RepoDigests': [f'{BASE}@{NEW}']})
    assert (done.code, done.out) == (1, '') and manifest(root)['digest'] == OLD
    assert done.err.splitlines()[-3:] == [
        f'tao_pt: error: {root}/docker/manifest.json: left as it is: Is a directory',
        f'    the image was pushed, and is {BASE}@{NEW}',
        '    try: put that digest into the file, if it is still the one you want',
    ]


def test_where_the_old_digest_still_stands(root: Path, engine: Engine) -> None:
    """Without git every file is looked into, but for .git, links and large ones."""
    for name, content in (
        ('ci/x.yml', f'a\nb {OLD}\n{OLD}\n'), ('.git/config', OLD), ('large', OLD + 'x' * (1 << 20)), ('ü b', OLD),
        ('none', OLD[:-1]),
    ):
        (root / name).parent.mkdir(exist_ok=True)
        (root / name).write_text(content)
    (root / 'link').symlink_to('ci/x.yml')
    done = push(engine, {'RepoDigests': [f'{BASE}@{NEW}']})
    assert done.err.splitlines()[-1] == (
        f'tao_pt: notice: the old digest {OLD} still stands in ü b:1, ci/x.yml:2, ci/x.yml:3'
    )
    for i in range(30):
        (root / f'n{i:02}').write_text(OLD)
    (root / 'docker' / 'manifest.json').write_text(json.dumps({**manifest(root), 'digest': OLD}))
    done = push(engine, {'RepoDigests': [f'{BASE}@{NEW}']})
    assert done.err.endswith('n18:1, n19:1 and 13 more\n')
