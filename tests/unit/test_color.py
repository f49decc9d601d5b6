"""Colour: on terminals only, where nobody has turned it off, and never needed."""
from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pexpect
import pytest
from engine_answers import Engine, container
from support import command, tao_process

import tao_launcher

ROOT = Path(str(tao_launcher.__file__)).parents[1]
RED, GREEN, YELLOW, END = '\x1b[31m', '\x1b[32m', '\x1b[33m', '\x1b[0m'
UNKNOWN = 'tao: {}error:{} unknown option --gpu\r\n    did you mean --gpus?\r\n    try: tao --help options\r\n'


def on_terminal(*words: str, env: dict[str, str] | None = None, columns: int = 200) -> str:
    """What a terminal gets; HOME and the rest of the environment are the test's."""
    known = {name: value for name, value in os.environ.items() if name not in ('NO_COLOR', 'COLUMNS', 'LINES')}
    program, *rest = words
    child: Any = pexpect.spawn(
        program, rest, env={**known, 'TERM': 'xterm', **(env or {})}, encoding='utf-8', timeout=60,
        dimensions=(40, columns),
    )
    child.expect(pexpect.EOF)
    child.close()
    said: str = child.before
    return said


@pytest.mark.parametrize(('words', 'env', 'colored'), [
    ([], {}, True),
    ([], {'NO_COLOR': ''}, True),
    ([], {'NO_COLOR': '1'}, False),
    ([], {'NO_COLOR': '0'}, False),
    ([], {'TERM': 'dumb'}, False),
    (['--color', 'never'], {}, False),
    (['--color', 'auto'], {}, True),
    (['--color', 'auto'], {'NO_COLOR': '1'}, False),
    (['--color', 'always'], {'NO_COLOR': '1'}, True),
    (['--color=always'], {'TERM': 'dumb'}, True),
])
def test_error_on_a_terminal(words: list[str], env: dict[str, str], colored: bool) -> None:
    pytest.importorskip('colorama')
    said = on_terminal(*command(), *words, '--gpu', env=env)
    assert said == UNKNOWN.format(*((RED, END) if colored else ('', '')))


def test_elsewhere() -> None:
    pytest.importorskip('colorama')
    plain = UNKNOWN.format('', '').replace('\r', '')
    assert tao_process('--gpu').err == plain
    assert tao_process('--color=always', '--gpu').err == UNKNOWN.format(RED, END).replace('\r', '')
    assert tao_process('--color', 'sometimes', 'dino') == (
        2, '', 'tao: error: --color: "sometimes": expected auto, always or never\n')


def test_results_are_colored_by_their_own_stream(home: Path) -> None:
    """Of a notice on the terminal and a result in a file only the notice is coloured, and the other way round."""
    pytest.importorskip('colorama')
    path = home / 'm.json'
    path.write_text('{"Mounts": [{"source": "/", "destination": "/d", "type": "bind"}]}')
    words = [*command(), 'config', 'validate', str(path)]
    assert on_terminal(*words) == (
        f'{path}: {GREEN}valid{END}\r\n    {YELLOW}notice:{END} Mounts[0].type: unknown key, not used\r\n')
    assert on_terminal('sh', '-c', '"$@" >out; cat out', 'sh', *words) == (
        f'{path}: valid\r\n    notice: Mounts[0].type: unknown key, not used\r\n')
    dry = [*command(), '--mounts_file', str(path), '--dry-run', 'dino', 'train']
    said = on_terminal('sh', '-c', '"$@" >out', 'sh', *dry)
    assert said.startswith(f'tao: {YELLOW}notice:{END} ')
    assert '\x1b' not in Path('out').read_text()
    assert '\x1b' not in on_terminal('sh', '-c', '"$@" 2>/dev/null', 'sh', *dry)


def test_states_of_tables(engine: Engine) -> None:
    pytest.importorskip('colorama')
    words = ['--engine', 'docker:no-such-engine', 'doctor']
    said = tao_process('--color=always', *words, env={'NO_COLOR': ''}).out
    states = set(re.findall('^\x1b\\[(3[0-9])m(ok|warn|fail|info)\x1b\\[0m +', said, re.MULTILINE))
    assert states >= {('31', 'fail'), ('36', 'info')} and {('32', 'ok'), ('33', 'warn')} & states
    assert states <= {('31', 'fail'), ('32', 'ok'), ('33', 'warn'), ('36', 'info')}
    assert re.sub('\x1b\\[[0-9]+m', '', said) == tao_process(*words).out


def test_without_colorama(tmp_path: Path) -> None:
    """A checkout on a host that has python3 alone."""
    (tmp_path / 'colorama.py').write_text('raise ImportError("none here")\n')
    words = [sys.executable, str(ROOT / 'bin' / 'tao')] if (ROOT / 'bin' / 'tao').exists() else command()
    said = on_terminal(*words, '--color', 'always', '--gpu', env={'PYTHONPATH': str(tmp_path)})
    assert said == UNKNOWN.format('', '')


@pytest.mark.parametrize(('words', 'loaded'), [(['--gpu'], False), (['--color=always', '--gpu'], True)])
def test_colorama_is_loaded_only_when_it_is_used(words: list[str], loaded: bool) -> None:
    pytest.importorskip('colorama')
    code = 'import sys; from tao_launcher.main import main; main(sys.argv[1:]); print("colorama" in sys.modules)'
    done = subprocess.run([sys.executable, '-c', code, *words], env={**os.environ, 'PYTHONPATH': str(ROOT)},
        stdout=subprocess.PIPE, encoding='utf-8', check=True)
    assert done.stdout == f'{loaded}\n'


@pytest.mark.parametrize('columns', [20, 60, 80])
def test_a_table_fits_the_terminal(columns: int, engine: Engine) -> None:
    engine.has(container(command=['dino', 'train', 'x' * 300]))
    lines = on_terminal(*command(), '--color=never', 'list', columns=columns).splitlines()
    assert (len(lines), max(map(len, lines))) == (2, columns)
