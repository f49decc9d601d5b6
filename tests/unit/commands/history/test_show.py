"""How the history is shown, and the line that runs a launch again."""
from __future__ import annotations

import json
import shlex
import subprocess
from typing import Any

import past
import pytest
from recorded import DIGEST, IMAGE_ID

from tao_launcher.base.errors import CheckFailed
from tao_launcher.commands.history import show
from tao_launcher.commands.history.entries import PastLaunch, parsed


def one(end: Any = None, **start: Any) -> PastLaunch:
    (found,) = parsed([json.dumps(entry).encode() for entry in past.a_launch('abcdef0123', end, **start)])
    return found


@pytest.mark.parametrize(('end', 'shown'), [
    ({}, '0'), ({'code': 3}, '3'), (False, 'no end'), ({'how': 'signal', 'code': 143, 'signal': 15}, '143 (TERM)'),
    ({'how': 'timeout', 'code': 124}, '124 (timeout)'), ({'how': 'refused', 'code': 125}, '125 (refused)'),
    ({'how': 'detached', 'code': None}, 'detached'), ({'how': 'submitted', 'submitted': '42'}, 'submitted 42'),
    ({'how': 'anything'}, '0 (lost)'),
])
def test_the_result(end: Any, shown: str) -> None:
    assert show.result(one(end)) == shown


@pytest.mark.parametrize(('seconds', 'shown'), [
    (0.04, '0.0s'), (12.34, '12.3s'), (59.9, '59.9s'), (245, '4m05s'), (11520, '3h12m'), (183600, '2d03h'),
    (float('nan'), ''), (-1, ''), ('x', ''),
])
def test_how_long_it_took(seconds: Any, shown: str) -> None:
    assert show.took(one({'seconds': seconds})) == shown


def test_the_line_is_the_argv() -> None:
    line, variables = show.shell(one(), pinned=False)
    assert (shlex.split(line), variables) == (past.ARGV, [])


def test_the_very_image() -> None:
    other = 'a/b@sha256:1'
    for end, image in (({}, DIGEST), ({'digests': []}, IMAGE_ID), ({'digests': [other]}, other)):
        words = shlex.split(show.shell(one(end), pinned=True)[0])
        assert words == [*past.ARGV[:5], image, *past.ARGV[6:]]
    with pytest.raises(CheckFailed, match='which image launch abcdef0123 had is not known'):
        show.shell(one({'digests': [], 'image_id': ''}), pinned=True)


@pytest.mark.parametrize('at', [-1, 4, 99, 'x'])
def test_a_place_that_has_no_image(at: Any) -> None:
    with pytest.raises(CheckFailed, match='names no image'):
        show.shell(one(image_at=at), pinned=True)


@pytest.mark.parametrize('change', [{'argv': []}, {'argv': [3]}, {'argv': ['docker'], 'cut': ['argv']}])
def test_a_command_that_is_not_known(change: Any) -> None:
    with pytest.raises(CheckFailed, match='is not known'):
        show.shell(one(**change), pinned=False)


def test_what_was_masked_comes_from_the_shell() -> None:
    """A line that is pasted without it ends before it does anything."""
    launch = one(argv=['echo', '-k', '***', 'a=***', '***'], masked_argv=[2, 3])
    line, variables = show.shell(launch, pinned=False)
    assert variables == ['SECRET_1', 'SECRET_2']
    env = {'SECRET_1': 'x y', 'SECRET_2': '$z'}
    done = subprocess.run(['sh', '-c', line], env=env, stdout=subprocess.PIPE, check=True)
    assert done.stdout == b'-k x y a=$z ***\n'
    done = subprocess.run(['sh', '-c', line], env={'SECRET_1': 'x'}, capture_output=True, check=False)
    assert done.returncode != 0 and done.stdout == b''


def test_nothing_that_a_terminal_obeys_is_shown() -> None:
    launch = one({'container': '\x1b[2J', 'user': 'a\nb'}, job='x\x1b]0;y\x07', words=['\x1b[31m', 'a\nb'], argv=['\r'])
    for text in (show.details(launch), *show.rows([launch], all_users=True)[1][4:]):
        assert '\x1b' not in text and '\r' not in text and '\x07' not in text


def test_all_of_it() -> None:
    shown = dict(line.split('  ', 1) for line in show.details(one(cut=['argv'])).splitlines())
    assert shown['id'].strip() == 'abcdef0123'
    assert shown['command'].strip() == "tao dino train -e '/x y'"
    assert shown['digest'].strip() == DIGEST
    assert shown['too long to be kept'].strip() == 'argv'
