"""A dry run's line typed into a shell: the words arrive as they are."""
from __future__ import annotations

import itertools
import shutil
import subprocess
import sys
from typing import Sequence

import pytest

from tao_launcher.base import shell

SHELLS = {
    'sh': ['sh'], 'bash': ['bash', '--norc'], 'dash': ['dash'], 'zsh': ['zsh', '-f'],
    'fish': ['fish', '--no-config'], 'busybox': ['busybox', 'sh'],
}
ODD = (
    '', ' ', '=ls', '==', '=', '%self', '%1', '%', 'a=~', '~', '~root', '-', '--', '*', '?', '[a]', '{a,b}', '$HOME',
    '${HOME}', '$(id)', '`id`', '!!', '!', '#', 'a#', '&', ';', '|', '<', '>', '(a)', '^a', '^\\\\server\\share',
    'é日本', 'a\nb', '\t', '\\', '\\\\', 'a\\', 'a\\\\', "it's", "it\\'s", "\\'", "'\\", "''", '"', '\\"', '\\$HOME',
    '\\n', '\\x41', '$\'a\'', '@', ':', ',', '+', '1>&2', 'a\\ b', 'C:\\data\\x',
)
# every word of up to four of what quoting is made of
SHORT = tuple(map(''.join, itertools.chain.from_iterable(itertools.product('\\\'"a$', repeat=n) for n in range(1, 5))))


@pytest.mark.parametrize('name', SHELLS)
@pytest.mark.parametrize('words', [ODD, SHORT], ids=['odd', 'short'])
def test_words_arrive(name: str, words: Sequence[str]) -> None:
    program = SHELLS[name]
    if not shutil.which(program[0]):
        pytest.skip(f'no {program[0]}')
    show = [sys.executable, '-c', 'import sys; print(ascii(sys.argv[1:]))']
    done = subprocess.run(
        program, input=shell.exact_line([*show, *words]) + '\n', capture_output=True, encoding='utf-8', check=False,
    )
    assert (done.stdout, done.stderr) == (f'{ascii([*words])}\n', '')
