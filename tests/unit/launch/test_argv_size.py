"""A command line that the kernel would refuse is refused before it, and the part that is large is named."""
from __future__ import annotations

import os
from pathlib import Path

import pytest
from plans import launch
from support import FakeDocker, tao, write_mounts

from tao_launcher.base.errors import UsageError
from tao_launcher.launch import argv

LONG = 'x' * 131072
LIMIT = 2097152


def refusal(words: list[str], environ_bytes: int = 1000, file: object = None) -> UsageError:
    found = launch(*words, file=file)
    with pytest.raises(UsageError) as error:
        argv.check_size(found.plan, found.argv, environ_bytes, LIMIT)
    assert error.value.what == 'the command is longer than the kernel allows'
    assert error.value.advice == 'put long values into a file under a mount'
    return error.value


@pytest.mark.parametrize(('words', 'part'), [
    (['dino', 'train', LONG], "the task's arguments, "),
    (['dino', 'run', *['x' * 100] * 30000], "the task's arguments, "),
    (['--env', f'A={LONG}', 'dino'], 'the variables (2), '),
    (['--env', f'TOKEN={LONG}', 'dino'], 'the variables (2), '),
    (['--docker-arg', f'--hostname={LONG}', 'dino'], 'the docker arguments, '),
    ([*(f'--volume=/{"a" * 100}:/{i:0100}' for i in range(10000)), 'dino'], 'the mounts (10000), '),
])
def test_large_part_is_named(words: list[str], part: str) -> None:
    assert refusal(words).why[1].startswith(f'the largest part: {part}')


def test_numbers() -> None:
    found = launch('dino', 'train', LONG)
    total = sum(len(word) + 9 for word in found.argv) + 1000
    assert refusal(['dino', 'train', LONG]).why == (
        f'{total} bytes of at most {LIMIT}, the longest word 131072 bytes of at most 131071',
        f"the largest part: the task's arguments, {131072 + 4 + 5 + 27} bytes",
    )


def test_large_environment() -> None:
    assert refusal(['dino', 'train'], environ_bytes=LIMIT).why[1] == (
        f'the largest part: the environment, {LIMIT} bytes'
    )


def test_longest_word_that_fits_is_passed(fake_docker: FakeDocker) -> None:
    # bytes count, not characters
    word = 'é' * 65535 + 'x'
    assert tao('dino', 'train', word).code == 0
    assert fake_docker.argv[-1] == word


@pytest.mark.parametrize('words', [
    ['dino', 'train', 'é' * 65536], ['--env', f'TOKEN={LONG}', 'dino', 'train'],
    ['dino', 'train', *['y' * 60000] * (os.sysconf('SC_ARG_MAX') // 60000 + 1)],
])
@pytest.mark.parametrize('dry_run', [[], ['--dry-run']])
def test_dry_run_fails_where_the_run_would(fake_docker: FakeDocker, words: list[str], dry_run: list[str]) -> None:
    done = tao(*dry_run, *words)
    assert (done.code, done.out) == (2, '')
    assert done.err.startswith('tao: error: the command is longer than the kernel allows\n')
    assert fake_docker.calls == []


def test_ten_thousand_mounts(fake_docker: FakeDocker, home: Path) -> None:
    mounts: list[dict[str, str]] = [{'source': '/', 'destination': f'/d{i}'} for i in range(10000)]
    write_mounts(home, {'Mounts': mounts})
    done = tao('dino', 'train')
    assert (done.code, done.err) == (0, '')
    assert fake_docker.argv.count('-v') == 10000
