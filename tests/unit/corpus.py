"""The corpus: mounts files and command lines found in public repositories, and what the launcher says to them.

`python tests/unit/corpus.py` writes tests/corpus/refused.json anew, to be looked through with git diff.
"""
from __future__ import annotations

import json
import os
import re
import shlex
import sys
import tempfile
from pathlib import Path
from typing import Any

from support import FakeDocker, Result, tao

FOLDER = Path(__file__).resolve().parent.parent / 'corpus'
REFUSED = FOLDER / 'refused.json'
RUNNERS = ('tao_pt', 'tao_tf', 'tao_tf2', 'tao_deploy', 'tao_ds')
OTHER_PROGRAMS = ('tlt', 'tao-deploy')
# What stands for a value that is to be filled in: a word in <…>, […] or {…}. A list such as gpu_ids=[0,1] is none.
SYNOPSIS = re.compile(r'(^|\s)[\[{<]|=<|[^$]\{|\s\.\.\.')
OPTIONS = ('--quiet', '--no-check', '--dry-run')


def entries(name: str) -> list[dict[str, Any]]:
    """The lines of a corpus file."""
    return [json.loads(line) for line in (FOLDER / name).read_text(encoding='utf-8').splitlines()]


def launcher_lines() -> list[str]:
    """The command lines of the launcher and the runners, each once; see what is left out in `kind_of`."""
    return sorted({entry['line'] for entry in entries('commands.jsonl') if kind_of(entry) == 'launcher'})


def kind_of(entry: dict[str, Any]) -> str:
    """launcher, or why a line is none: other program, embedded (in a docker command), synopsis."""
    if entry['program'] in OTHER_PROGRAMS:
        return 'other program'
    if entry['line'].startswith('docker '):
        return 'embedded'
    return 'synopsis' if SYNOPSIS.search(entry['line']) else 'launcher'


def words_of(line: str) -> list[str]:
    """The words that a shell passes, roughly: every variable has the value "value"."""
    line = line.replace('$TAG_OPTION', '')  # an option or nothing
    line = re.sub(r'\$\{?\w+\}?', 'value', line)
    lexer = shlex.shlex(line, posix=True, punctuation_chars='&|;<>')
    lexer.whitespace_split = True
    words = list(lexer)
    while words[0] in ('sudo', 'nohup'):
        del words[0]
    ends = [i for i, word in enumerate(words) if set(word) <= set('&|;<>') and word]
    if ends:
        end = ends[0]
        words = words[: end - (words[end - 1] == '2' and words[end].startswith('>'))]
    return words


def run_line(line: str, checkout: Path, options: tuple[str, ...] = OPTIONS) -> tuple[Result, list[str]]:
    """(what the launcher makes of the line, the words it was called with)."""
    program, *words = words_of(line)
    # someone's own mounts file is not here
    words = [str(checkout / 'mounts.json') if before == '--mounts_file' else word for before,
        word in zip(['', *words], words)]
    profiles = json.loads((Path(sys.modules['tao_launcher'].__path__[0]) / 'data' / 'runners.json').read_text())
    env = {profiles[program]['root_variable']: str(checkout)} if program in RUNNERS else {}
    return tao(*options, *words, program=program, env=env), words


def make_checkout(folder: Path) -> Path:
    """A folder as a developer runner needs it."""
    (folder / 'docker').mkdir(parents=True)
    (folder / 'mounts.json').write_text('{}')
    (folder / 'docker' / 'manifest.json').write_text('{"registry": "nvcr.io", "repository": "a/b", "tag": "c"}')
    return folder


def run_mounts(raw: str, folder: Path) -> Result:
    """What the launcher makes of a mounts file."""
    path = folder / 'mounts.json'
    path.write_bytes(raw.encode())
    done = tao(*OPTIONS, '--mounts_file', str(path), 'detectnet_v2', 'train')
    return done._replace(err=done.err.replace(f'{folder}/', ''))


def refusals(folder: Path) -> dict[str, dict[str, list[str]]]:
    """What is refused, with the whole message: mounts files by number and source, command lines by themselves."""
    folder.mkdir(exist_ok=True)
    found: dict[str, dict[str, list[str]]] = {'mounts': {}, 'commands': {}}
    for number, entry in enumerate(entries('mounts.jsonl'), 1):
        done = run_mounts(entry['raw'], folder)
        if done.code:
            found['mounts'][f'{number} {entry["source"]}'] = done.err.splitlines()
    checkout = make_checkout(folder / 'checkout')
    for line in launcher_lines():
        done, _ = run_line(line, checkout)
        if done.code:
            found['commands'][line] = done.err.splitlines()
    return found


if __name__ == '__main__':
    import tao_launcher  # noqa: F401

    with tempfile.TemporaryDirectory() as temporary:
        FakeDocker(Path(temporary, 'fake'))
        os.environ.update(HOME=temporary, PATH=f'{temporary}/fake:{os.environ["PATH"]}')
        refused = refusals(Path(temporary))
    REFUSED.write_text(json.dumps(refused, indent=1, ensure_ascii=False) + '\n', encoding='utf-8')
