"""Whether a build has left its tag with what it built."""
from __future__ import annotations

import json
from pathlib import Path

import pytest
from engine_answers import Engine
from support import MADE, tao

from tao_launcher.checkouts.images import id_of

BASE = 'r.test:5000/a/b'
NEW, OTHER = ('sha256:' + letter * 64 for letter in 'bc')


@pytest.mark.parametrize(('facts', 'id'), [
    ({'Id': MADE}, MADE), ({'Id': MADE[7:]}, MADE), ({'Id': 'sha256:x'}, ''), ({'Id': 7}, ''), (None, ''), ([], ''),
])
def test_the_id_in_what_an_engine_says(facts: object, id: str) -> None:
    """Podman leaves the name of the digest out."""
    assert id_of(facts) == id


KEEPS = 'Name:          far\nDriver:        docker-container\n\nNodes:\nName:          far0\n'


@pytest.mark.parametrize(('told', 'also'), [
    (OTHER, [f'the build made {OTHER}']),
    (json.dumps({'containerimage.digest': OTHER, 'containerimage.config.digest': NEW}),
     [f'the build made {OTHER} or {NEW}']),
    ('{}', ['what the build made is not in {}']), ('', ['what the build made is not in {}']),
])
def test_a_result_that_the_builder_kept(
    buildable: Path, engine: Engine, home: Path, told: str, also: list[str],
) -> None:
    """The tag still names what was built last time, which must not be pushed."""
    engine.makes(told)
    engine.answers('buildx.2', KEEPS)
    engine.answers('image', json.dumps([{'Id': MADE}]))
    done = tao('build', '--push', program='tao_pt')
    file, = [word for call in engine.calls for word in call if word.endswith('.built')]
    assert (done.code, done.out) == (1, '')
    assert done.err.splitlines() == [
        f'tao_pt: error: {BASE}:jo is not the image that was just built; nothing was pushed',
        f'    the tag names {MADE}', *(f'    {line.format(file)}' for line in also),
        '    the builder far (driver docker-container) keeps its results and hands them over only with --load',
        '    try: export BUILDX_BUILDER=default',
    ]
    assert {call[1] for call in engine.calls} == {'buildx', 'image'}
    assert list((home / '.local/state/tao').iterdir()) == []


@pytest.mark.parametrize('told', [
    MADE, json.dumps({'containerimage.digest': MADE}), MADE[7:] + '\n',
    json.dumps({'containerimage.digest': OTHER, 'containerimage.config.digest': MADE}),
])
def test_what_tells_that_the_tag_has_the_result(buildable: Path, engine: Engine, told: str) -> None:
    """An id alone, or the digests of the image and of its configuration, one of which is its id for the engine."""
    engine.makes(told)
    engine.answers('image', json.dumps([{'Id': MADE}]))
    assert tao('build', program='tao_pt').code == 0


@pytest.mark.parametrize(('before', 'told', 'store', 'code'), [
    (OTHER, OTHER, {'Descriptor': {}}, 0), (OTHER, '', {'Descriptor': {}}, 0), (MADE, OTHER, {'Descriptor': {}}, 1),
    (MADE, '', {'Descriptor': {}}, 1), (MADE, MADE, {}, 0), (OTHER, MADE, {}, 0),
    (OTHER, OTHER, {}, 1), (OTHER, '', {}, 1),
])
def test_without_buildx_a_tag_that_moved(
    buildable: Path, engine: Engine, buildx: Path, before: str, told: str, store: dict[str, object], code: int,
) -> None:
    """In containerd's store a client that forwards a build tells another digest than the image's id.

    There it is enough that the tag has moved. Elsewhere its file has the id, and the tag may be someone else's.
    """
    buildx.unlink()
    engine.makes(told)
    engine.answers('image', json.dumps([{'Id': MADE, 'RepoDigests': [f'{BASE}@{NEW}'], **store}]))
    engine.answers('image.1', json.dumps([{'Id': before}]))
    done = tao('build', '--push', program='tao_pt')
    assert done.code == code and ['push' in call for call in engine.calls].count(True) == 1 - code


@pytest.mark.parametrize(('code', 'said'), [(1, True), (130, False), (143, False)])
def test_a_failed_build_of_a_builder_that_keeps_its_results(
    buildable: Path, engine: Engine, code: int, said: bool,
) -> None:
    engine.answers('buildx', code=code)
    engine.answers('buildx.2', KEEPS)
    done = tao('build', '--push', program='tao_pt')
    assert (done.code, done.out) == (code, '')
    assert done.err == ('tao_pt: notice: the builder far (driver docker-container) keeps its results and hands them '
                        'over only with --load; if it cannot: export BUILDX_BUILDER=default\n' if said else '')
    engine.forget()
    engine.answers('buildx.2', KEEPS.replace('docker-container', 'docker'))
    assert tao('build', program='tao_pt') == (code, '', '')
