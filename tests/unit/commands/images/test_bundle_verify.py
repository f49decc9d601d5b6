"""tao bundle verify: what a bundle holds, what its digests are worth, and who signed it."""
from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from archives import classic, configuration, containerd, index, registry_manifest, sha, write_bundle
from support import tao

from tao_launcher.base.errors import CheckFailed
from tao_launcher.base.output import Output
from tao_launcher.commands.images import bundle
from tao_launcher.commands.images.bundle_verify import verified

A, B = configuration('a'), configuration('b')
MANIFEST = registry_manifest(A)
WHOLE = index(MANIFEST, registry_manifest(configuration('a', 'arm64')))
TAGGED = 'r.test/a:1'


def image(reference: str, config: bytes, *documents: bytes) -> bundle.Image:
    return bundle.Image(
        reference, sha(config), sha(config), (), 1, '7.1.0', ('model/dino',), tuple(map(bundle.packed, documents)),
    )


def lasting(document: bytes) -> tuple[str, str]:
    """(a reference by that digest, its lasting tag)."""
    return f'r.test/a@{sha(document)}', f'r.test/a:bundle-{sha(document)[7:19]}'


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


def test_sums_that_are_no_file(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / 'SHA256SUMS')
    said = f'tao: error: {tmp_path}: not a complete bundle\n    SHA256SUMS, which is written last: is a pipe\n'
    assert tao('bundle', 'verify', str(tmp_path)) == (1, '', said)


def test_good(tmp_path: Path) -> None:
    folder = write_bundle(tmp_path / 'b', classic({TAGGED: A}).data(), image(TAGGED, A))
    assert tao('--quiet', 'bundle', 'verify', str(folder)) == (0, f'{folder}: good, 1 image\n', '')


@pytest.mark.parametrize('verb', ['verify', 'load'])
def test_more_than_the_manifest_says(tmp_path: Path, verb: str) -> None:
    """Before any engine is asked: the sums are right, the archive is not."""
    archive = classic({TAGGED: A, 'nvcr.io/evil:1': B}).file('../../etc/cron.d/x', b'')
    folder = write_bundle(tmp_path / 'b', archive.data(), image(TAGGED, A))
    assert tao('--quiet', 'bundle', verb, str(folder)) == (1, '', (
        f'tao: error: {folder}: not good\n'
        '    images.tar: ../../etc/cron.d/x: leads outside\n'
        f'    images.tar: has an image that manifest.json does not name ({sha(B)})\n'
        '    images.tar: has the tag nvcr.io/evil:1, which manifest.json does not name\n'
    ))


@pytest.mark.parametrize(('document', 'documents', 'by_containerd'), [
    (MANIFEST, [MANIFEST], False), (WHOLE, [WHOLE, MANIFEST], False), (MANIFEST, [], True), (WHOLE, [], True),
])
def test_proven(tmp_path: Path, document: bytes, documents: list[bytes], by_containerd: bool) -> None:
    """By the registry's documents, or because the archive of a containerd store has them."""
    reference, tag = lasting(document)
    whole = WHOLE if document is WHOLE else b''
    archive = containerd(tag, A, whole=whole) if by_containerd else classic({tag: A})
    folder = write_bundle(tmp_path / 'b', archive.data(), image(reference, A, *documents))
    assert tao('--quiet', 'bundle', 'verify', str(folder)) == (0, f'{folder}: good, 1 image\n', '')
    with verified(str(folder), Output('tao', {})) as found:
        assert found.proven == {reference}


@pytest.mark.parametrize('documents', [[], [WHOLE], [registry_manifest(B)], [MANIFEST[:-1]]])
def test_unproven(tmp_path: Path, documents: list[bytes]) -> None:
    reference, tag = lasting(MANIFEST)
    folder = write_bundle(tmp_path / 'b', classic({tag: A}).data(), image(reference, A, *documents))
    done = tao('bundle', 'verify', str(folder))
    assert (done.code, done.out) == (0, f'{folder}: good, 1 image\n')
    assert done.err.splitlines()[-1] == (
        f'tao: notice: {reference}: unproven; nothing here shows that this image is the one of that digest'
    )


def test_another_image_than_the_one_of_the_digest(tmp_path: Path) -> None:
    """Whoever made it: the registry's document names the image that it should be."""
    reference, tag = lasting(MANIFEST)
    folder = write_bundle(tmp_path / 'b', classic({tag: B}).data(), image(reference, B, MANIFEST))
    said = f'tao: error: {folder}: not good\n    images.tar: has another image than the one of {reference}\n'
    assert tao('--quiet', 'bundle', 'verify', str(folder)) == (1, '', said)


def test_a_file_that_changes_meanwhile(tmp_path: Path) -> None:
    folder = write_bundle(tmp_path / 'b', classic({TAGGED: A}).data(), image(TAGGED, A))
    with pytest.raises(CheckFailed, match='images.tar was changed while it was used'), \
            verified(str(folder), Output('tao', {})) as found:
        other = classic({TAGGED: B}).data()
        with (folder / 'images.tar').open('r+b') as f:
            f.write(other)
        os.utime(folder / 'images.tar', ns=(found.facts[3], found.facts[3]))
    # one that is put in its place is not read
    folder = write_bundle(tmp_path / 'b', classic({TAGGED: A}).data(), image(TAGGED, A))
    with pytest.raises(CheckFailed), verified(str(folder), Output('tao', {})) as found:
        (tmp_path / 'other').write_bytes(other)
        os.rename(tmp_path / 'other', folder / 'images.tar')
        found.file.seek(0)
        assert found.file.read() == classic({TAGGED: A}).data()


class Meddler(Output):
    """Someone who writes into the archive as soon as its sum is known."""

    folder: Path

    def progress(self, text: str, *, last: bool = False) -> None:
        with (self.folder / 'images.tar').open('r+b') as f:
            f.write(classic({TAGGED: B}).data())


def test_a_file_that_changes_after_its_sum_was_made(tmp_path: Path) -> None:
    folder = write_bundle(tmp_path / 'b', classic({TAGGED: A}).data(), image(TAGGED, A))
    output = Meddler('tao', {})
    output.folder = folder
    with pytest.raises(CheckFailed) as refused, verified(str(folder), output):
        pass
    assert refused.value.why[0] == 'images.tar: changed meanwhile'


def test_signed(tmp_path: Path) -> None:
    folder = write_bundle(tmp_path / 'b', classic({TAGGED: A}).data(), image(TAGGED, A))
    key, signers = tmp_path / 'key', tmp_path / 'signers'
    subprocess.run(['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-f', key], check=True)
    signers.write_text(f'ann@r.test {key.with_suffix(".pub").read_text()}')
    check = ['--quiet', 'bundle', 'verify', str(folder), '--signers', str(signers)]
    said = f'tao: error: {folder}: not signed\n    there is no SHA256SUMS.sig\n'
    assert tao(*check) == (1, '', said)
    subprocess.run(['ssh-keygen', '-q', '-Y', 'sign', '-n', 'tao-bundle', '-f', key, folder / 'SHA256SUMS'], check=True)
    assert tao(*check) == (0, f'{folder}: good, 1 image, signed by ann@r.test\n', '')
    done = tao('bundle', 'verify', str(folder))
    assert done.code == 0 and f'{folder}: signed, but the signer is not checked: --signers FILE checks it\n' in done.err
    # sums that are made anew are right, and not signed
    write_bundle(folder, classic({TAGGED: B}).data(), image(TAGGED, B))
    done = tao(*check)
    assert (done.code, done.out) == (1, '')
    assert done.err.startswith("tao: error: nobody named in the signers' file has signed SHA256SUMS\n")
    (folder / 'SHA256SUMS.sig').unlink()
    os.mkfifo(folder / 'SHA256SUMS.sig')
    assert tao(*check) == (1, '', f'tao: error: {folder}/SHA256SUMS.sig: is a pipe\n')
