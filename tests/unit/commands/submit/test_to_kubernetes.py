"""A submission to Kubernetes: what is said of it, and that its dry run is what happens."""
from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest
from fake_kubectl import UID, FakeKubectl
from support import Result, tao, write_mounts

WORDS = ('submit', 'kubernetes', '--name=night', '--namespace=ml', '--shm_size=16G', 'dino', 'train')


def test_a_job_of_one_node(kubectl: FakeKubectl) -> None:
    assert tao(*WORDS) == Result(0, 'job.batch/night\n', (
        'tao: notice: Kubernetes has it now; tao list does not show it: kubectl -n ml describe job/night\n'
        'tao: notice: what it writes: '
        'kubectl -n ml logs -f --prefix --tail=-1 --max-log-requests=1 -l job-name=night\n'
        'tao: notice: to end it, and to remove it: kubectl -n ml delete job/night\n'
    ))
    assert [call for call in kubectl.calls if ' get ' not in call] == ['-n ml create -o jsonpath={.metadata.uid} -f -']
    assert kubectl.read('create.1')['kind'] == 'Job'


@pytest.mark.parametrize('options', [[], ['--nodes=2'], ['--env=SHOWN'], ['--nodes=7', '--env=SHOWN']])
def test_the_script_of_the_dry_run_does_the_same(
    options: list[str], kubectl: FakeKubectl, tmp_path: Path, home: Path,
) -> None:
    write_mounts(home, {'Envs': [{'variable': 'API_KEY', 'value': 'two\n"lines" \\ $(id) `id` é'}]} if options else {})
    env = {'SHOWN': 'x', 'API_KEY': 'two\n"lines" \\ $(id) `id` é'}
    done = tao('-q', *WORDS[:2], '--dry-run', *options, *WORDS[2:], '$(id) `x`', env=env)
    assert (done.code, done.err, kubectl.calls) == (0, '', [])
    assert 'two' not in done.out
    assert tao('-q', *WORDS[:2], *options, *WORDS[2:], '$(id) `x`', env=env).code == 0
    other = FakeKubectl(tmp_path / 'other')
    subprocess.run(['sh', '-c', done.out], env={**os.environ, **env, 'PATH': other.path}, check=True)
    changes = [call for call in kubectl.calls if ' get ' not in call]
    assert other.calls == changes
    for number in range(1, 1 + sum(' create ' in call for call in changes)):
        assert other.read(f'create.{number}') == kubectl.read(f'create.{number}')


def test_a_script_takes_values_from_its_environment(home: Path) -> None:
    write_mounts(home, {'Envs': [{'variable': 'API_KEY', 'value': 's3cr3t'}]})
    for env, said in (
        ({}, 'tao: notice: the script takes API_KEY from its environment: export it first\n'),
        ({'API_KEY': 's3cr3t'}, ''),
    ):
        done = tao(*WORDS[:2], '--dry-run', *WORDS[2:], env=env)
        assert (done.code, done.err) == (0, said)
        assert 's3cr3t' not in done.out


def test_the_manifests_alone(kubectl: FakeKubectl) -> None:
    done = tao('-q', *WORDS[:2], '--dry-run=json', '--nodes=2', *WORDS[2:])
    assert tao('-q', *WORDS[:2], '--nodes=2', *WORDS[2:]).code == 0
    assert json.loads(done.out)['items'] == [kubectl.read('create.1'), kubectl.read('create.2')]
    assert kubectl.calls[2:3] == [
        '-n ml patch service/night --type=merge -p {"metadata": {"ownerReferences": '
        f'[{{"apiVersion": "batch/v1", "kind": "Job", "name": "night", "uid": "{UID}"}}]}}}}'
    ]
