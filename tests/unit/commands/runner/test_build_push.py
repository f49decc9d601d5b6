"""What becomes of the digest that an engine tells after a push."""
from __future__ import annotations

import json
import os
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
from engine_answers import Engine
from nobody import NOBODY
from support import MADE, Result, tao

OLD, NEW, OTHER = ('sha256:' + letter * 64 for letter in 'abc')
BASE = 'r.test:5000/a/b'
root_only = pytest.mark.skipif(os.geteuid() != 0, reason='only root can give a file away')


@pytest.fixture
def root(buildable: Path) -> Path:
    return buildable


def push(engine: Engine, *images: Any, code: int = 0) -> Result:
    """`images` is what the engine says after the push, of what it built."""
    engine.forget()
    engine.answers('image', json.dumps([{'Id': MADE}]))
    known = [{'Id': MADE, **image} if isinstance(image, dict) else image for image in images]
    engine.answers('image.3', json.dumps(known), '' if images else 'Error: No such image: x\n', code)
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


@pytest.mark.parametrize(('architecture', 'more'), [
    ({'x86_64': 'amd64', 'aarch64': 'arm64'}[os.uname().machine], ''), ('riscv64', ', of an image for riscv64'),
])
def test_the_one_digest_for_all_is_of_another_machines_image(
    root: Path, engine: Engine, architecture: str, more: str,
) -> None:
    """As a remote engine may build it, or a FROM that names a platform."""
    done = push(engine, {'RepoDigests': [f'{BASE}@{NEW}'], 'Architecture': architecture})
    assert f'tao_pt: notice: {root}/docker/manifest.json: digest is now {NEW}{more}\n' in done.err


@pytest.mark.parametrize(('images', 'code', 'why'), [
    ([{'RepoDigests': [f'{BASE}@{NEW}', f'{BASE}@{OTHER}']}], 0, [
        f'the engine has several for {BASE}: {NEW}', f'the engine has several for {BASE}: {OTHER}',
    ]),
    ([{'Id': OTHER, 'RepoDigests': [f'{BASE}@{NEW}']}], 0, ['something else moved its tag in the meantime']),
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


@pytest.mark.parametrize('verb', ['buildx', 'tag', 'push'])
@pytest.mark.parametrize('code', [1, 17, 125])
def test_the_code_of_the_step_that_fails(root: Path, engine: Engine, verb: str, code: int) -> None:
    engine.answers(verb, code=code)
    done = push(engine, {'RepoDigests': [f'{BASE}@{NEW}']})
    assert (done.code, done.out) == (code, '') and manifest(root)['digest'] == OLD
    steps = [call[1:3] for call in engine.calls]
    assert steps[-1] == ['buildx', 'inspect'] if verb == 'buildx' else steps[-1][0] == verb


def test_what_an_engine_prints_is_talk(root: Path, engine: Engine) -> None:
    engine.answers('buildx', 'Step 1/1\n', 'a warning\n')
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


@root_only
def test_links_that_someone_else_laid(root: Path, engine: Engine, tmp_path: Path) -> None:
    """Beside the manifest they lead nowhere; in its place it is not written, which is said before anything is built."""
    victim = tmp_path / 'victim'
    victim.write_text('mine')
    for name in ('manifest.json.part', 'manifest.json.digest'):
        (root / 'docker' / name).symlink_to(victim)
        os.lchown(root / 'docker' / name, NOBODY, NOBODY)
    os.chown(root / 'docker', NOBODY, NOBODY)
    os.chown(root / 'docker/manifest.json', NOBODY, NOBODY)
    (root / 'docker/manifest.json').chmod(0o644)
    named = {'NV_TAO_PYTORCH_TOP': str(root)}
    engine.answers('image', json.dumps([{'Id': MADE, 'RepoDigests': [f'{BASE}@{NEW}']}]))
    assert tao('build', '--push', program='tao_pt', env=named).code == 0
    assert (manifest(root)['digest'], (root / 'docker/manifest.json').stat().st_uid) == (NEW, NOBODY)
    assert (victim.read_text(), victim.stat().st_uid) == ('mine', 0)
    victim.write_bytes((root / 'docker/manifest.json').read_bytes())
    (root / 'docker/manifest.json').unlink()
    (root / 'docker/manifest.json').symlink_to(victim)
    os.lchown(root / 'docker/manifest.json', NOBODY, NOBODY)
    engine.forget()
    done = tao('build', '--push', program='tao_pt', env=named)
    assert (done.code, done.err.splitlines()) == (2, [
        f'tao_pt: error: {root}/docker/manifest.json: cannot be written (it is a link that belongs to nobody)',
        '    nothing was built or pushed',
    ])
    assert [call[1] for call in engine.calls] == []


def git(root: Path, *words: str) -> None:
    subprocess.run(['git', '-C', str(root), *words], check=True, capture_output=True)


def test_nothing_of_a_repository_is_run(root: Path, engine: Engine, tmp_path: Path) -> None:
    """Its own configuration can name programs for git to start."""
    hook = tmp_path / 'hook'
    hook.write_text(f'#!/bin/sh\ntouch {tmp_path}/ran\n')
    hook.chmod(0o755)
    git(root, 'init')
    (root / 'ci.yml').write_text(OLD)
    (root / '.gitignore').write_text('ignored\n')
    (root / 'ignored').write_text(OLD)
    git(root, 'config', 'core.fsmonitor', str(hook))
    git(root, 'ls-files', '--others')
    assert (tmp_path / 'ran').exists()  # so it would
    (tmp_path / 'ran').unlink()
    done = push(engine, {'RepoDigests': [f'{BASE}@{NEW}']})
    assert done.err.splitlines()[-1] == f'tao_pt: notice: the old digest {OLD} still appears in ci.yml:1'
    assert not (tmp_path / 'ran').exists()


@root_only
@pytest.mark.parametrize('theirs', ['.', '.git', '.git/config'])
def test_git_is_not_asked_about_what_is_someone_elses(
    root: Path, engine: Engine, theirs: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Its files are looked into without it."""
    git(root, 'init')
    (root / 'ci.yml').write_text(OLD)
    os.chown(root / theirs, NOBODY, NOBODY)
    (engine.folder / 'git').write_text(f'#!/bin/sh\ntouch {tmp_path}/asked\nexit 1\n')
    (engine.folder / 'git').chmod(0o755)
    monkeypatch.setenv('NV_TAO_PYTORCH_TOP', str(root))
    done = push(engine, {'RepoDigests': [f'{BASE}@{NEW}']})
    assert done.err.splitlines()[-1] == f'tao_pt: notice: the old digest {OLD} still appears in ci.yml:1'
    assert not (tmp_path / 'asked').exists()
    os.chown(root / theirs, 0, 0)
    (root / 'docker/manifest.json').write_text(json.dumps({**manifest(root), 'digest': OLD}))
    push(engine, {'RepoDigests': [f'{BASE}@{NEW}']})
    assert (tmp_path / 'asked').exists()


@root_only
@pytest.mark.parametrize('theirs', ['.', 'docker', 'docker/manifest.json'])
@pytest.mark.parametrize('words', [('--dry-run', '--', 'ls'), ('build',), ('release', '--tag', 'x'), ('check',)])
def test_a_checkout_of_someone_else(root: Path, engine: Engine, theirs: str, words: tuple[str, ...]) -> None:
    """What is in it would be run: it has to be named."""
    os.chown(root / theirs, NOBODY, NOBODY)
    (root / 'deep').mkdir()
    os.chdir(root / 'deep')
    done = tao(*words, program='tao_pt')
    line = f'export NV_TAO_PYTORCH_TOP={root}'
    if words == ('check',):
        assert done.code == 1 and f'{root} belongs to nobody, and NV_TAO_PYTORCH_TOP does not name it' in done.out
        assert line in done.out
    else:
        assert done == (2, '', (
            f"tao_pt: error: {root}: belongs to nobody\n    a checkout that NV_TAO_PYTORCH_TOP does not name must "
            f"belong to you or to root\n    try: {line}, if that is the one you mean\n"
        ))
    assert [call for call in engine.calls if call[1] not in ('version', 'info')] == []
    named = {'NV_TAO_PYTORCH_TOP': str(root)}
    assert 'belongs to' not in ''.join(map(str, tao(*words, program='tao_pt', env=named)))
    sudo = {'SUDO_UID': str(NOBODY), 'SUDO_GID': str(NOBODY)}
    assert 'belongs to' not in ''.join(map(str, tao(*words, program='tao_pt', env=sudo)))


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
        f'tao_pt: notice: the old digest {OLD} still appears in ü b:1, ci/x.yml:2, ci/x.yml:3'
    )
    for i in range(30):
        (root / f'n{i:02}').write_text(OLD)
    (root / 'docker' / 'manifest.json').write_text(json.dumps({**manifest(root), 'digest': OLD}))
    done = push(engine, {'RepoDigests': [f'{BASE}@{NEW}']})
    assert done.err.endswith('n18:1, n19:1 and 13 more\n')
