"""The texts of a bundle: its manifest, its sums, and what is refused in them; files that are whole or not there."""
from __future__ import annotations

import hashlib
import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import tao

from tao_launcher.base import files
from tao_launcher.base.errors import ConfigError
from tao_launcher.commands.images import bundle

ID, CONFIG = f'sha256:{"a" * 64}', f'sha256:{"b" * 64}'
IMAGE = bundle.Image(
    'nvcr.io/nvidia/tao/tao-toolkit:7.1.0-pyt', ID, CONFIG, (f'nvcr.io/nvidia/tao/tao-toolkit@{ID}',), 21_000_000_000,
    '7.1.0', ('model/dino', 'model/segformer'),
)
FILES = {'images.tar': (10, 'c' * 64), 'tao.pyz': (20, 'd' * 64)}


def test_manifest_is_read_as_it_was_written() -> None:
    text = bundle.manifest([IMAGE, IMAGE._replace(digests=(), tasks=())], FILES)
    images, found = bundle.read_manifest(text.encode(), 'manifest.json')
    assert images == [IMAGE, IMAGE._replace(digests=(), tasks=())]
    assert found == {name: digest for name, (_, digest) in FILES.items()}


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


@pytest.mark.parametrize(('archived', 'found'), [
    ([{'Config': f'{"b" * 64}.json', 'RepoTags': ['a:1', 'b:2']}], {CONFIG: CONFIG, 'a:1': CONFIG, 'b:2': CONFIG}),
    ([{'Config': f'blobs/sha256/{"b" * 64}', 'RepoTags': None}], {CONFIG: CONFIG}),  # docker from 25
    (None, {}), ({}, {}), ([], {}),
])
def test_config_ids(archived: Any, found: dict[str, str]) -> None:
    assert bundle.config_ids(archived) == found


def test_a_file_is_whole_or_not_there(tmp_path: Path) -> None:
    (tmp_path / 'folder').mkdir()
    path = tmp_path / 'folder' / 'f'
    assert files.write(str(path), b'old') == (3, hashlib.sha256(b'old').hexdigest())
    with pytest.raises(KeyboardInterrupt), files.Whole(str(path)) as whole:
        whole.add(b'new')
        raise KeyboardInterrupt
    assert path.read_bytes() == b'old'
    assert list(path.parent.iterdir()) == [path]


def test_a_reference_that_a_bundle_brought(home: Path) -> None:
    """It is used by its id and never pulled, in a dry run too; --pull always asks its registry."""
    reference = f'nvcr.io/nvidia/tao/tao-toolkit@{CONFIG}'
    state = home / '.local/state/tao'
    state.mkdir(parents=True)
    (state / 'images.json').write_text(json.dumps({reference: ID}))
    notice = f'tao: notice: {reference} came with a bundle: used by its id, and not pulled (--pull always would)\n'
    words = ['--dry-run', '--image', reference, 'dino', 'train']
    done = tao(*words)
    assert (done.code, done.err) == (0, notice)
    assert ' --pull never ' in done.out and done.out.endswith(f' {ID} dino train\n')
    for changed in (['--pull', 'always', *words], [*words[:2], f'{reference[:-1]}c', 'dino', 'train']):
        assert ID not in tao(*changed).out
    for broken in ('', '{', '[]', json.dumps({reference: 7}), json.dumps({reference: '--privileged'})):
        (state / 'images.json').write_text(broken)
        assert tao(*words).out.endswith(f' {reference} dino train\n')


def test_nothing_of_a_reference_by_tag_is_read(home: Path) -> None:
    """Its tag is there after a load; and a registry may give it to another image later."""
    reference = 'nvcr.io/nvidia/tao/tao-toolkit:7.1.0-pyt'
    (home / '.local/state/tao').mkdir(parents=True)
    (home / '.local/state/tao/images.json').write_text(json.dumps({reference: ID}))
    assert tao('--dry-run', 'dino', 'train').out.endswith(f' {reference} dino train\n')


def test_verify_asks_no_engine(tmp_path: Path) -> None:
    folder = tmp_path / 'bundle'
    folder.mkdir()
    os.mkfifo(folder / 'images.tar')  # which nobody ever writes to
    (folder / 'SHA256SUMS').write_text(bundle.sums(dict.fromkeys(bundle.CONTENT, 'a' * 64)))
    (folder / 'manifest.json').mkdir()
    assert tao('bundle', 'verify', str(folder)) == (1, '', (
        f'tao: error: {folder}: not good\n    images.tar: no file\n    manifest.json: no file\n'
        '    tao.pyz: No such file or directory\n'
    ))
