"""tao config show: every setting in effect, where it comes from and what it overrode."""
from __future__ import annotations

import json
import re
import shlex
from pathlib import Path
from typing import Any

import pexpect
from support import command, tao, write_mounts


def shown(*words: str, env: dict[str, str] | None = None) -> dict[str, dict[str, Any]]:
    done = tao('--quiet', *words, 'config', 'show', '--format', 'json', env=env)
    assert (done.code, done.err) == (0, ''), done
    assert 's3cr3t' not in done.out
    return {entry['setting']: entry for entry in json.loads(done.out)['settings']}


def test_table(home: Path) -> None:
    path = write_mounts(home, {'DockerOptions': {'shm_size': '16G', 'extra_args': ['--cpus=8', '--hostname=a']}})
    done = tao('--gpus', '0', '--docker-arg=--cpus=4', '--shm_size', '8G', 'config', 'show')
    assert (done.code, done.err) == (0, '')
    lines = [re.sub(' {2,}', ' | ', line) for line in done.out.splitlines()]
    assert lines[:5] == [
        'SETTING | VALUE | SOURCE', f'mounts_file | {path} | default', 'catalogue | built-in | default',
        'history | off | TAO_HISTORY', 'engine | docker | default',
    ]
    at = lines.index('shm_size | 8G | --shm_size')
    assert lines[at + 1] == f' | 16G | overridden: DockerOptions.shm_size of {path}'
    assert lines[-3:] == [
        'docker_arg | --cpus=4 | --docker-arg', f' | --cpus=8 | overridden: DockerOptions.extra_args of {path}',
        f'docker_arg | --hostname=a | DockerOptions.extra_args of {path}',
    ]
    starts = {line.index(word) for line, word in zip(done.out.splitlines(), ['SOURCE', 'default', 'default'])}
    assert len(starts) == 1


def test_a_narrow_terminal_cuts_no_source(home: Path) -> None:
    path = write_mounts(home, {'Mounts': [{'source': '/', 'destination': f'/{"long/" * 20}end'}]})
    words = [*command(), 'config', 'show']
    done: Any = pexpect.run(shlex.join(words), encoding='utf-8', dimensions=(24, 40), withexitstatus=True)
    shown, code = done
    assert code == 0 and f'Mounts[0] of {path}\r\n' in shown and '…' not in shown


def test_what_is_wrong_is_said_as_at_a_launch(home: Path) -> None:
    done = tao('--shm_size', 'x', '--gpus=y', 'config', 'show')
    assert (done.code, done.out) == (2, '')
    assert done.err.splitlines() == tao('--shm_size', 'x', '--gpus=y', '--dry-run', 'dino').err.splitlines()
    write_mounts(home, '{"Mounts": 1}')
    done = tao('config', 'show')
    assert (done.code, done.out, done.err) == (2, '', tao('--dry-run', 'dino').err)
