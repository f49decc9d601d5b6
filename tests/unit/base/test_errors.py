"""The launcher's own errors, each with its exit code."""
from __future__ import annotations

import pytest

from tao_launcher.base import errors


def all_subclasses(kind: type[errors.Fatal]) -> list[type[errors.Fatal]]:
    return [found for child in kind.__subclasses__() for found in (child, *all_subclasses(child))]


def test_codes_of_the_launchers_own_errors() -> None:
    assert errors.Fatal.code == 70
    codes = {kind.__name__: kind.code for kind in all_subclasses(errors.Fatal)}
    assert {'UsageError': 2, 'ConfigError': 2, 'EngineError': 125, 'EngineMissing': 125}.items() <= codes.items()
    assert set(codes.values()) <= {1, 2, 125, 126, 127}


def test_several_at_once() -> None:
    usage, config = errors.UsageError('a'), errors.ConfigError('b', 'why', advice='c')
    assert errors.together([usage]) is usage
    both = errors.together([usage, errors.UsageError('d')])
    assert (both.code, both.what, both.why, both.advice) == (2, 'a', ('d',), '')
    both = errors.together([usage, config])
    assert (both.code, both.what, both.why) == (2, '2 problems', ('a', 'b', '  why', '  try: c'))


def test_what_is_wrong_is_collected() -> None:
    found: list[errors.Fatal] = []

    def refused(error: errors.Fatal) -> int:
        raise error

    usage, config = errors.UsageError('a'), errors.ConfigError('b')
    assert errors.tried(found, lambda: 1, 2) == 1
    assert errors.tried(found, lambda: refused(usage), 2) == 2
    assert errors.tried(found, lambda: refused(errors.Several([config, usage])), 2) == 2
    assert found == [usage, config, usage]
    with pytest.raises(errors.EngineError):
        errors.tried(found, lambda: refused(errors.EngineError('c')), 2)
