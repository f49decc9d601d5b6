"""`tao doctor` as a program: what it asks, what it prints, and that nothing keeps it waiting."""
from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
import time
from pathlib import Path
from typing import Callable

import jsonschema
import pytest
from doctor_answers import A100, INFOS, SMI_BROKEN, VERSIONS
from support import CHECKOUT, SCHEMAS, FakeDocker, tao, tao_process, write_mounts

SCHEMA = SCHEMAS['findings']
Put = Callable[..., Path]


@pytest.fixture
def put(fake_docker: FakeDocker) -> Put:
    """Puts a program on PATH: the shell script that it is."""

    def program(name: str, script: str) -> Path:
        path = fake_docker.folder / name
        path.write_text(f'#!/bin/sh\n{script}\n')
        path.chmod(stat.S_IRWXU)
        return path

    return program


@pytest.fixture
def engine(fake_docker: FakeDocker, put: Put) -> Callable[[str, str], None]:
    """A docker that gives an engine's answers to `version` and `info`."""

    def answers(version: str, info: str) -> None:
        (fake_docker.folder / 'version').write_text(VERSIONS[version])
        (fake_docker.folder / 'info').write_text(INFOS[info])
        put('docker', 'printf "2\\0%s\\0%s\\0" docker "$1" >>"${0%/*}/calls"; cat "${0%/*}/$1"')

    return answers


def findings(out: str) -> dict[str, dict[str, str]]:
    found = json.loads(out)
    jsonschema.validate(found, SCHEMA)
    return {one['name']: one for one in found}


def test_ready(engine: Callable[[str, str], None], put: Put, home: Path, fake_docker: FakeDocker) -> None:
    engine('docker-ce 28', 'docker-ce 28 with CDI')
    put('nvidia-smi', f"cat <<'END'\n{A100}END")
    (home / '.docker').mkdir()
    (home / '.docker/config.json').write_text('{"auths": {"nvcr.io": {"auth": "eA=="}}}')
    (home / 'data').mkdir()
    write_mounts(home, {'Mounts': [{'source': '~/data', 'destination': '/data'}]})
    done = tao('doctor')
    lines = done.out.splitlines()
    assert (done.code, done.err, lines[-1]) == (0, '', 'ready')
    folder = fake_docker.folder
    expected = [
        f'ok    client       {folder}/docker 28.3.2',
        'ok    daemon       answers',
        'ok    server       docker 28.3.2, API 1.51',
        'ok    driver       535.183.01',
        'ok    toolkit      docker has an nvidia runtime or CDI devices',
        f'ok    mounts file  {home}/.tao_mounts.json',
        'ok    sources      all there',
        'ok    login        stored for nvcr.io',
    ]
    assert [line for line in lines if line in expected] == expected
    assert [call[1] for call in fake_docker.calls] == ['version', 'info']


@pytest.mark.parametrize(('version', 'info'), [
    ('docker-ce 19.03', 'docker-ce 19.03'), ('Debian 20.10', 'Debian 20.10'), ('docker-ce 28', 'rootless'),
    ('docker-ce 28', 'Docker Desktop'), ('podman behind docker', 'nothing'),
])
def test_engines(engine: Callable[[str, str], None], version: str, info: str) -> None:
    engine(version, info)
    done = tao('doctor', '--format', 'json')
    found = findings(done.out)
    assert (done.code, done.err, found['server']['status']) == (0, '', 'ok')
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


def test_named_mounts_file_that_is_missing(engine: Callable[[str, str], None], home: Path) -> None:
    engine('docker-ce 28', 'nothing')
    done = tao('doctor', '--format', 'json', env={'LAUNCHER_MOUNTS': '/no/such.json'})
    assert done.code == 1
    assert findings(done.out)['mounts file']['found'] == (
        '/no/such.json: no such file; it is the mounts file of LAUNCHER_MOUNTS; nearest existing folder: /'
    )


def test_named_mounts_file_with_a_colon(engine: Callable[[str, str], None], tmp_path: Path) -> None:
    engine('docker-ce 28', 'nothing')
    done = tao('doctor', '--format', 'json', env={'LAUNCHER_MOUNTS': f'{tmp_path}/a: b.json'})
    found = findings(done.out)['mounts file']
    assert found['found'].startswith(f'{tmp_path}/a: b.json: no such file; ')
    assert found['fix'] == f'correct {tmp_path}/a: b.json'


def test_not_writable(engine: Callable[[str, str], None], home: Path) -> None:
    engine('docker-ce 28', 'nothing')
    (home / 'data').mkdir(mode=0o755)
    (home / 'open').mkdir()
    (home / 'open').chmod(0o777)
    mounts = [{'source': f'~/{name}', 'destination': f'/{name}', 'mode': mode} for name, mode in (
        ('data', 'rw'), ('open', 'rw'),
    )]
    document = {'Mounts': [*mounts, {'source': '~/data', 'destination': '/ro', 'mode': 'ro'}],
                'DockerOptions': {'user': '54321:54321'}}
    write_mounts(home, document)
    done = tao('doctor', '--format', 'json')
    found = findings(done.out)['sources']
    assert (done.code, found['status'], found['found']) == (
        0, 'warn', f'not writable by 54321:54321, who the job runs as: {home}/data',
    )


@pytest.mark.parametrize(('script', 'found'), [
    (f"cat <<'END'\n{SMI_BROKEN}END\nexit 9", SMI_BROKEN.strip()[:160]),
    ('echo "No devices were found"; exit 6', 'No devices were found'),
])
def test_nvidia_smi_that_fails(engine: Callable[[str, str], None], put: Put, script: str, found: str) -> None:
    engine('docker-ce 28', 'nothing')
    put('nvidia-smi', script)
    done = tao('doctor', '--format', 'json')
    assert (done.code, findings(done.out)['driver']['found']) == (0, f'nvidia-smi says: {found}')


def test_programs_that_hang(put: Put, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every question has its time limit, which is shortened here."""
    from tao_launcher.commands.doctor import gather

    monkeypatch.setattr(gather, 'PATIENCE', 0.3)
    for name in ('docker', 'nvidia-smi'):
        put(name, 'exec sleep 60')
    begun = time.monotonic()
    done = tao('doctor', '--format', 'json')
    found = findings(done.out)
    assert time.monotonic() - begun < 5
    assert (done.code, found['daemon']['found']) == (1, 'the docker engine does not answer (no answer within 0 s)')
    assert found['driver']['found'] == 'nvidia-smi says: no answer within 0 s'


def test_no_docker(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv('PATH', str(tmp_path))
    done = tao('doctor', '--format', 'json')
    found = findings(done.out)
    assert (done.code, found['client']['found'], 'daemon' in found) == (1, 'no program docker on PATH', False)


def test_another_tao_comes_first(engine: Callable[[str, str], None], put: Put) -> None:
    engine('docker-ce 28', 'nothing')
    other = put('tao', 'true')
    done = tao_process('doctor', '--format', 'json')
    assert findings(done.out)['program'] == {
        'name': 'program', 'status': 'warn', 'found': f'the shell finds another tao first: {other}',
        'fix': 'put this one earlier on PATH, or pip uninstall nvidia-tao',
    }


def test_another_tao_stands_behind(engine: Callable[[str, str], None], tmp_path: Path) -> None:
    engine('docker-ce 28', 'nothing')
    ours, theirs = tmp_path / 'ours', tmp_path / 'theirs'
    for folder, start in (
        (ours, 'from tao_launcher.main import console\nconsole()'),
        (theirs, 'from nvidia_tao_cli.entrypoint.tao_launcher import main\nmain()'),
    ):
        folder.mkdir()
        (folder / 'tao').write_text(f'#!{sys.executable}\n{start}\n')
        (folder / 'tao').chmod(0o755)
    path = f'{ours}:{theirs}:{os.environ["PATH"]}'
    env = {**os.environ, 'PATH': path, 'PYTHONPATH': str(CHECKOUT)}
    for argv in ([ours / 'tao'], [sys.executable, '-m', 'tao_launcher']):
        done = subprocess.run(
            [*argv, 'doctor', '--format', 'json'], env=env, capture_output=True, encoding='utf-8', check=False,
        )
        assert findings(done.stdout)['program'] == {
            'name': 'program', 'status': 'info',
            'found': f'another tao stands behind this one on PATH: {theirs}/tao (nvidia-tao)', 'fix': '',
        }


def test_dev(engine: Callable[[str, str], None], tmp_path: Path) -> None:
    engine('docker-ce 28', 'nothing')
    (tmp_path / 'docker').mkdir()
    (tmp_path / 'docker/manifest.json').write_text('{"registry": "nvcr.io", "repository": "a/b", "tag": "c"}')
    done = tao('doctor', '--dev', '--format', 'json', env={'NV_TAO_PYTORCH_TOP': str(tmp_path)})
    found = findings(done.out)
    assert done.code == 0
    assert (found['tao_pt']['status'], found['tao_pt']['found']) == ('ok', f'{tmp_path}, image nvcr.io/a/b:c')
    assert found['tao_tf']['status'] == 'info'
    done = tao('doctor', '--dev', '--format', 'json', env={'NV_TAO_PYTORCH_TOP': '/no/such'})
    assert (done.code, findings(done.out)['tao_pt']['status']) == (1, 'fail')


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
