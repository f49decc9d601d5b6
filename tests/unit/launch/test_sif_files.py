"""The files of images that a launch finds."""
from __future__ import annotations

import os
from pathlib import Path

from sif_files import DINO, NAME, sif

from tao_launcher.base import host
from tao_launcher.launch.sif_files import local_image


def test_a_file_for_this_machine(tmp_path: Path) -> None:
    here, environ = host.survey(dict(os.environ)), {'TAO_SIF_DIR': str(tmp_path)}
    assert local_image(DINO, environ, here) == ''
    for machine in ('02', '04'):
        (tmp_path / NAME).write_bytes(sif(machine=machine))
        fits = here.machine == {'02': 'x86_64', '04': 'aarch64'}[machine]
        assert local_image(DINO, environ, here) == (f'{tmp_path}/{NAME}' if fits else '')
    (tmp_path / NAME).unlink()
    (tmp_path / NAME).mkdir()
    assert local_image(DINO, environ, here) == ''
