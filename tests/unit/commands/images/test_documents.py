"""What a registry's documents prove."""
from __future__ import annotations

import json

import pytest
from archives import configuration, index, registry_manifest, sha

from tao_launcher.commands.images import documents

A, B = configuration('a'), configuration('b')
MANIFEST, OTHER = registry_manifest(A), registry_manifest(B)
WHOLE = index(MANIFEST, OTHER)


@pytest.mark.parametrize(('digest', 'known', 'config', 'tops', 'told'), [
    (MANIFEST, [MANIFEST], A, [], True),
    (MANIFEST, [MANIFEST], B, [], False),
    (MANIFEST, [], A, [], None),
    (WHOLE, [WHOLE, MANIFEST], A, [], True),
    (WHOLE, [WHOLE, MANIFEST], A, [WHOLE], True),
    (WHOLE, [WHOLE, MANIFEST], A, [MANIFEST], True),
    (WHOLE, [WHOLE], A, [], None),
    (WHOLE, [WHOLE, OTHER], A, [], None),  # what is not there may be it
    (WHOLE, [WHOLE, MANIFEST, OTHER], configuration('c'), [], False),
    # containerd would take it from an index that somebody made, with another image for another machine
    (MANIFEST, [MANIFEST, index(MANIFEST, registry_manifest(configuration('evil')))], A,
     [index(MANIFEST, registry_manifest(configuration('evil')))], None),
])
def test_proves(
    digest: bytes, known: list[bytes], config: bytes, tops: list[bytes], told: bool | None,
) -> None:
    found = documents.proves(sha(digest), documents.by_digest(known), sha(config), [sha(top) for top in tops])
    assert found is told


def test_by_digest_believes_no_one() -> None:
    assert documents.by_digest([b'x']) == {sha(b'x'): b'x'}


@pytest.mark.parametrize('indent', [None, 2, 3])
def test_forms(indent: int | None) -> None:
    """Clients show a document with other blanks than it has."""
    value = {'schemaVersion': 2, 'config': {'digest': 'sha256:é', 'size': 3}, 'layers': [1, {}]}
    separators = (',', ':') if indent is None else None
    original = json.dumps(value, indent=indent, separators=separators, ensure_ascii=False).encode()
    assert original in documents.forms(json.dumps(value, indent='\t', ensure_ascii=False) + '\n')
    assert original in documents.forms(original.decode() + '\n')
    assert list(documents.forms('no json\n')) == [b'no json\n', b'no json']


@pytest.mark.parametrize('text', [
    '{"manifests": [], "Manifests": []}', '{"manifests": [], "manifests": []}', '{"Manifests": []}',
    '{"con\\u017fig": 1, "digest": 2, "dige\\u017ft": 3}', '[{"repotags": []}]', '\ufeff{}', '',
])
def test_what_engines_could_read_in_another_way(text: str) -> None:
    with pytest.raises(ValueError, match='x: not the expected list'):
        documents.strict(text.encode(), 'x')
    assert documents.strict(b'{"Config": 1, "labels": {"A": 1}}', 'x') == {'Config': 1, 'labels': {'A': 1}}


def test_content_is_the_same_in_every_store() -> None:
    """Stores differ in what they write for nothing."""
    own = documents.content(['l'], {'Cmd': ['a'], 'Env': None, 'Hostname': ''})
    assert own == documents.content(['l'], {'Cmd': ['a'], 'Entrypoint': None, 'User': ''})
    assert own != documents.content(['l'], {'Cmd': ['b']})
    assert documents.content([], {}) == documents.content(None, None) == ''
