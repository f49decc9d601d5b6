"""References of images, and what is made of them."""
from __future__ import annotations

import pytest
from image_answers import ID, OTHER

from tao_launcher.engine import references


@pytest.mark.parametrize(('reference', 'repository', 'tagged', 'mirrored', 'lasting', 'local'), [
    ('nvcr.io/a/b:1', 'nvcr.io/a/b', 'nvcr.io/a/b:t', 'h:5000/p/a/b:1', 'nvcr.io/a/b:1', False),
    (
        f'nvcr.io/a/b@{ID}', 'nvcr.io/a/b', 'nvcr.io/a/b:t', f'h:5000/p/a/b@{ID}',
        f'nvcr.io/a/b:bundle-{"a" * 12}', False,
    ),
    ('localhost/b:1', 'localhost/b', 'localhost/b:t', 'h:5000/p/b:1', 'localhost/b:1', True),
    ('127.0.0.1:5000/b', '127.0.0.1:5000/b', '127.0.0.1:5000/b:t', 'h:5000/p/b', '127.0.0.1:5000/b', True),
    ('a/b:1', 'a/b', 'a/b:t', 'h:5000/p/a/b:1', 'a/b:1', False),
    (f'h:1/a/b:1@{ID}', 'h:1/a/b', 'h:1/a/b:t', f'h:5000/p/a/b:1@{ID}', f'h:1/a/b:bundle-{"a" * 12}', False),
])
def test_references(reference: str, repository: str, tagged: str, mirrored: str, lasting: str, local: bool) -> None:
    assert references.repository(reference) == repository
    assert references.with_tag(reference, 't') == tagged
    assert references.with_registry(reference, 'h:5000/p') == mirrored
    assert references.lasting_tag(reference) == lasting
    assert references.is_local(reference) is local


@pytest.mark.parametrize(('reference', 'plain'), [
    ('docker.io/library/busybox:1', 'busybox:1'), ('docker.io/a/b', 'a/b:latest'), ('busybox', 'busybox:latest'),
    ('h:5000/a', 'h:5000/a:latest'), ('nvcr.io/library/b:1', 'nvcr.io/library/b:1'), (f'a@{ID}', f'a@{ID}'),
])
def test_plain(reference: str, plain: str) -> None:
    """Engines write the same reference in several ways."""
    assert references.plain(reference) == plain


@pytest.mark.parametrize('known', [
    {'a@1': ID}, {'a@1': OTHER, 'proven': {'a@1': ID}}, {'a@1': ID, 'proven': []}, {'a@1': ID, 'proven': {'a@1': 7}},
])
def test_without_a_proof(known: object) -> None:
    """Of an older launcher, or what one wrote over a proven id."""
    assert references.proven(known) == {}
    assert [*references.remembered(known)] == ['a@1']


def test_proven() -> None:
    assert references.proven({'a@1': ID, 'b@1': ID, 'proven': {'a@1': ID, 'c@1': ID}}) == {'a@1': ID}
    nothing: tuple[object, ...] = (None, [], 'x', {'a@1': 7}, {'proven': 'a@1'})
    for none in nothing:
        assert references.remembered(none) == references.proven(none) == {}
