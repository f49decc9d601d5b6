"""The script that waits for the first rank, run by a shell with the programs that one image or another has."""
from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from kubernetes_submission import manifest

from tao_launcher.commands.submit.rendezvous import LIMIT, SCRIPT


def image(folder: Path, **programs: str) -> str:
    """A PATH with these scripts and what every image has."""
    folder.mkdir()
    for name in ('date', 'sleep', 'cat'):
        (folder / name).symlink_to(str(shutil.which(name)))
    for name, text in programs.items():
        (folder / name).write_text(f'#!/bin/sh\n{text}\n')
        (folder / name).chmod(0o755)
    return str(folder)


def wait(path: str, name: str, limit: int = 0) -> subprocess.CompletedProcess[str]:
    shell = str(shutil.which('sh'))
    return subprocess.run(
        [shell, '-c', SCRIPT, 'sh', name, str(limit)], env={'PATH': path}, capture_output=True, encoding='utf-8',
        timeout=60, check=False,
    )


PYTHON = f'exec {sys.executable} "$@"'
PING = 'case $* in *nowhere*) echo "ping: bad address" >&2; exit 1 ;; esac; echo "ping: permission denied" >&2; exit 1'


@pytest.mark.parametrize('programs', [
    {'getent': f'exec {shutil.which("getent")} "$@"'}, {'python3': PYTHON}, {'python': PYTHON}, {'ping': PING},
], ids=lambda programs: next(iter(programs)))
def test_a_name_that_resolves_and_one_that_does_not(programs: dict[str, str], tmp_path: Path) -> None:
    path = image(tmp_path / 'bin', **programs)
    assert (done := wait(path, 'localhost')).returncode == 0, done
    assert (done.stdout, done.stderr) == ('', '')
    done = wait(path, 'nowhere.invalid')
    assert (done.returncode, done.stdout) == (1, '')
    assert done.stderr == (
        "tao: nowhere.invalid (MASTER_ADDR) does not resolve after 0 s: the first rank's pod has not started, or the "
        "cluster's DNS does not know its Service\n"
    )


def test_it_waits_until_the_name_resolves(tmp_path: Path) -> None:
    path = image(tmp_path / 'bin', getent='echo "$*" >>"$0.calls"; { read -r a && read -r a; } <"$0.calls"')
    assert wait(path, 'night-0.night', 20).returncode == 0
    assert (tmp_path / 'bin' / 'getent.calls').read_text() == 'hosts night-0.night\n' * 2


def test_it_can_be_ended(tmp_path: Path) -> None:
    """As process 1 of its container it would ignore what it does not handle."""
    path = image(tmp_path / 'bin', getent='kill -TERM "$PPID"; exit 1')
    assert wait(path, 'a', 20).returncode == 143


def test_an_image_that_cannot_tell(tmp_path: Path) -> None:
    done = wait(image(tmp_path / 'bin'), 'a')
    assert (done.returncode, done.stderr) == (
        1, 'tao: this image has no getent, python or ping to find out whether a (MASTER_ADDR) resolves\n',
    )


def test_the_container() -> None:
    spec = manifest('--nodes=2', '--name=night', '--memory=64G', '--cpus=8', '--image=a/b:c', 'dino', 'train')[
        'items'][-1]['spec']['template']['spec']
    (first,) = spec['initContainers']
    command = first.pop('command')
    assert command[:2] == ['sh', '-c'] and command[3:] == ['sh', 'night-0.night', str(LIMIT)]
    assert re.sub(r'\$\$', '$', command[2]) == SCRIPT  # Kubernetes would expand $(NAME)
    limits = {'memory': '64Gi', 'cpu': '8'}
    assert first == {
        'name': 'wait-for-rank-0', 'image': 'a/b:c', 'imagePullPolicy': 'IfNotPresent',
        'env': [{'name': 'NVIDIA_VISIBLE_DEVICES', 'value': 'void'}],
        'resources': {'limits': limits, 'requests': limits}, 'terminationMessagePolicy': 'FallbackToLogsOnError',
    }
    assert 'initContainers' not in manifest('dino', 'train')['items'][-1]['spec']['template']['spec']


def test_busybox(tmp_path: Path) -> None:
    """The shell and the programs of the small images."""
    busybox = shutil.which('busybox', path=f'{os.environ["PATH"]}:/bin:/usr/bin')
    if not busybox:
        pytest.skip('no busybox')
    (tmp_path / 'bin').mkdir()
    for name in ('sh', 'date', 'sleep', 'ping'):
        (tmp_path / 'bin' / name).symlink_to(busybox)
    for name, code in (('nowhere.invalid', 1), ('127.0.0.1', 0)):
        done = subprocess.run(
            [busybox, 'sh', '-c', SCRIPT, 'sh', name, '0'], env={'PATH': str(tmp_path / 'bin')}, capture_output=True,
            encoding='utf-8', check=False,
        )
        assert (done.returncode, 'does not resolve' in done.stderr) == (code, bool(code)), done
