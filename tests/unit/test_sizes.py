"""How large functions and modules may be; a module that is larger has a name here, and no other may join it."""
from __future__ import annotations

import ast
from functools import lru_cache
from pathlib import Path
from typing import Iterator

import tao_launcher

PACKAGE = Path(str(tao_launcher.__file__)).parent
LINES_OF_A_FUNCTION = 45
LINES_OF_A_MODULE = 220
LARGE_MODULES = {'base/host'}


def sources() -> Iterator[tuple[str, str]]:
    """(module, text) of the whole package."""
    for path in sorted(PACKAGE.rglob('*.py')):
        yield path.relative_to(PACKAGE).with_suffix('').as_posix(), path.read_text(encoding='utf-8')


@lru_cache(maxsize=None)
def functions(text: str) -> list[tuple[str, int]]:
    """(name, lines from its def to its end) of every function, also of those inside others."""
    return [
        (node.name, (node.end_lineno or 0) - node.lineno + 1) for node in ast.walk(ast.parse(text))
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
    ]


def test_functions() -> None:
    large = {
        f'{module}.{name}': lines for module, text in sources() for name, lines in functions(text)
        if lines > LINES_OF_A_FUNCTION
    }
    assert large == {}


def test_modules() -> None:
    counts = {module: len(text.splitlines()) for module, text in sources()}
    large = {
        module: lines for module, lines in counts.items() if lines > LINES_OF_A_MODULE and module not in LARGE_MODULES
    }
    assert large == {}


def test_exceptions_are_there() -> None:
    assert set(dict(sources())) >= LARGE_MODULES


def test_a_large_function_would_be_seen() -> None:
    text = 'class A:\n    def f(self):\n' + '        pass\n' * LINES_OF_A_FUNCTION
    assert functions(text) == [('f', LINES_OF_A_FUNCTION + 1)]
