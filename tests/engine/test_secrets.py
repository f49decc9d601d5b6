"""A secret's value is in the container and in no argv."""
from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Iterator

import pytest
from jobs import OURS, TAO, launched

if TYPE_CHECKING:
    from conftest import Docker, Program

VALUE = 'hunter2-é-"$HOME"'
NAMES = ('NGC_API_KEY', 'WANDB_API_KEY', 'my_token')


@pytest.fixture(autouse=True)
def mounts(docker: Docker) -> None:
    """A mounts file with secrets, and a variable that is none."""
    entries = [{'variable': name, 'value': VALUE} for name in NAMES] + [{'variable': 'PLAIN', 'value': 'shown'}]
    (Path(docker.env['HOME']) / '.tao_mounts.json').write_text(json.dumps({'Envs': entries}))


def command_lines() -> Iterator[bytes]:
    for path in Path('/proc').glob('[0-9]*/cmdline'):
        try:
            yield path.read_bytes()
        except OSError:
            pass  # it has ended


def test_no_process_shows_it(docker: Docker) -> None:
    with launched([TAO, '--env', f'OTHER_SECRET={VALUE}', 'dino', 'run', 'sleep', '600'], docker.env) as job:
        (container,) = docker.wait_for(OURS)
        client = Path(f'/proc/{job.client}/cmdline').read_bytes().split(b'\0')
        launcher = f'OTHER_SECRET={VALUE}'.encode()  # the user's own word, there before us
        assert not [line for line in command_lines() if VALUE.encode() in line and launcher not in line.split(b'\0')]
        assert b'PLAIN=shown' in client and b'NGC_API_KEY' in client and b'OTHER_SECRET' in client
        environment = docker.inspect(container)['Config']['Env']
        assert {f'{name}={VALUE}' for name in (*NAMES, 'OTHER_SECRET')} < set(environment)
        job.send(15)
        assert job.code() == 143


@pytest.mark.parametrize('form', ['shell', 'pretty', 'json'])
def test_no_dry_run_shows_it(tao: Program, form: str) -> None:
    done = tao(f'--dry-run={form}', '--verbose', 'dino', 'train')
    assert done.returncode == 0
    assert 'hunter2' not in done.stdout + done.stderr
    assert 'NGC_API_KEY' in done.stdout


def test_the_hosts_value_by_name(docker: Docker, tao: Program) -> None:
    done = tao('--env', 'HF_TOKEN', 'dino', 'run', 'sh', '-c', 'echo "$HF_TOKEN $my_token"', env={
        **docker.env, 'HF_TOKEN': 'host',
    })
    assert (done.returncode, done.stdout, done.stderr) == (0, f'host {VALUE}\n', '')
