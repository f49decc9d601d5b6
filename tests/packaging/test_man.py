"""The manual pages as man shows them: no warning, no line that a terminal of 80 columns would break."""
from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from machines import CHECKOUT, MAN, Machine

FOLDER = CHECKOUT / 'tao_launcher' / 'data' / 'man'
PAGES = sorted(path.relative_to(FOLDER) for path in FOLDER.glob('*/*'))


@pytest.fixture
def reader(machine: Machine) -> Machine:
    """Someone who looks into the checkout's pages (`.so` is relative to the folder above the sections)."""
    if not MAN:
        pytest.skip('man is not installed')
    for path in FOLDER.iterdir():
        shutil.copytree(path, machine.home / path.name)
    return machine


def test_there_are_pages() -> None:
    guides = {path.stem for path in (CHECKOUT / 'tao_launcher/data/guides').glob('*.md')}
    assert {page.as_posix() for page in PAGES} == {
        'man1/tao.1', 'man1/tao_deploy.1', 'man1/tao_ds.1', 'man1/tao_pt.1', 'man1/tao_tf.1', 'man1/tao_tf2.1',
        'man5/tao_mounts.5', 'man5/tao-mounts.5', *(f'man7/tao-{name}.7' for name in guides - {'mounts'}),
    }


@pytest.mark.parametrize('page', PAGES, ids=str)
@pytest.mark.parametrize('encoding', ['UTF-8', 'ascii'])
def test_page(reader: Machine, page: Path, encoding: str) -> None:
    done = reader.does(MAN, '--warnings', '-E', encoding, '-l', page)
    assert (done.code, done.err) == (0, '')
    lines = done.out.splitlines()
    alias = {'tao_deploy': 'tao_pt', 'tao_ds': 'tao_pt', 'tao_tf': 'tao_pt', 'tao_tf2': 'tao_pt',
             'tao_mounts': 'tao-mounts'}
    name = alias.get(page.stem, page.stem)
    # not what a minimal system has in the place of man, which says that there are no pages
    assert re.fullmatch(rf'{name}\({page.suffix[1:]}\) +TAO launcher +{name}\({page.suffix[1:]}\)', lines[0])
    guide = CHECKOUT / 'tao_launcher/data/guides' / f'{name[4:]}.md'
    said = guide.read_text('utf-8').replace('…', '...') if guide.exists() else ''
    transcripts = {line.strip() for line in said.splitlines()}  # what programs print, as wide as they print it
    assert [line for line in lines if len(line) > 80 and line.strip() not in transcripts] == []
    assert {'NAME', 'DESCRIPTION', 'SEE ALSO', *(() if said else ('SYNOPSIS', 'EXAMPLES'))} <= set(lines)
    assert not re.search(r'[^\x00-\x7f]', done.out)  # no typographic dash
    # no escape that was not understood
    assert [line for line in lines if '\\' in line and line.strip() not in transcripts] == []


@pytest.mark.parametrize('page', PAGES, ids=str)
def test_groff_has_nothing_to_say(reader: Machine, page: Path) -> None:
    done = reader.does('groff', '-ww', '-man', '-T', 'utf8', page)
    assert (done.code, done.err) == (0, '')


def test_what_is_shown_can_be_typed(reader: Machine) -> None:
    """The examples come out of man as they went in, quotes and dashes too."""
    out = reader.gets(MAN, '-E', 'UTF-8', '-l', 'man1/tao.1')
    assert '\n         tao --dry-run=pretty dino train -e /specs/dino.yaml\n' in out
    assert re.search(r'^ {7}--mounts_file PATH$', out, re.MULTILINE)
    mounts = reader.gets(MAN, '-E', 'UTF-8', '-l', 'man5/tao-mounts.5')
    assert '{"source": "~/data", "destination": "/workspace/tao-experiments/data"},\n' in mounts
    assert '$HOME/results' in mounts


def test_apropos_knows_them(reader: Machine) -> None:
    """The line under NAME is one that mandb can read, for every program on it."""
    reader.gets('mandb', '-q', '-u', '-c', reader.home, MANPATH=reader.home)
    guides = [page.stem for page in PAGES if page.stem.startswith('tao-')]
    for name in ('tao', 'tao_pt', 'tao_ds', 'tao_mounts', *guides):
        assert re.match(rf'{name} \(\d\) +- ', reader.gets('whatis', '-l', name, MANPATH=reader.home))
