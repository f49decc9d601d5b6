"""Tests wait for states: no fixed sleep and no short bound in any of them."""
from __future__ import annotations

import ast
import sys
from pathlib import Path
from typing import Iterator

import pytest

pytestmark = pytest.mark.skipif(sys.version_info < (3, 9), reason='ast.unparse')
TESTS = Path(__file__).parents[1]
LEAST = 30  # seconds of a bound
BOUNDED = ('communicate', 'spawn', 'run', 'wait', 'expect')
POLLS = ('waiting.py', '__main__.py')  # the helper itself; the bench


def number(node: ast.AST) -> float | None:
    value = node.value if isinstance(node, ast.Constant) else None
    return float(value) if isinstance(value, (int, float)) else None


def name_of(node: ast.AST) -> str:
    """The last name of a function that is called: ast.unparse of all of them takes seconds."""
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ''


def is_sleep(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and name_of(node.func) == 'sleep'


def found_in(text: str) -> Iterator[str]:
    """The fixed sleeps outside of loops that ask for a state, and the bounds below LEAST."""
    tree = ast.parse(text)
    asking = {id(node) for loop in ast.walk(tree) if isinstance(loop, ast.While) for node in ast.walk(loop)}
    for node in ast.walk(tree):
        if is_sleep(node) and id(node) not in asking:
            yield ast.unparse(node)
        if isinstance(node, ast.Call) and name_of(node.func).endswith(BOUNDED):
            yield from (
                f'timeout={ast.unparse(word.value)}' for word in node.keywords
                if word.arg == 'timeout' and (number(word.value) or LEAST) < LEAST
            )
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
            is_bound = isinstance(node.left, ast.Call) and name_of(node.left.func) == 'monotonic'
            if is_bound and (number(node.right) or LEAST) < LEAST:
                yield ast.unparse(node)


def test_no_test_waits_for_a_time() -> None:
    found = {
        str(path.relative_to(TESTS)): [*found_in(path.read_text('utf-8'))] for path in TESTS.rglob('*.py')
        if path.name not in POLLS
    }
    assert {name: waits for name, waits in found.items() if waits} == {}


def test_such_a_wait_would_be_seen() -> None:
    loop = 'while not x():\n    time.sleep(0.02)\n'
    text = f'time.sleep(0.3)\n{loop}child.communicate(timeout=10)\ntime.monotonic() + 2\n'
    assert sorted(found_in(text)) == ['time.monotonic() + 2', 'time.sleep(0.3)', 'timeout=10']
