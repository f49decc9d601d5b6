"""tao images with Apptainer."""
from __future__ import annotations

import json
from pathlib import Path

import jsonschema
from sif_files import DINO, NAME, Apptainer, sif
from support import SCHEMAS, tao


def test_table(apptainer: Apptainer, files: Path) -> None:
    done = tao('images', 'dino')
    assert (done.code, done.err, apptainer.calls) == (0, '', [])
    assert [line.split() for line in done.out.splitlines()] == [
        ['IMAGE', 'HERE', 'SIZE', 'RELEASE', 'TASKS', 'FILE'],
        [DINO, 'yes', f'{len(sif())}', 'B', '7.1.0', 'model/dino', f'{files}/{NAME}'],
        [DINO.replace('pyt', 'deploy'), 'no', '7.1.0', 'deploy/dino'],
    ]


def test_json(apptainer: Apptainer, files: Path) -> None:
    listed = json.loads(tao('images', '--format', 'json', 'dino').out)
    jsonschema.Draft202012Validator(SCHEMAS['images']).validate(listed)
    found = [(one['reference'], one['present'], one['size'], one['file']) for one in listed]
    assert found == [(DINO, True, len(sif()), f'{files}/{NAME}'), (DINO.replace('pyt', 'deploy'), False, None, None)]


def test_a_dry_run_has_nothing_to_run(apptainer: Apptainer, files: Path) -> None:
    assert tao('images', '--dry-run', 'dino') == (
        0, '', f'tao: notice: no command is run: the images are files in {files}\n',
    )
