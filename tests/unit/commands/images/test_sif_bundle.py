"""The manifest of a bundle of Apptainer's files."""
from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sif_files import DINO, NAME

from tao_launcher.base.errors import ConfigError
from tao_launcher.commands.images import sif_bundle
from tao_launcher.commands.images.sif_bundle import SifImage, SifManifest

IMAGE = SifImage(DINO, '7.1.0', ('model/dino',))
FILES = {NAME: (5, 'a' * 64), 'tao.pyz': (7, 'b' * 64)}
SUMS = {NAME: 'a' * 64, 'tao.pyz': 'b' * 64, 'manifest.json': 'c' * 64}


def test_what_is_written_is_read() -> None:
    made = SifManifest((IMAGE,), FILES)
    assert sif_bundle.read(sif_bundle.text(made).encode(), 'm') == made
    assert sif_bundle.mismatches(made, SUMS, {NAME: 5, 'tao.pyz': 7, 'manifest.json': 1}) == []


@given(st.binary(max_size=40) | st.text(max_size=40).map(lambda text: f'{{"format": "sif-1", {text}}}'.encode()))
def test_no_other_error(data: bytes) -> None:
    with pytest.raises(ConfigError):
        sif_bundle.read(data, 'm')


@pytest.mark.parametrize(('name', 'is_file'), [
    (NAME, True), ('a.sif', True), ('../a.sif', False), ('/a.sif', False), ('.a.sif', False), ('images.tar', False),
])
def test_names_of_files(name: str, is_file: bool) -> None:
    assert sif_bundle.is_file(name) == is_file == sif_bundle.has_files(['x', name])
