"""`tao --help`: one screen, and nothing on it that does not work."""
from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from support import FakeDocker, tao

import tao_launcher
from tao_launcher.commands.help.overview import EXAMPLES, FIRST_STEPS, MORE, overview
from tao_launcher.commands.help.topics import GUIDES
from tao_launcher.settings.programs import RUNNERS, VERBS

ROOT = Path(str(tao_launcher.__file__)).parents[1]
CONTAINERS = [words for words, _ in EXAMPLES]
HELP = [words for line, _ in MORE for words in line.split(', ') if words.startswith('tao') and ' ' in words]


def test_it_fits_a_screen() -> None:
    lines = overview().splitlines()
    assert len(lines) <= 40
    assert [line for line in lines if len(line) > 80 or line != line.rstrip()] == []


@pytest.mark.parametrize('words', [
    ['--help'], ['-h'], ['help'], ['help', '--help'], ['--quiet', '-h'], ['--', '--help'], ['--quiet', '--', '-h'],
], ids=' '.join)
def test_every_way_to_ask(words: list[str], fake_docker: FakeDocker) -> None:
    assert tao(*words) == (0, overview(), '')
    assert fake_docker.calls == []


def test_it_has_every_guide() -> None:
    names = overview().partition('\nguides ')[2].partition('\n')[2].split()
    assert names == [*GUIDES]


def test_it_has_every_verb_and_every_program() -> None:
    known = set(re.findall(r'[a-z_0-9]+', overview().partition('commands')[2]))
    assert {*VERBS, *RUNNERS} <= known


@pytest.mark.parametrize('line', CONTAINERS)
def test_examples_work(line: str) -> None:
    done = tao('--no-check', '--dry-run', *[word for word in shlex.split(line)[1:] if word != '--dry-run'])
    assert done.code == 0 and done.out.startswith('docker run ')


@pytest.mark.parametrize('line', [words for words, _ in FIRST_STEPS])
def test_first_steps_are_verbs(line: str) -> None:
    verb, *words = shlex.split(line)[1:]
    done = tao('help', verb, *words)
    assert (done.code, done.err) == (0, '') and done.out.startswith(f'usage: tao {verb} ')


@pytest.mark.parametrize('line', HELP)
def test_more_is_there(line: str) -> None:
    program, *words = shlex.split(line)
    done = tao(*words, program=program)
    assert (done.code, done.err) == (0, '') and done.out != overview()


def test_all_options_are_one_command_away() -> None:
    from tao_launcher.settings.options import OPTIONS

    text = tao('help', 'options').out
    assert 'tao help options' in overview()
    assert [o.name for o in OPTIONS if 'tao' in o.programs and f'{o.name}' not in text] == []


def test_it_reads_no_catalogue_and_loads_little(home: Path) -> None:
    (home / '.tao').mkdir()
    (home / '.tao' / 'config.json').write_text('{')
    assert tao('--help') == (0, overview(), '')
    program = (
        f'import sys; sys.path.insert(0, {str(ROOT)!r}); before = {{*sys.modules}}\n'
        'from tao_launcher.main import main; main()\n'
        'print(*{*sys.modules} - before, file=sys.stderr)'
    )
    done = subprocess.run(
        [sys.executable, '-I', '-S', '-c', program, '--help'], capture_output=True, text=True, check=True,
    )
    loaded = set(done.stderr.split())
    assert not {name for name in loaded if name.startswith(('tao_launcher.launch', 'tao_launcher.tasks'))}
    assert not {'argparse', 're', 'textwrap', 'json', 'subprocess'} & loaded
