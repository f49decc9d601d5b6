"""The script of a dry run: its values are in no command line."""
from __future__ import annotations

import os
import subprocess

import pytest
from fake_kubectl import FakeKubectl
from support import tao


def test_the_commands() -> None:
    done = tao('-q', 'submit', 'kubernetes', '--dry-run', '--name=a', '--nodes=2', '--env=B', 'dino', 'train', env={
        'B': 'value',
    })
    starts = ('#', 'set', ':', 'tao_values', "'", 'kubectl', 'uid', '  "stringData"')
    assert [line for line in done.out.splitlines() if line.startswith(starts)][:-3] == [
        '#!/bin/sh', 'set -e',
        '# A refusal ends this script, and leaves what kubectl has said is created; to remove it:',
        '# kubectl delete --ignore-not-found service/a secret/a',
        ': "${B?is not set: export it first}"', "tao_values=$(python3 -c '", "' B)",
        "kubectl create -o name -f - <<'END'", 'kubectl create -o name -f - <<END', '  "stringData": $tao_values',
        "uid=$(kubectl create -o 'jsonpath={.metadata.uid}' -f - <<'END'",
        *(f'kubectl patch {kind}/a --type=merge -p \'{{"metadata": {{"ownerReferences": [{{"apiVersion": "batch/v1", '
          '"kind": "Job", "name": "a", "uid": "\'"$uid"\'"}]}}\'' for kind in ('service', 'secret')),
    ]


@pytest.mark.parametrize(('env', 'said'), [
    ({'A': 's3cr3t'}, 'B: is not set: export it first'),
    ({'A': 's3cr3t', 'B': 's3cr3t\udcff'}, 'B: not UTF-8, which JSON needs'),
])
@pytest.mark.parametrize('shell', ['dash', 'bash'])
def test_values_that_it_cannot_take(shell: str, env: dict[str, str], said: str, kubectl: FakeKubectl) -> None:
    words = ('-q', 'submit', 'kubernetes', '--dry-run', '--nodes=2', '--env=A', '--env=B', 'dino', 'train')
    script = tao(*words, env={'A': '1', 'B': '2'}).out
    done = subprocess.run(
        [shell, '-c', script], env={**os.environ, **env}, capture_output=True, encoding='utf-8', check=False,
    )
    assert done.returncode != 0
    assert said in done.stderr.replace('B: parameter ', 'B: ')
    assert 's3cr3t' not in done.stderr
    assert kubectl.calls == []
