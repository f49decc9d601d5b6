"""Releases of one's own: an image is asked for its tasks, which then run in it."""
from __future__ import annotations

import json
import signal
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Iterator

import pytest

if TYPE_CHECKING:
    from conftest import Docker, Program

BASE = 'nvcr.io/nvidia/tao/tao-toolkit:7.1.0-pyt'
IMAGE = 'own.test/tao:9.2.0-pyt'
MODULES = {
    'dino': 'nvidia_tao_pytorch.cv.dino.entrypoint.dino', 'newnet': 'nvidia_tao_pytorch.cv.newnet.entrypoint.newnet',
    'annotations': 'nvidia_tao_ds.annotations.entrypoint.annotations', 'tao-core': 'nvidia_tao_core.api.main',
}
pytestmark = pytest.mark.area('catalogue')


@pytest.fixture
def image(docker: Docker, tmp_path: Path) -> Iterator[str]:
    """The stand-in image with console scripts as pip writes them, an entry point that fails and a network to miss."""
    folder = tmp_path / 'bin'
    folder.mkdir()
    for name, module in MODULES.items():
        script = folder / name
        script.write_text(f'#!/usr/bin/python3\nimport sys\nfrom {module} import main\nsys.exit(main())\n')
        script.chmod(0o755)
    container = docker.run('create', '--entrypoint', '/bin/false', BASE).stdout.strip()
    docker.run('cp', f'{folder}/.', f'{container}:/usr/local/bin')
    docker.run('commit', '--change', 'ENV PATH=/usr/local/bin:/usr/bin:/bin', container, IMAGE)
    docker.run('rm', container)
    yield IMAGE
    docker.run('rmi', IMAGE)


@pytest.mark.engine_dependent
@pytest.mark.after_processes
def test_probe(docker: Docker, tao: Program, image: str) -> None:
    path = Path(docker.env['HOME'], '.tao', 'releases.d', '9.2.0.json')
    shown = tao('catalogue', 'probe', '--dry-run', image)
    assert (shown.returncode, shown.stderr) == (0, '')
    # the line is a shell's: what it prints is what the launcher reads
    done = subprocess.run(['sh', '-c', shown.stdout], env=docker.env, capture_output=True, encoding='utf-8', check=True)
    assert sorted(line.partition('\t')[0] for line in done.stdout.splitlines()) == sorted([*MODULES, 'tao: end'])
    assert not path.exists()

    probed = tao('catalogue', 'probe', image)
    assert (probed.returncode, probed.stdout) == (0, f'{path}\n')
    assert probed.stderr == (
        'tao: notice: model: dino, newnet\ntao: notice: dataset: annotations\n'
        'tao: notice: release 9.2.0: 3 tasks in 1 image\n'
    )
    assert json.loads(path.read_text()) == {'9.2.0': {'groups': {
        'model': {image: ['dino', 'newnet']}, 'dataset': {image: ['annotations']},
    }}}
    launched = json.loads(tao('--dry-run=json', '--gpus', 'none', 'newnet', 'train').stdout)
    assert (launched['image'], launched['release']) == (image, '9.2.0')


@pytest.mark.engine_dependent
def test_what_was_probed_runs(tao: Program, image: str) -> None:
    assert tao('--quiet', 'catalogue', 'probe', image).returncode == 0
    done = tao('--gpus', 'none', '--entrypoint', '/bin/sh', 'newnet', 'run', '-c', 'exit 42')
    assert (done.returncode, done.stdout, done.stderr) == (42, '', '')


@pytest.mark.engine_dependent
def test_it_has_no_network_and_no_gpu(docker: Docker, tao: Program, image: str) -> None:
    line = tao('catalogue', 'probe', '--dry-run', image).stdout
    seen = 'ls /sys/class/net; echo "$NVIDIA_VISIBLE_DEVICES"'
    words = line.partition(f'{image} -c ')[0]
    done = subprocess.run(
        ['sh', '-c', f"{words} {image} -c '{seen}'"], env=docker.env, capture_output=True, encoding='utf-8', check=True,
    )
    assert 'eth0' not in done.stdout.split() and 'void' in done.stdout.split()
    bridged = words.replace('--network none', '')
    assert bridged != words
    done = subprocess.run(
        ['sh', '-c', f"{bridged} {image} -c '{seen}'"], env=docker.env, capture_output=True, encoding='utf-8',
        check=True,
    )
    assert 'eth0' in done.stdout.split()


@pytest.mark.after_processes
@pytest.mark.parametrize('number', [
    pytest.param(signal.SIGINT, marks=pytest.mark.engine_dependent), signal.SIGTERM, signal.SIGHUP,
])
def test_interrupted(docker: Docker, tao: Program, number: int) -> None:
    """An image whose shell does not come to an end; nothing of it is left."""
    slow = 'own.test/slow:9.3.0'
    change = 'rm /bin/sh; printf "#!/bin/busybox sh\\nexec /bin/busybox sleep 300\\n" >/bin/sh; chmod 755 /bin/sh'
    docker.run('run', '--name', 'slow', '--entrypoint', '/bin/busybox', BASE, 'sh', '-c', change)
    docker.run('commit', 'slow', slow)
    docker.run('rm', 'slow')
    try:
        with subprocess.Popen([tao.path, 'catalogue', 'probe', slow], env=docker.env) as probe:
            (container,) = docker.wait_for('label=tao.job=catalogue/probe')
            assert tao('list', '--format', 'ids').stdout == f'{container}\n'
            probe.send_signal(number)
        assert probe.returncode in (128 + number, -number)
        assert docker.containers('label=tao.job=catalogue/probe') == []
    finally:
        docker.run('rmi', '-f', slow)


@pytest.mark.engine_dependent
def test_an_image_that_is_not_there(tao: Program) -> None:
    done = tao('--pull', 'never', 'catalogue', 'probe', 'own.test/nothing:1.2.3')
    assert (done.returncode, done.stdout) == (125, '')
    assert done.stderr.startswith('tao: error: own.test/nothing:1.2.3 could not be queried\n')


@pytest.mark.engine_dependent
def test_an_image_without_tasks(tao: Program) -> None:
    done = tao('catalogue', 'probe', BASE)
    assert (done.returncode, done.stdout, done.stderr) == (1, '', (
        f'tao: error: {BASE} has no task\n'
        '    no script on its PATH imports a package of TAO\n'
        f'    try: docker run --rm -it --entrypoint /bin/sh {BASE}\n'
    ))
