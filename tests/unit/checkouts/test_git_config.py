"""What git's own files say, as git reads them."""
from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tao_launcher.checkouts.git_config import entries

VALUES = [
    'x', ' x \t', 'x # y', 'x#y', 'x ; y', '"x # y"', '"x"y', ' "a b" # c', 'a  b', '"a "', 'a\\"b', '"a\\\\b"',
    'a\\tb', '"a;"b;c', '""', 'a "b" c',
]


@pytest.mark.parametrize('value', VALUES)
def test_values_are_those_that_git_reads(value: str, tmp_path: Path) -> None:
    text = f'[core]\n\tpath = other\n[submodule "a \\"b\\\\"]\n\turl = y\n\tPath={value}\n'
    (tmp_path / 'file').write_text(text)
    done = subprocess.run(
        ['git', 'config', '--file', tmp_path / 'file', '--get', 'submodule.a "b\\.path'], check=True,
        capture_output=True, encoding='utf-8',
    )
    found = [entry.value for entry in entries(text) if (entry.section, entry.key) == ('submodule', 'path')]
    assert [f'{each}\n' for each in found] == [done.stdout]


@pytest.mark.parametrize(('text', 'found'), [
    ('', []), ('path = x', [('', '', 'path', 'x')]), ('# path = x\n; [a]\n[b]\n', []),
    ('[SubModule "A"]PATH = x\n', [('submodule', 'A', 'path', 'x')]), ('[core]\r\n\tbare = false\r\n\tx\r\n', [
        ('core', '', 'bare', 'false')]),
    ('[branch "a.b"]\n\turl = https://x/path?a=b\n', [('branch', 'a.b', 'url', 'https://x/path?a=b')]),
    ('[a\n[ "b"]\npath = \\', [('', '', 'path', '')]),
])
def test_entries(text: str, found: list[tuple[str, str, str, str]]) -> None:
    assert [tuple(entry) for entry in entries(text)] == found
