"""The launcher's own errors, each with its exit code."""
from __future__ import annotations

from tao_launcher.base import errors


def all_subclasses(kind: type[errors.Fatal]) -> list[type[errors.Fatal]]:
    return [found for child in kind.__subclasses__() for found in (child, *all_subclasses(child))]


def test_codes_of_the_launchers_own_errors() -> None:
    assert errors.Fatal.code == 70
    codes = {kind.__name__: kind.code for kind in all_subclasses(errors.Fatal)}
    assert {'UsageError': 2, 'ConfigError': 2, 'EngineError': 125, 'EngineMissing': 125}.items() <= codes.items()
    assert set(codes.values()) <= {1, 2, 125, 126, 127}
