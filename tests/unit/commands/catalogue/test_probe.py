"""tao catalogue probe: what an image is asked, and what is made of its answer."""
from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from image_answers import Engine
from support import Result, tao

from tao_launcher.commands.catalogue.probe import SCRIPT, tasks_of
from tao_launcher.tasks.release_file import read

IMAGE = 'nvcr.io/nvidia/tao/tao-toolkit:7.2.0-pyt'
ANSWER = (
    'dino\tfrom nvidia_tao_pytorch.cv.dino.entrypoint.dino import main\n'
    'newnet\tfrom nvidia_tao_pytorch.cv.newnet.entrypoint.newnet import main\ntao: end\n'
)
WORDS = [
    'run', '--rm', '--network', 'none', '-e', 'NVIDIA_VISIBLE_DEVICES=void', '-e', 'TAO_LAUNCH_ID',
    '--entrypoint', '/bin/sh', '--label', 'tao.job=catalogue/probe', '--label', f'tao.user={os.getuid()}',
    '--label', 'tao.plan=', IMAGE, '-c', SCRIPT,
]


def unplanned(words: list[str]) -> list[str]:
    """The words without the digest of the label tao.plan."""
    return [re.sub('^tao.plan=[0-9a-f]{12}$', 'tao.plan=', word) for word in words]


def test_probe(engine: Engine, home: Path) -> None:
    engine.answers('run', ANSWER)
    path = home / '.tao' / 'releases.d' / '7.2.0.json'
    assert tao('catalogue', 'probe', IMAGE) == Result(0, f'{path}\n', (
        'tao: notice: model: dino, newnet\ntao: notice: release 7.2.0: 2 tasks in 1 image\n'))
    assert [unplanned(call[1:]) for call in engine.calls] == [WORDS]
    assert json.loads(path.read_text()) == {'7.2.0': {'groups': {'model': {IMAGE: ['dino', 'newnet']}}}}


def test_images_of_one_release_come_together(engine: Engine, home: Path) -> None:
    engine.answers('run', ANSWER)
    tao('catalogue', 'probe', IMAGE)
    engine.answers('run', 'dino\tfrom nvidia_tao_deploy.cv.dino.entrypoint.dino import main\ntao: end\n')
    deploy = IMAGE.replace('pyt', 'deploy')
    assert tao('catalogue', 'probe', deploy).code == 0
    assert json.loads((home / '.tao' / 'releases.d' / '7.2.0.json').read_text())['7.2.0']['groups'] == {
        'model': {IMAGE: ['dino', 'newnet']}, 'deploy': {deploy: ['dino']},
    }


def test_dry_run_and_options(engine: Engine, home: Path) -> None:
    done = tao('--pull=never', '--platform=linux/arm64', '--engine=podman', 'catalogue', 'probe', '--dry-run', IMAGE)
    assert (done.code, done.err) == (0, '')
    words = shlex.split(done.out)
    assert words[:9] == ['podman', 'run', '--rm', '--network', 'none', '--pull', 'never', '--platform', 'linux/arm64']
    assert unplanned(words[9:]) == WORDS[4:]
    assert engine.calls == [] and not (home / '.tao').exists()


@pytest.mark.parametrize(('words', 'err'), [
    (['my/own:latest'], 'tao: error: my/own:latest: its tag has no release version\n    try: --name X.Y.Z\n'),
    (['--', '-x'], 'tao: error: "-x": expected an image such as nvcr.io/nvidia/tao/tao-toolkit:6.0.0-pyt\n'),
    (['--name=a b', IMAGE], 'tao: error: --name: "a b": expected a release such as 7.2.0: '
        'at most 64 letters, digits, . _ -\n'),
    (['--group=a/b', IMAGE], 'tao: error: --group: "a/b": expected a name of letters, digits, . _ -\n'),
])
def test_refused(engine: Engine, words: list[str], err: str) -> None:
    assert tao('catalogue', 'probe', *words) == Result(2, '', err)
    assert engine.calls == []


def test_a_name_and_a_group_of_ones_own(engine: Engine, home: Path) -> None:
    engine.answers('run', ANSWER)
    assert tao('catalogue', 'probe', '--name=mine', '--group=labs', 'my/own').code == 0
    found = json.loads((home / '.tao' / 'releases.d' / 'mine.json').read_text())
    assert found == {'mine': {'groups': {'labs': {'my/own': ['dino', 'newnet']}}}}
    assert json.loads(tao('--no-check', '--dry-run=json', 'labs', 'newnet', 'train').out)['image'] == 'my/own'


@pytest.mark.parametrize(('out', 'err', 'code', 'own', 'said'), [
    ('tao: end\n', '', 0, 1, [f'{IMAGE} has no task', '    no script on its PATH imports a package of TAO']),
    ('', 'docker: exec: "/bin/sh": no such file or directory\n', 127, 125, [
        f'{IMAGE} could not be queried', '    docker: exec: "/bin/sh": no such file or directory']),
    (ANSWER[:40], '', 0, 125, [f'{IMAGE} could not be queried', '    dino\\tfrom nvidia_tao_pytorch.cv.dino.ent']),
])
def test_no_answer(
    engine: Engine, home: Path, out: str, err: str, code: int, own: int, said: list[str],
) -> None:
    engine.answers('run', out, err, code)
    done = tao('catalogue', 'probe', IMAGE)
    shell = f'    try: docker run --rm -it --entrypoint /bin/sh {IMAGE}'
    assert (done.code, done.out, done.err.splitlines()) == (own, '', [f'tao: error: {said[0]}', *said[1:], shell])
    assert not (home / '.tao').exists()


def test_no_engine() -> None:
    done = tao('--engine', 'docker:/nowhere/docker', 'catalogue', 'probe', IMAGE)
    assert (done.code, done.out) == (125, '')
    assert done.err.startswith('tao: error: /nowhere/docker: no such program\n')


@pytest.mark.parametrize(('line', 'group'), [
    ('from nvidia_tao_pytorch.cv.dino.entrypoint.dino import main', 'model'),
    ('from nvidia_tao_tf1.cv.ssd.entrypoint.ssd import main', 'model'),
    ('from iva.detectnet_v2.entrypoint.detectnet_v2 import main', 'model'),
    ("__requires__ = 'nvidia-tao-pytorch==4.0.0'", 'model'),
    ('from nvidia_tao_deploy.cv.dino.entrypoint.dino import main', 'deploy'),
    ('from nvidia_tao_ds.annotations.entrypoint.annotations import main', 'dataset'),
])
def test_groups(line: str, group: str) -> None:
    assert tasks_of(f'x\t{line}\n') == {group: ['x']}
    assert tasks_of(f'x\t{line}\n', 'own') == {'own': ['x']}


@pytest.mark.parametrize('line', [
    'x\tfrom nvidia_tao_core.api import main', 'x\tfrom nvidia_tao_cli.entrypoint import main', 'x\timport os', 'x',
    '-x\tfrom nvidia_tao_ds.a import main', 'a b\tfrom nvidia_tao_ds.a import main', '', 'tao: end',
])
def test_what_is_no_task(line: str) -> None:
    assert tasks_of(f'{line}\n') == {}


@given(st.text(), st.text())
def test_an_answer_may_be_anything(name: str, text: str) -> None:
    for group, tasks in tasks_of(f'{name}\tnvidia_tao_pytorch {text}\n{text}').items():
        read({'1.0': {'groups': {group: {'a:1': tasks}}}}, '/f')


def test_the_script(tmp_path: Path) -> None:
    """In a shell of this machine; tests/engine has a real image."""
    first, second = tmp_path / 'first bin', tmp_path / 'second'
    for folder, name, text, mode in (
        (first, 'dino', '#!/usr/bin/python3\n# -*- coding: utf-8 -*-\nfrom nvidia_tao_pytorch.a import main\n', 0o755),
        (second, 'dino', '#!/usr/bin/python3\nfrom nvidia_tao_deploy.a import main\n', 0o755),
        (first, 'long', '#!/bin/sh\n\'\'\'exec\' /a "$0" "$@"\n\' \'\'\'\nfrom nvidia_tao_ds.a import main\n', 0o755),
        (first, 'late', '#!/bin/sh\n' + 'x\n' * 100 + 'from nvidia_tao_ds.a import main\n', 0o755),
        (first, 'data', 'from nvidia_tao_ds.a import main\n', 0o755),
        (first, 'not_executable', '#!/bin/sh\nfrom nvidia_tao_ds.a import main\n', 0o644),
        (first, 'without_end', '#!/bin/sh\nfrom nvidia_tao_ds.a import main', 0o755),
        (second, 'other', '#!/bin/sh\nfrom os import path\n', 0o755),
        (first, 'two\nlines', '#!/bin/sh\nfrom nvidia_tao_ds.a import main\n', 0o755),
        (second, '.hidden', '#!/bin/sh\nfrom nvidia_tao_ds.a import main\n', 0o755),
    ):
        folder.mkdir(exist_ok=True)
        (folder / name).write_text(text)
        (folder / name).chmod(mode)
    (second / 'binary').write_bytes(b'\x7fELF\0\xff' * 5000)
    (second / 'binary').chmod(0o755)
    (first / 'folder').mkdir()
    environ = {'PATH': f'{first}:{tmp_path}/nowhere:{second}'}
    done = subprocess.run(['/bin/sh', '-c', SCRIPT], env=environ, capture_output=True, encoding='utf-8', check=True)
    assert done.stdout == (
        'dino\tfrom nvidia_tao_pytorch.a import main\n'
        'long\tfrom nvidia_tao_ds.a import main\n'
        'dino\tfrom nvidia_tao_deploy.a import main\n'
        'tao: end\n'
    )
    assert done.stderr == ''
    assert tasks_of(done.stdout) == {'model': ['dino'], 'dataset': ['long']}
