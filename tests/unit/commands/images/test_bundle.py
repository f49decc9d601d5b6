"""The texts of a bundle: its manifest, its sums, and what is refused in them."""
from __future__ import annotations

import hashlib
import io
import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from archives import Tar, classic, configuration, containerd, registry_manifest, sha
from hypothesis import given
from hypothesis import strategies as st

from tao_launcher.base.errors import ConfigError
from tao_launcher.commands.images import bundle
from tao_launcher.commands.images.archive import read

ID, CONFIG = f'sha256:{"a" * 64}', f'sha256:{"b" * 64}'
IMAGE = bundle.Image(
    'nvcr.io/nvidia/tao/tao-toolkit:7.1.0-pyt', ID, CONFIG, (f'nvcr.io/nvidia/tao/tao-toolkit@{ID}',), 21_000_000_000,
    '7.1.0', ('model/dino', 'model/segformer'),
)
FILES = {'images.tar': (10, 'c' * 64), 'tao.pyz': (20, 'd' * 64)}


def test_manifest_is_read_as_it_was_written() -> None:
    both = [IMAGE._replace(documents=(bundle.packed(b'{\n}'),)), IMAGE._replace(digests=(), tasks=())]
    text = bundle.manifest(both, FILES)
    images, found, _ = bundle.read_manifest(text.encode(), 'manifest.json')
    assert images == both
    assert bundle.documents(images[0]) == [b'{\n}']
    assert found == {name: digest for name, (_, digest) in FILES.items()}


def test_a_manifest_of_an_older_launcher() -> None:
    value = json.loads(bundle.manifest([IMAGE], FILES))
    del value['images'][0]['documents']
    assert bundle.read_manifest(json.dumps(value).encode(), 'manifest.json')[0] == [IMAGE]


def document(**changes: Any) -> dict[str, Any]:
    """A manifest with one image of which some members are replaced."""
    found: dict[str, Any] = json.loads(bundle.manifest([IMAGE], FILES))
    found['images'][0].update(changes)
    return found


@pytest.mark.parametrize(('value', 'faults'), [
    ({'format': 1}, ['images: null: expected a list [...]', 'files: null: expected an object {...}']),
    ({**document(), 'format': 2}, ['format: 2: expected 1; another version of the launcher made this bundle']),
    (document(id='-rf'), ['images[0].id: "-rf": expected an image id "sha256:…"']),
    (document(config=None), ['images[0].config: null: expected an image id "sha256:…"']),
    (document(reference='--privileged'), [
        'images[0].reference: "--privileged": expected an image such as nvcr.io/nvidia/tao/tao-toolkit:6.0.0-pyt',
    ]),
    (document(size='big'), ['images[0].size: "big": expected a number of bytes']),
    (document(digests=7), ['images[0].digests: a number: expected a list [...]']),
    (document(digests=[7]), ['images[0].digests[0]: 7: expected a string']),
    (document(documents=['{}']), ['images[0].documents[0]: "{}": expected base64']),
    (document(documents=7), ['images[0].documents: a number: expected a list [...]']),
    (document(tasks='dino'), ['images[0].tasks: a string: expected a list [...]']),
    ({**document(), 'files': {'tao.pyz': 3}}, ['files.tao.pyz: a number: expected an object {...}']),
])
def test_manifest_that_is_none(value: Any, faults: list[str]) -> None:
    with pytest.raises(ConfigError) as refused:
        bundle.read_manifest(json.dumps(value).encode(), '/b/manifest.json')
    expected = [fault.replace('files.tao.pyz', 'files["tao.pyz"]') for fault in faults]
    said = f'/b/manifest.json: {len(faults)} problem{"s"[:len(faults) > 1]}'
    assert (refused.value.what, list(refused.value.why)) == (said, expected)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(
        st.sampled_from(['images', 'files', 'format', 'id', 'reference', 'size', 'digests']) | st.text(), inner,
    ),
)


@given(JSON)
def test_any_manifest_is_read_or_refused(value: Any) -> None:
    try:
        bundle.read_manifest(json.dumps(value).encode(), 'manifest.json')
    except ConfigError:
        pass


def test_sums_are_what_sha256sum_reads(tmp_path: Path) -> None:
    digests = {}
    for name in bundle.CONTENT:
        (tmp_path / name).write_bytes(name.encode())
        digests[name] = hashlib.sha256(name.encode()).hexdigest()
    (tmp_path / bundle.SUMS).write_text(bundle.sums(digests))
    assert bundle.read_sums(bundle.sums(digests)) == digests
    done = subprocess.run(
        ['sha256sum', '--check', bundle.SUMS], cwd=tmp_path, stdout=subprocess.PIPE, encoding='utf-8', check=True,
    )
    assert done.stdout == 'images.tar: OK\nmanifest.json: OK\ntao.pyz: OK\n'


@pytest.mark.parametrize(('text', 'found'), [
    ('', {}), ('x  images.tar\n', {}), ('f' * 64, {}), (f'{"f" * 64} *images.tar\r\n', {'images.tar': 'f' * 64}),
])
def test_sums_that_are_none(text: str, found: dict[str, str]) -> None:
    assert bundle.read_sums(text) == found


def saved(reference: str, config: bytes, **changes: Any) -> bundle.Image:
    return IMAGE._replace(reference=reference, id=sha(config), config=sha(config), digests=(), **changes)


A, B = configuration('a'), configuration('b')
BY_DIGEST = f'r.test/b@{ID}'


@pytest.mark.parametrize(('archive', 'images', 'wrong'), [
    (classic({'r.test/a:1': A}), [saved('r.test/a:1', A)], []),
    (classic({'docker.io/library/a:latest': A}), [saved('a', A)], []),
    (classic({f'r.test/b:bundle-{"a" * 12}': A}), [saved(BY_DIGEST, A)], []),
    (classic({'r.test/a:1': A}, RepoTags=None), [saved(BY_DIGEST, A)], []),  # older launchers saved it without a tag
    (containerd('r.test/a:1', A), [saved('r.test/a:1', A)], []),
    # and had the manifest's digest for the configuration's, of a containerd store
    (containerd('r.test/a:1', A), [saved('r.test/a:1', registry_manifest(A))], []),
    (classic({'r.test/a:1': A, 'r.test/evil:1': B}), [saved('r.test/a:1', A)], [
        f'images.tar: has an image that manifest.json does not name ({sha(B)})',
        'images.tar: has the tag r.test/evil:1, which manifest.json does not name',
    ]),
    (classic({'r.test/a:1': A, 'python:3': A}), [saved('r.test/a:1', A)], [
        'images.tar: has the tag python:3 for an image that manifest.json does not name so',
    ]),
    (classic({'r.test/a:1': B, 'r.test/b:1': A}), [saved('r.test/a:1', A), saved('r.test/b:1', B)], [
        'images.tar: has the tag r.test/a:1 for an image that manifest.json does not name so',
        'images.tar: has the tag r.test/b:1 for an image that manifest.json does not name so',
    ]),
    (classic({'r.test/a:1': A}).file('repositories', '{"evil": {"1": ""}}'), [saved('r.test/a:1', A)], [
        'images.tar: has the tag evil:1, which manifest.json does not name',
    ]),
    (classic({}), [saved('r.test/a:1', A)], ['images.tar: does not have r.test/a:1, which manifest.json names']),
])
def test_mismatches(archive: Tar, images: list[bundle.Image], wrong: list[str]) -> None:
    """Nothing else may be loaded than the manifest says."""
    found = sorted(bundle.mismatches(images, read(io.BytesIO(archive.data()))))
    assert found == sorted(wrong)


def test_digests_in_capitals() -> None:
    """As `sha256sum -c` takes them too."""
    assert bundle.read_sums(f'{"AB" * 32}  images.tar\n') == {'images.tar': 'ab' * 32}
