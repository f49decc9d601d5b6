"""The parser of a verb: its help, and what it says of a slip."""
from __future__ import annotations

import re

import pytest
from support import FakeDocker, tao

from tao_launcher.settings.programs import VERBS


def shown(*words: str, program: str = 'tao') -> str:
    done = tao(*words, program=program)
    assert (done.code, done.err) == (0, '')
    return done.out


@pytest.mark.parametrize('verb', VERBS)
def test_verb(verb: str, fake_docker: FakeDocker) -> None:
    text = shown('help', verb)
    assert text.startswith(f'usage: tao {verb} ')
    assert text == shown(verb, '--help') == shown('--help', verb)
    assert not re.search('--dry_run|--all_users|--container-id|--shm-size', text)  # the other spelling
    assert fake_docker.calls == []


@pytest.mark.parametrize(('words', 'meant'), [
    (['help', 'optoins'], 'no help for optoins\n    did you mean options?\n    try: tao help topics\n'),
    (['help', 'tao_pt'], 'tao_pt is a program of its own\n    try: tao_pt --help\n'),
    (['lst'], 'no task lst\n    did you mean list?\n    try: tao tasks\n'),
    (['hlep'], 'no task hlep\n    did you mean help?\n    try: tao tasks\n'),
    (['bundle'], 'tao bundle: which step? save, verify, load\n    try: tao bundle --help\n'),
    (['config', 'shwo'], 'tao config: action "shwo": expected init, validate, show, path, schema\n'
                         '    did you mean show?\n    try: tao config --help\n'),
    (['list', '--format', 'xml'], 'tao list: --format "xml": expected table, json, ids\n    try: tao list --help\n'),
    (['modle'], 'no task modle\n    did you mean the group model?\n    try: tao tasks\n'),
    (['--', 'list'], 'no task list\n    it is a command\n    try: tao list\n'),
    (['--', 'help', 'dino'], 'no task help\n    it is a command\n    try: tao help\n'),
    (['help', ''], 'no help for an empty word: was a variable not set?\n    try: tao help topics\n'),
    (['--', '--help', '--gpus', 'all'], 'no help for --gpus\n    did you mean gpus?\n    try: tao help topics\n'),
])
def test_slips(words: list[str], meant: str) -> None:
    assert tao(*words) == (2, '', f'tao: error: {meant}')


@pytest.mark.parametrize('words', [
    ['bundle', 'save', '--dry-run', '', 'model/dino'], ['bundle', 'verify', ''], ['bundle', 'load', ''],
    ['config', 'validate', ''], ['catalogue', 'validate', ''],
])
def test_an_empty_word_is_no_path(words: list[str]) -> None:
    """It would be the current folder, or the root."""
    done = tao(*words)
    assert (done.code, done.out) == (2, '') and 'it is an empty word: was a variable not set?' in done.err
