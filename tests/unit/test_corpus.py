"""Every real mounts file and command line is accepted, or refused with an error that names its fault."""
from __future__ import annotations

import json
import shlex
from pathlib import Path
from typing import Dict, List

import corpus
import pytest
from support import FakeDocker

Refused = Dict[str, Dict[str, List[str]]]


@pytest.fixture(scope='module')
def known() -> Refused:
    """The refused ones with their whole messages."""
    found: Refused = json.loads(corpus.REFUSED.read_text(encoding='utf-8'))
    return found


def test_refused_ones_are_the_known_ones(known: Refused, tmp_path: Path, fake_docker: FakeDocker) -> None:
    assert corpus.refusals(tmp_path / 'corpus') == known


def test_nothing_is_left_out_unseen() -> None:
    kinds = [corpus.kind_of(entry) for entry in corpus.entries('commands.jsonl')]
    assert {kind: kinds.count(kind) for kind in set(kinds)} == {
        'launcher': 763, 'other program': 79, 'synopsis': 16, 'embedded': 2,
    }
    assert len(corpus.entries('mounts.jsonl')) == 86


def test_refusals_are_ours(known: Refused) -> None:
    for message in (*known['mounts'].values(), *known['commands'].values()):
        assert ': error: ' in message[0]
        assert 'a bug of the launcher' not in message[0]
        assert len(message) > 1, 'neither a reason nor a remedy'


def test_accepted_lines_pass_the_words_of_their_task(known: Refused, tmp_path: Path, fake_docker: FakeDocker) -> None:
    checkout = corpus.make_checkout(tmp_path / 'checkout')
    for line in corpus.launcher_lines():
        if line in known['commands']:
            continue
        done, words = corpus.run_line(line, checkout)
        assert (done.code, done.err) == (0, ''), line
        if not done.out.startswith('docker run '):
            assert {'-h', '--help', '--version', 'list'} & set(words), line
            continue
        argv = shlex.split(done.out)
        image = next(i for i, word in enumerate(argv) if word.startswith('nvcr.io/'))
        command = argv[image + 1:]
        assert command == ['/bin/bash'] or words[-len(command):] == command, line


@pytest.mark.parametrize(('line', 'words'), [
    ('sudo tao dino train', ['tao', 'dino', 'train']),
    ('nohup tao dino train > log 2>&1 &', ['tao', 'dino', 'train']),
    ('tao dino train 2> log', ['tao', 'dino', 'train']),
    ('tao dino train -e $X/a ${Y}.txt "$Z" # why', ['tao', 'dino', 'train', '-e', 'value/a', 'value.txt', 'value']),
    ("tao dino train 'a;b' x=[0,1]", ['tao', 'dino', 'train', 'a;b', 'x=[0,1]']),
])
def test_lines_are_read_as_a_shell_would(line: str, words: list[str]) -> None:
    assert corpus.words_of(line) == words
