"""Files of Apptainer's: their names, and what their header says."""
from __future__ import annotations

import pytest
import sif_files
from hypothesis import given
from hypothesis import strategies as st

from tao_launcher.engine import sif

PART = st.from_regex('[a-z0-9][a-z0-9._-]{0,6}', fullmatch=True)
REFERENCES = st.builds(
    lambda host, port, parts, end: '/'.join([host + port, *parts]) + end, PART, st.sampled_from(['', ':5000']),
    st.lists(PART, min_size=1, max_size=3), st.sampled_from([':1', ':7.1.0-pyt', f'@sha256:{"a" * 64}']),
)


@pytest.mark.parametrize(('reference', 'name'), [
    (sif_files.DINO, sif_files.NAME), ('a', 'a=latest.sif'), ('h:5000/a', 'h=5000+a=latest.sif'),
    ('h:5000/a/b:1', 'h=5000+a+b=1.sif'), (f'h/a@sha256:{"a" * 64}', f'h+a@sha256={"a" * 64}.sif'),
])
def test_a_name(reference: str, name: str) -> None:
    assert sif.name(reference) == name
    assert sif.source(reference) == f'docker://{reference}'


@given(REFERENCES, REFERENCES)
def test_no_two_images_have_one_name(one: str, other: str) -> None:
    assert (sif.name(one) == sif.name(other)) == (one == other)
    assert not {'/', ':'} & {*sif.name(one)}


@pytest.mark.parametrize(('machine', 'known'), [('02', 'amd64'), ('04', 'arm64'), ('77', ''), ('xx', '')])
def test_a_header(machine: str, known: str) -> None:
    data = sif_files.sif(b'x' * 72, machine)
    assert sif.header(data[:sif.HEADER]) == sif.Header(200, known)
    assert len(data) == 200


@pytest.mark.parametrize('data', [b'', b'x' * 200, sif_files.sif()[:127], sif_files.sif().replace(b'MAGIC', b'magic')])
def test_no_header(data: bytes) -> None:
    assert sif.header(data) is None


def test_the_machine_that_runs_it() -> None:
    assert sif.fits('amd64', 'x86_64') and sif.fits('', 'x86_64')
    assert not sif.fits('arm64', 'x86_64')
