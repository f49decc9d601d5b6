"""The base image's digests in a release Dockerfile: compared with the manifest, and written from it."""
from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from engine_answers import Engine
from nobody import NOBODY
from support import MADE, tao

from tao_launcher.checkouts.manifest import ARCHITECTURES

REPOSITORY = 'r.test:5000/a/b'
X86, ARM, NEW, OTHER = (letter * 64 for letter in '12bc')
HERE = ARCHITECTURES.get(os.uname().machine, os.uname().machine)
DOCKERFILE = f"""# {X86}
ARG X86_DIGEST={X86}  \t
ARG ARM64_DIGEST={ARM}
FROM r.test:5000/a/b@sha256:${{ARM64_DIGEST}} AS base-arm64
FROM other.test/a/b@sha256:${{X86_DIGEST}} AS base-amd64
FROM r.test:5000/c@sha256:{OTHER} AS another
FROM base-${{TARGETARCH}}\r
COPY \udcff /
"""


@pytest.fixture
def root(buildable: Path) -> Path:
    """A checkout in NVIDIA's newest form."""
    write(buildable, X86, ARM)
    (buildable / 'release/docker').mkdir(parents=True)
    (buildable / 'release/docker/Dockerfile.release').write_bytes(os.fsencode(DOCKERFILE))
    return buildable


def write(root: Path, x86: str, arm: str) -> None:
    digests = {'x86': f'sha256:{x86}', 'arm': f'sha256:{arm}'}
    names = {'registry': 'r.test:5000', 'repository': 'a/b'}
    (root / 'docker/manifest.json').write_text(json.dumps({**names, 'digests': digests}))


def dockerfile(root: Path) -> str:
    return (root / 'release/docker/Dockerfile.release').read_bytes().decode('utf-8', 'surrogateescape')


def test_the_same_base(root: Path, engine: Engine) -> None:
    engine.answers('image', json.dumps([{'Id': MADE}]))
    assert ': builds on' not in tao('release', '--tag', '1', program='tao_pt').err
    assert dockerfile(root) == DOCKERFILE


def test_another_base(root: Path, engine: Engine) -> None:
    engine.answers('image', json.dumps([{'Id': MADE}]))
    write(root, X86, NEW)
    done = tao('release', '--tag', '1', program='tao_pt')
    path = f'{root}/release/docker/Dockerfile.release'
    said = (f'tao_pt: notice: {path}:3: builds on {REPOSITORY}@sha256:{ARM}, while the manifest names sha256:{NEW} for '
            'arm; --base-digest writes that one\n')
    assert done.code == 0 and said in done.err and done.err.count(': builds on') == 1 and dockerfile(root) == DOCKERFILE
    given = ['--build-arg', f'ARM64_DIGEST={NEW}', '--build-arg', f'X86_DIGEST={OTHER}']
    done = tao('release', '--tag', '1', *given, program='tao_pt')
    other = f'{path}:5: builds on other.test/a/b@sha256:{OTHER}, while the manifest names sha256:{X86} for x86\n'
    assert other in done.err
    assert done.err.count(': builds on') == 1


def test_the_base_is_written(root: Path, engine: Engine) -> None:
    """Nothing else of the file changes, and what builds on it is what it says then."""
    engine.answers('image', json.dumps([{'Id': MADE}]))
    write(root, OTHER, NEW)
    done = tao('release', '--tag', '1', '--base-digest', '--dry-run', program='tao_pt')
    path = f'{root}/release/docker/Dockerfile.release'
    assert done.out.splitlines()[:2] == [
        f'# then: line 3 of {path} gets the digest {NEW}', f'# then: line 2 of {path} gets the digest {OTHER}']
    assert dockerfile(root) == DOCKERFILE
    done = tao('release', '--tag', '1', '--base_digest', program='tao_pt')
    assert done.code == 0, done.err
    assert dockerfile(root) == DOCKERFILE.replace(f'X86_DIGEST={X86}', f'X86_DIGEST={OTHER}').replace(ARM, NEW)
    assert [line for line in done.err.splitlines() if 'the digest' in line] == [
        f'tao_pt: notice: {path}:3: the digest is now {NEW}', f'tao_pt: notice: {path}:2: the digest is now {OTHER}']
    assert ': builds on' not in tao('release', '--tag', '1', program='tao_pt').err


def test_one_digest_is_this_machines(root: Path, engine: Engine) -> None:
    engine.answers('image', json.dumps([{'Id': MADE}]))
    (root / 'docker/manifest.json').write_text(
        json.dumps({'registry': 'r.test:5000', 'repository': 'a/b', 'digest': f'sha256:{NEW}'}))
    done = tao('release', '--tag', '1', '--base-digest', program='tao_pt')
    old = {'x86': f'X86_DIGEST={X86}', 'arm': f'ARM64_DIGEST={ARM}'}.get(HERE, '-')
    assert done.code == 0 and dockerfile(root) == DOCKERFILE.replace(old, old[:-64] + NEW)


def test_no_digest_to_write(root: Path, engine: Engine) -> None:
    path = root / 'release/docker/Dockerfile.release'
    path.write_text('FROM r.test:5000/a/b:tag\n')
    done = tao('release', '--tag', '1', '--base-digest', program='tao_pt')
    assert (done.code, done.out, [call[1] for call in engine.calls]) == (2, '', [])
    assert done.err == (
        f'tao_pt: error: {path}: no digest of the base image\n    no stage is built FROM {REPOSITORY}@sha256:…\n'
        '    try: name the base image by its digest there\n'
    )


def test_a_push_writes_it_too(root: Path, engine: Engine) -> None:
    """Bare hex elsewhere is listed as an old digest in full is."""
    (root / 'notes').write_text(f'base {X86}\n')
    known = {'Id': MADE, 'RepoDigests': [f'{REPOSITORY}@sha256:{NEW}'], 'Architecture': 'amd64'}
    engine.answers('image', json.dumps([known]))
    done = tao('build', '--push', program='tao_pt')
    assert done.code == 0 and done.err.endswith(
        f'the old digest sha256:{X86} still appears in notes:1, release/docker/Dockerfile.release:1, '
        'release/docker/Dockerfile.release:2\n')
    write(root, X86, ARM)
    done = tao('build', '--push', '--update-digests', '--dry-run', program='tao_pt')
    assert done.out.splitlines()[-1] == f'# then: and into {root}/release/docker/Dockerfile.release'
    engine.forget()
    done = tao('build', '--push', '--update-digests', program='tao_pt')
    assert done.code == 0, done.err
    assert dockerfile(root) == DOCKERFILE.replace(f'X86_DIGEST={X86}', f'X86_DIGEST={NEW}')
    assert done.err.endswith(
        f'the old digest sha256:{X86} still appears in notes:1, release/docker/Dockerfile.release:1\n')


def test_what_update_digests_needs(root: Path, engine: Engine) -> None:
    done = tao('build', '--update-digests', program='tao_pt')
    assert done == (2, '', 'tao_pt: error: --update-digests goes with --push only\n    try: tao_pt build --help\n')
    (root / 'release/docker/Dockerfile.release').unlink()
    done = tao('build', '--push', '--update-digests', program='tao_pt')
    assert (done.code, [call[1] for call in engine.calls]) == (2, [])
    assert f'{root}/release/docker/Dockerfile: no such file\n    nothing was built or pushed\n' in done.err
    (root / 'release/docker/Dockerfile').write_text('FROM scratch\n')
    done = tao('build', '--push', '--update-digests', program='tao_pt')
    assert (done.code, [call[1] for call in engine.calls]) == (2, [])
    assert f'{root}/release/docker/Dockerfile: no digest of the base image\n' in done.err


@pytest.mark.skipif(os.geteuid() != 0, reason='only root cannot write there')
def test_a_dockerfile_that_cannot_be_written(root: Path, engine: Engine) -> None:
    write(root, OTHER, NEW)
    path = root / 'release/docker/Dockerfile.release'
    path.unlink()
    path.symlink_to('/proc/self/mounts')
    done = tao('release', '--tag', '1', '--base-digest', program='tao_pt')
    assert done.code == 2 and 'no digest of the base image' in done.err


def lock(path: Path) -> None:
    """Have a file that the caller may read, and not replace."""
    if os.geteuid():
        path.chmod(0o444)
        return
    path.rename(path.with_name('theirs'))
    path.symlink_to('theirs')
    os.lchown(path, NOBODY, NOBODY)


@pytest.mark.parametrize(('words', 'without'), [
    (['build', '--push', '--update-digests'], 'build without --update-digests'),
    (['release', '--tag', '1', '--base-digest'], 'release without --base-digest'),
])
@pytest.mark.parametrize('more', [[], ['--dry-run']])
def test_what_cannot_be_written_is_said_before_the_first_step(
    root: Path, engine: Engine, words: list[str], without: str, more: list[str],
) -> None:
    """By a dry run too: it fails where the run does."""
    write(root, OTHER, NEW)
    path = root / 'release/docker/Dockerfile.release'
    lock(path)
    done = tao(*words, *more, program='tao_pt')
    assert (done.code, done.out, engine.calls) == (2, '', [])
    assert done.err.startswith(f'tao_pt: error: {path}: cannot be written') and 'is now' not in done.err
    assert '    nothing was built or pushed\n' in done.err
    assert bool(os.geteuid()) == done.err.endswith(f'    try: ls -ld {path}, or {without}\n')
    assert dockerfile(root) == DOCKERFILE


def test_what_needs_no_writing_may_be_read_only(root: Path, engine: Engine) -> None:
    engine.answers('image', json.dumps([{'Id': MADE}]))
    lock(root / 'release/docker/Dockerfile.release')
    for more in ([], ['--dry-run']):
        assert tao('release', '--tag', '1', '--base-digest', *more, program='tao_pt').code == 0


def test_a_write_that_fails_at_the_end(root: Path, engine: Engine) -> None:
    """What was pushed is told all the same, and where the old digest still appears; nothing else is claimed."""
    path = root / 'release/docker/Dockerfile.release'
    (root / 'notes').write_text(f'base {X86}\n')
    (engine.folder / 'docker').write_text((engine.folder / 'docker').read_text().replace(
        'exit ', f'[ "$1" = push ] && rm "{path}" && mkdir "{path}"\nexit '))
    known = {'Id': MADE, 'RepoDigests': [f'{REPOSITORY}@sha256:{NEW}'], 'Architecture': 'amd64'}
    engine.answers('image', json.dumps([known]))
    done = tao('build', '--push', '--update-digests', program='tao_pt')
    assert (done.code, done.out) == (1, f'{REPOSITORY}@sha256:{NEW}\n')
    assert done.err.splitlines()[-3:] == [
        f'tao_pt: notice: {root}/docker/manifest.json: digests.x86 is now sha256:{NEW}',
        f'tao_pt: notice: the old digest sha256:{X86} still appears in notes:1',
        f'tao_pt: error: {path}: is a folder, expected the release Dockerfile',
    ]
    assert json.loads((root / 'docker/manifest.json').read_text())['digests']['x86'] == f'sha256:{NEW}'
