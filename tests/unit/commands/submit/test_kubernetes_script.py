"""The script of a dry run: its values are in no command line."""
from __future__ import annotations

from support import tao


def test_the_commands() -> None:
    done = tao('-q', 'submit', 'kubernetes', '--dry-run', '--name=a', '--nodes=2', '--env=B', 'dino', 'train', env={
        'B': 'value',
    })
    starts = ('#!', 'set', 'kubectl', 'uid', '  "stringData"')
    assert [line for line in done.out.splitlines() if line.startswith(starts)] == [
        '#!/bin/sh', 'set -e', "kubectl create -o name -f - <<'END'", 'kubectl create -o name -f - <<END',
        '  "stringData": $(python3 -c '
        "'import json, os, sys; print(json.dumps({n: os.environ[n] for n in sys.argv[1:]}))' B)",
        "uid=$(kubectl create -o 'jsonpath={.metadata.uid}' -f - <<'END'",
        *(f'kubectl patch {kind}/a --type=merge -p \'{{"metadata": {{"ownerReferences": [{{"apiVersion": "batch/v1", '
          '"kind": "Job", "name": "a", "uid": "\'"$uid"\'"}]}}\'' for kind in ('service', 'secret')),
    ]
