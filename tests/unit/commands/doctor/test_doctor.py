"""`tao doctor` as a program: what it asks, what it prints, and that nothing keeps it waiting."""
from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Callable

import pytest
from doctor_answers import A100, Put, findings
from support import FakeDocker, tao, tao_process, write_mounts


def test_ready(engine: Callable[[str, str], None], put: Put, home: Path, fake_docker: FakeDocker) -> None:
    engine('docker-ce 28', 'docker-ce 28 with CDI')
    put('nvidia-smi', f"cat <<'END'\n{A100.replace('535.183.01', '580.65.06')}END")
    (home / '.docker').mkdir()
    (home / '.docker/config.json').write_text('{"auths": {"nvcr.io": {"auth": "eA=="}}}')
    (home / 'data').mkdir()
    write_mounts(home, {'Mounts': [{'source': '~/data', 'destination': '/data'}]})
    done = tao('doctor', '--all')
    lines = done.out.splitlines()
    assert (done.code, done.err, lines[-1]) == (0, '', 'ready')
    assert tao('--verbose', 'doctor').out == done.out
    folder = fake_docker.folder
    expected = [
        f'ok    client       {folder}/docker 28.3.2',
        'ok    daemon       answers',
        'ok    server       docker 28.3.2, API 1.51',
        'ok    driver       580.65.06',
        'ok    toolkit      docker has an nvidia runtime or CDI devices',
        f'ok    mounts file  {home}/.tao_mounts.json',
        'ok    sources      all there',
        'ok    login        stored for nvcr.io',
    ]
    assert [line for line in lines if line in expected] == expected
    assert [call[1] for call in fake_docker.calls] == ['version', 'info'] * 2
    short = tao('doctor').out.splitlines()
    assert short[-1] == 'ready' and not {*expected} & {*short}
    to_do = [line for line in lines if line.startswith(('fail', 'warn'))]
    of_all = [line for line in lines[:-1] if not line.startswith(' ')]
    assert short[-2] == f'{len(of_all) - len(to_do)} checks are fine (--all)'
    assert [line.split() for line in short[:-2] if not line.startswith(' ')] == [line.split() for line in to_do]


@pytest.mark.parametrize(('version', 'info'), [
    ('docker-ce 19.03', 'docker-ce 19.03'), ('Debian 20.10', 'Debian 20.10'), ('docker-ce 28', 'rootless'),
    ('docker-ce 28', 'Docker Desktop'), ('podman behind docker', 'nothing'),
])
def test_engines(engine: Callable[[str, str], None], version: str, info: str) -> None:
    engine(version, info)
    done = tao('doctor', '--format', 'json')
    found = findings(done.out)
    server = 'warn' if version == 'docker-ce 19.03' else 'ok'  # it starts no threads in new images
    assert (done.code, done.err, found['server']['status']) == (0, '', server)
    assert ('rootless' in found, info == 'rootless') in ((True, True), (False, False))


def test_what_fails(engine: Callable[[str, str], None], home: Path) -> None:
    engine('docker-ce 18.09', 'nothing')
    write_mounts(home, {'Mounts': [{'source': '~/no where', 'destination': '/a'}]})
    (home / '.tao').mkdir()
    (home / '.tao/config.json').write_text('{]')
    done = tao('doctor', '--format', 'json', env={'TAO_GPUS': 'bogus', 'OVERRIDE_REGISTRY': 'ann:hunter2@reg.lab'})
    found = findings(done.out)
    assert (done.code, done.err, 'hunter2' in done.out) == (1, '', False)
    assert {name for name, one in found.items() if one['status'] == 'fail'} == {
        'server', 'settings', 'sources', 'catalogue',
    }
    assert found['settings']['found'].startswith('TAO_GPUS: "bogus": expected all, none')
    assert found['sources'] == {
        'name': 'sources', 'status': 'fail', 'found': f'missing: {home}/no where', 'fix': f"mkdir -p '{home}/no where'",
    }
    # the fix is a command as it stands
    assert os.system(found['sources']['fix']) == 0
    assert 'sources' not in {one['name'] for one in json.loads(tao('doctor', '--format', 'json').out)
                             if one['status'] == 'fail'}


@pytest.mark.parametrize('raw', ['{"Mounts": 1}', '{]', ''])
def test_mounts_file(engine: Callable[[str, str], None], home: Path, raw: str) -> None:
    engine('docker-ce 28', 'nothing')
    write_mounts(home, raw)
    done = tao('doctor', '--format', 'json')
    found = findings(done.out)['mounts file']
    assert (done.code, found['status'], found['fix']) == (1, 'fail', f'correct {home}/.tao_mounts.json')
    assert found['found'].startswith(f'{home}/.tao_mounts.json')


def test_gpu_test(engine: Callable[[str, str], None], fake_docker: FakeDocker, put: Put) -> None:
    engine('docker-ce 28', 'docker-ce 28 with CDI')
    for name in ('run', 'ps', 'inspect'):
        (fake_docker.folder / name).write_text('GPU 0: NVIDIA A100\n' if name == 'run' else '')
    done = tao('doctor', '--gpu-test')
    assert done.code == 0
    assert done.out.endswith('\nready\nGPU 0: NVIDIA A100\n')


def test_a_launch_imports_none_of_it() -> None:
    done = tao_process('--dry-run', 'dino', 'train', '-e', '/specs/a.yaml', env={'PYTHONPROFILEIMPORTTIME': '1'})
    imported: list[str] = [line.rpartition('|')[2].strip() for line in done.err.splitlines()]
    ours = {name for name in imported if name.startswith('tao_launcher.')}
    assert ours & {'tao_launcher.launch.paths', 'tao_launcher.launch.plan'}
    assert not [name for name in ours if name.startswith(('tao_launcher.commands.doctor', 'tao_launcher.checkouts'))]
    assert not ours & {f'tao_launcher.{name}' for name in (
        'launch.causes', 'engine.process', 'engine.remedies', 'engine.logins', 'engine.failures', 'base.machine',
    )}
    assert not {'subprocess', 'shutil', 'hashlib', 'argparse', 'typing'} & set(imported)
