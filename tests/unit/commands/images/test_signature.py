"""Signatures, with the real ssh-keygen."""
from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from tao_launcher.base.errors import CheckFailed
from tao_launcher.commands.images import signature

TEXT = b'abc  images.tar\n\xff\r\n'


@pytest.fixture
def key(tmp_path: Path) -> Path:
    subprocess.run(['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-f', tmp_path / 'key'], check=True)
    return tmp_path / 'key'


def signers(key: Path, line: str) -> str:
    path = key.with_name('signers')
    path.write_text(line.format(key.with_suffix('.pub').read_text()))
    return str(path)


@pytest.mark.parametrize(('line', 'name'), [
    ('ann@r.test {}', 'ann@r.test'),
    ('# us\nann@r.test,bob@r.test {}', 'ann@r.test'),
    ('ann@r.test namespaces="tao-bundle" {}', 'ann@r.test'),
])
def test_signed_by(key: Path, line: str, name: str) -> None:
    assert signature.signer(TEXT, signature.sign(TEXT, str(key)), signers(key, line)) == name


@pytest.mark.parametrize(('text', 'line'), [
    (TEXT + b'x', 'ann@r.test {}'),
    (TEXT, 'ann@r.test namespaces="git" {}'),
    (TEXT, 'ann@r.test valid-before="20200101" {}'),
    (TEXT, ''),
])
def test_not_signed_by(key: Path, text: bytes, line: str) -> None:
    made = signature.sign(TEXT, str(key))
    with pytest.raises(CheckFailed, match='has signed SHA256SUMS'):
        signature.signer(text, made, signers(key, line))


def test_signed_for_something_else(key: Path) -> None:
    """A signature of git's or of a mail is none of a bundle."""
    (key.parent / 'text').write_bytes(TEXT)
    subprocess.run(['ssh-keygen', '-q', '-Y', 'sign', '-n', 'git', '-f', key, key.parent / 'text'], check=True)
    with pytest.raises(CheckFailed):
        signature.signer(TEXT, (key.parent / 'text.sig').read_bytes(), signers(key, 'ann@r.test {}'))
    with pytest.raises(CheckFailed):
        signature.signer(TEXT, b'no signature', signers(key, 'ann@r.test {}'))


def test_no_key_and_no_signers(tmp_path: Path) -> None:
    with pytest.raises(CheckFailed, match='/nowhere: nothing could be signed with it'):
        signature.sign(TEXT, '/nowhere')
    with pytest.raises(CheckFailed, match='/nowhere: no such file'):
        signature.signer(TEXT, b'', '/nowhere')


def test_names_that_look_like_options(key: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(key.parent)
    os.rename(key, '-Y')
    Path(signers(key, 'ann@r.test {}')).rename('-f')
    assert signature.signer(TEXT, signature.sign(TEXT, '-Y'), '-f') == 'ann@r.test'


def test_no_ssh_keygen(key: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = signature.sign(TEXT, str(key))
    monkeypatch.setenv('PATH', str(tmp_path))
    for again in (lambda: signature.sign(TEXT, str(key)), lambda: signature.signer(TEXT, made, str(key))):
        with pytest.raises(CheckFailed) as found:
            again()
        assert found.value.what == 'ssh-keygen is needed for signatures'
        assert found.value.advice == 'apt-get install openssh-client'
