"""The files of a tar archive, and what is wrong with them."""
from __future__ import annotations

import io
import tarfile
from typing import Callable

import pytest
from archives import Tar

from tao_launcher.commands.images.archive_files import MOST_BYTES, Files


def read(data: bytes) -> Files:
    made = Files(io.BytesIO(data))
    made.read()
    return made


def test_files_and_links() -> None:
    """Classic docker writes a layer that several images have once, and links to it; podman does so for every layer."""
    made = Tar().other('a', tarfile.DIRTYPE).file('a/layer.tar', b'x' * 700).other('b/layer.tar', tarfile.SYMTYPE,
        '../a/layer.tar').file('./c', b'')
    found = read(made.data())
    assert (found.sizes, found.faults) == ({'a/layer.tar': 700, 'c': 0}, [])
    assert found.content('b/layer.tar', 700) == b'x' * 700
    with pytest.raises(ValueError, match='a/layer.tar: larger than 0 MiB'):
        found.content('a/layer.tar', 699)


@pytest.mark.parametrize(('add', 'fault'), [
    (lambda tar: tar.file('/etc/passwd', b''), '/etc/passwd: leads outside'),
    (lambda tar: tar.file('a/../../b', b''), 'a/../../b: leads outside'),
    (lambda tar: tar.file('a', b'').file('./a', b''), './a: twice'),
    (lambda tar: tar.other('a', tarfile.SYMTYPE, '/etc/passwd'), 'a: a link to /etc/passwd, which is not a file in it'),
    (lambda tar: tar.other('a/b', tarfile.SYMTYPE, '../../c').file('c', b''),
     'a/b: a link to ../c, which is not a file in it'),
    (lambda tar: tar.other('a', tarfile.SYMTYPE, 'b').other('b', tarfile.SYMTYPE, 'c').file('c', b''),
     'a: a link to b, which is not a file in it'),
    (lambda tar: tar.other('a', tarfile.LNKTYPE, '/etc/passwd'), 'a: not a regular file'),
    (lambda tar: tar.other('a', tarfile.CHRTYPE), 'a: not a regular file'),
    (lambda tar: tar.other('a', tarfile.FIFOTYPE), 'a: not a regular file'),
])
def test_what_could_lead_outside(add: Callable[[Tar], Tar], fault: str) -> None:
    assert read(add(Tar()).data()).faults == [fault]


def test_more_files_after_the_end() -> None:
    """Another reader might go on there."""
    data = Tar().file('a', b'').data()
    assert read(data + bytes(4096)).faults == []
    assert read(data + Tar().file('b', b'').data()).faults == ['unexpected content after its end']
    broken = data[:512] + b'x' * 512  # a header that is none
    assert read(broken).faults == ['unexpected content after its end']


def test_a_header_that_asks_for_much() -> None:
    """It is not read into memory."""
    member = tarfile.TarInfo('./PaxHeader')
    member.type, member.size = tarfile.XHDTYPE, MOST_BYTES + 512
    with pytest.raises(ValueError, match='a header is too large'):
        read(member.tobuf() + bytes(1024))


def test_total() -> None:
    data = Tar().file('a', b'\x1f\x8b' + bytes(98)).file('b', bytes(50)).data()
    assert read(data).total((b'\x1f\x8b',), 2.0) == 250
