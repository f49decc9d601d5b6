"""A dry run as JSON, and the ways to ask for one."""
from __future__ import annotations

import json
import shlex
from pathlib import Path

import pytest
from support import FakeDocker, tao, write_mounts

from tao_launcher.launch.variables import in_ps


@pytest.mark.parametrize(('words', 'env'), [
    (['--dry-run=shell', 'dino', 'train'], {}),
    (['dino', 'train', '--dry-run'], {}),
    (['dino', 'train', '-e', 'x', '--dry-run=shell'], {}),
    (['dino', '--dry-run', 'train'], {}),
    (['--dry_run', 'dino', 'train'], {}),
])
def test_spellings(words: list[str], env: dict[str, str], fake_docker: FakeDocker) -> None:
    plain = [word for word in words if not word.startswith('--dry')]
    assert tao(*words, env=env) == tao('--dry-run', *plain)
    assert fake_docker.calls == []


@pytest.mark.parametrize(('value', 'form'),
    [('1', ''), ('true', ''), ('shell', ''), ('pretty', '=pretty'), ('json', '=json')])
def test_variable_announces_itself(value: str, form: str, fake_docker: FakeDocker) -> None:
    done = tao('dino', 'train', env={'TAO_DRY_RUN': value})
    assert (done.code, done.err) == (0, 'tao: notice: TAO_DRY_RUN is set: nothing is run\n')
    assert done.out == tao(f'--dry-run{form}', 'dino', 'train').out
    assert fake_docker.calls == []


@pytest.mark.parametrize('value', ['0', 'false', 'no', ''])
def test_variable_that_says_no(value: str, fake_docker: FakeDocker) -> None:
    assert tao('dino', 'train', env={'TAO_DRY_RUN': value}).code == 0
    assert len(fake_docker.calls) == 1


def test_json_says_what_is_launched(home: Path) -> None:
    write_mounts(home, {'Mounts': [{'source': '/', 'destination': '/d', 'mode': 'ro'}]})
    done = tao('--dry-run=json', '--env', 'MY_KEY=s3cr3t', 'dino', 'train', 'a')
    document = json.loads(done.out)
    argv = document.pop('argv')
    assert argv == shlex.split(tao('--dry-run', '--env', 'MY_KEY=s3cr3t', 'dino', 'train', 'a').out)
    assert document == {
        'env': ['MY_KEY'], 'image': 'nvcr.io/nvidia/tao/tao-toolkit:7.1.0-pyt', 'release': '7.1.0',
        'job': 'model/dino/train', 'command': ['dino', 'train', 'a'],
        'mounts': [{'source': '/', 'destination': '/d', 'mode': 'ro'}], 'engine': ['docker'], 'tty': False,
        'detach': False, 'notices': [in_ps('--env', 'MY_KEY')],
    }
    assert 's3cr3t' not in done.out + done.err
