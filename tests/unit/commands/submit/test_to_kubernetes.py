"""The hand-over to kubectl, and what is said when it does not answer."""
from __future__ import annotations

from pathlib import Path

import pytest
from support import Result, tao, tao_process


def test_no_kubectl() -> None:
    done = tao('submit', 'kubernetes', 'dino', 'train', env={'PATH': '/nowhere'})
    assert done == Result(125, '', (
        'tao: error: kubectl: no such program\n    tao submit kubernetes hands its manifest to kubectl\n'
        '    try: install kubectl (https://kubernetes.io/docs/tasks/tools/), or write the manifest with --dry-run\n'
    ))


def test_a_kubectl_that_does_not_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / 'kubectl').write_text('#!/bin/sh\nexec sleep 60\n')
    (tmp_path / 'kubectl').chmod(0o755)
    monkeypatch.setattr('tao_launcher.commands.submit.to_kubernetes.PATIENCE', 1.0)
    env = {'PATH': f'{tmp_path}:/usr/bin:/bin'}
    assert tao('submit', 'kubernetes', '--name=night', '--namespace=ml', 'dino', 'train', env=env) == Result(125, '', (
        'tao: error: kubectl did not end, and may have created the job\n    no answer within 1 s\n'
        '    try: kubectl -n ml get job,service night\n'
    ))


def test_ctrl_c_while_it_is_created(tmp_path: Path) -> None:
    (tmp_path / 'kubectl').write_text('#!/bin/sh\nkill -INT "$PPID"\nexec sleep 60\n')
    (tmp_path / 'kubectl').chmod(0o755)
    words = ['submit', 'kubernetes', '--name=night', 'dino', 'train']
    assert tao_process(*words, env={'PATH': f'{tmp_path}:/usr/bin:/bin'}) == Result(-2, '', (
        'tao: notice: kubectl was interrupted, and may have created the job: kubectl get job,service night\n'
    ))
