"""The lists of an archive, of every kind that an engine reads."""
from __future__ import annotations

import io
import json
import tarfile
from typing import Any, Callable

import pytest
from archives import LAYER, Tar, classic, configuration, containerd, index, registry_manifest, sha
from hypothesis import given
from hypothesis import strategies as st

from tao_launcher.commands.images.archive import Archive, read

A, B = configuration('a'), configuration('b')


def look(tar: Tar) -> Archive:
    return read(io.BytesIO(tar.data()))


def test_classic() -> None:
    found = look(classic({'r.test/a:1': A, 'r.test/b:1': B, 'r.test/b:2': B}))
    assert found.faults == ()
    assert [(image.config, image.tags, image.tops) for image in found.images] == [
        (sha(A), ('r.test/a:1',), ()), (sha(B), ('r.test/b:1', 'r.test/b:2'), ()),
    ]
    assert found.images[0].content == json.dumps([[sha(LAYER)], None, ['a'], None, None, None])
    assert found.images[0].machine == 'amd64'
    assert found.unpacked > len(A) + len(B) + 2 * len(LAYER)


def test_containerd() -> None:
    """Of an index only what was pulled is there."""
    whole = index(registry_manifest(A), registry_manifest(configuration(machine='arm64')))
    found = look(containerd('r.test/a:1', A, whole=whole))
    (image,) = found.images
    assert (image.config, image.tags, image.tops) == (sha(A), ('r.test/a:1',), (sha(whole),))
    assert set(image.digests) == {sha(whole), sha(registry_manifest(A))}
    assert found.documents == {sha(data): data for data in (whole, registry_manifest(A))}
    assert found.faults == ()


def test_an_image_that_only_one_list_has() -> None:
    """Each engine reads its own list."""
    tar = classic({'r.test/a:1': A}).file('repositories', json.dumps({'r.test/evil': {'1': 'x', '2': 'y'}}))
    assert look(tar).tags == ('r.test/a:1', 'r.test/evil:1', 'r.test/evil:2')
    both = containerd('r.test/evil:1', B)
    both.members.pop()
    both.members += classic({'r.test/a:1': A}).members
    found = look(both)
    assert [image.config for image in found.images] == [sha(A), '']
    assert found.tags == ('r.test/a:1', 'r.test/evil:1')
    assert found.images[1].tops == (sha(registry_manifest(B)),)


@pytest.mark.parametrize(('notes', 'tags'), [
    ({'org.opencontainers.image.ref.name': 'r.test/evil:1'}, ('r.test/a:1', 'r.test/evil:1')),
    ({'io.containerd.image.name': 'r.test/evil:1'}, ('r.test/a:1', 'r.test/evil:1')),
    ({'io.containerd.image.name': ''}, ('r.test/a:1', '1')),
])
def test_annotations_become_tags(notes: dict[str, str], tags: tuple[str, ...]) -> None:
    assert look(containerd('r.test/a:1', A, notes=notes)).tags == tags


def entry(**changes: Any) -> Tar:
    return classic({'r.test/a:1': A}, **changes)


@pytest.mark.parametrize(('tar', 'faults'), [
    (Tar().file('a', b''), ('no manifest.json, so it is not an archive of images',)),
    (entry(Config='/etc/shadow'), ('names /etc/shadow, which it does not have',)),
    (entry(Layers=['../../x']), ('names ../../x, which it does not have',)),
    (entry(Layers='x'), ('manifest.json: not the expected list',)),
    (entry(repotags=['r.test/evil:1']),
     ('manifest.json: not the expected list (a member is written in two ways)',)),
    (classic({'r.test/a:1': A}).file('x', '{}').other('index.json', tarfile.SYMTYPE, 'x'), ('index.json: a link',)),
    (Tar().file('manifest.json', '{}'), ('manifest.json: not the expected list',)),
    (Tar().file('manifest.json', '[' * 100000), None),
    (classic({'r.test/a:1': A}).file('index.json', json.dumps({'manifests': [{'digest': 'sha256:' + 'a' * 64}]})),
     (f'index.json names sha256:{"a" * 64}, which it does not have',)),
])
def test_faults(tar: Tar, faults: tuple[str, ...] | None) -> None:
    found = look(tar).faults
    assert found and found == (faults or found)


def test_a_name_that_is_not_the_digest() -> None:
    """Engines go by the content of a configuration, others by its name."""
    tar = Tar().file(f'{sha(A)[7:]}.json', B).file('l', LAYER)
    tar.file('manifest.json', json.dumps([{'Config': f'{sha(A)[7:]}.json', 'RepoTags': ['a:1'], 'Layers': ['l']}]))
    found = look(tar)
    assert found.images[0].config == sha(B)
    assert found.faults == (f'{sha(A)[7:]}.json: its name is not its digest',)


def mangled(data: bytes, at: int, byte: int) -> bytes:
    at %= len(data)
    return data[:at] + bytes([byte]) + data[at + 1:]


@given(st.sampled_from([classic({'a:1': A}).data(), containerd('a:1', A).data()]), st.integers(0), st.integers(0, 255))
def test_any_archive_is_read_or_refused(data: bytes, at: int, byte: int) -> None:
    assert isinstance(read(io.BytesIO(mangled(data, at, byte))), Archive)
    assert isinstance(read(io.BytesIO(data[:at % len(data)])), Archive)


@pytest.mark.parametrize('make', [lambda: b'', lambda: b'x' * 2000, lambda: bytes(10240)])
def test_no_archive(make: Callable[[], bytes]) -> None:
    assert read(io.BytesIO(make())).faults
