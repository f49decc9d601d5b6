"""Walks the values of a JSON file and collects every fault and notice on the way."""
from __future__ import annotations

from .errors import Fault
from .json_text import at, show
from .text import NO_LINE_BREAK, has_line_break

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping
    from typing import Any, TypeVar

    T = TypeVar('T')


class Reader:
    """The faults (they refuse the file) and notices (they don't) found so far."""

    def __init__(self) -> None:
        self.faults: list[Fault] = []
        self.notices: list[str] = []

    def fault(self, path: str, message: str, *, structural: bool = True, value: str = '') -> None:
        self.faults.append(Fault(path, message, structural=structural, value=value))

    def expect(self, path: str, value: object, expected: str) -> None:
        """A fault: the value is not what it should be."""
        self.fault(path, f'expected {expected}', value=show(value))

    def parsed(self, path: str, value: str, parse: Callable[[str], T], *, structural: bool = True) -> T | None:
        """parse(value); None and a fault where that raises ValueError."""
        try:
            return parse(value)
        except ValueError as e:
            self.fault(path, str(e), structural=structural, value=show(value))
            return None

    def items(self, path: str, value: object) -> Iterator[tuple[str, Any]]:
        """The items of a list, each with its path."""
        if isinstance(value, list):
            yield from ((at(path, i), item) for i, item in enumerate(value))
        else:
            self.fault(path, 'expected a list [...]', value=kind(value))  # the value itself may be a secret

    def members(self, path: str, value: object, hint: str = '') -> Mapping[str, Any]:
        """An object's members without comments (keys that start with $ or _)."""
        if isinstance(value, dict):
            return {key: v for key, v in value.items() if not key.startswith(('$', '_'))}
        self.fault(path, f'expected an object {{...}}{hint}', value=kind(value))  # the value itself may be a secret
        return {}

    def known(self, path: str, members: Mapping[str, object], known: Collection[str]) -> None:
        """A fault for every key that is not known."""
        for key in members:
            if key not in known:
                from .suggest import did_you_mean, nearest

                hint = did_you_mean(nearest(key, known)) or f'expected one of {", ".join(known)}'
                self.fault(at(path, key), f'unknown key; {hint}')

    def unused(
        self, path: str, members: Mapping[str, object], known: Collection[str], other_names: Mapping[str, str],
    ) -> None:
        """A notice for every key that is not known, with the one that may be meant where that is missing."""
        for key in members:
            if key not in known:
                from .suggest import did_you_mean, nearest

                missing = [name for name in known if name not in members]
                other = other_names.get(key.lower(), '')
                meant = did_you_mean([other] if other in missing else nearest(key, missing, 1))
                self.notices.append(f'{at(path, key)}: unknown key, not used{meant and f"; {meant}"}')

    def text(self, path: str, value: object, expected: str = 'a string') -> str | None:
        """A string that is not empty and has no line break."""
        if value == '' and expected == 'a string':
            self.fault(path, 'expected a string that is not empty', value=show(value))
        elif not isinstance(value, str) or not value:
            self.expect(path, value, expected)
        elif has_line_break(value):
            self.fault(path, NO_LINE_BREAK, value=show(value))
        else:
            return value
        return None


def kind(value: object) -> str:
    """What a value is, without showing it."""
    names = {dict: 'an object', list: 'a list', str: 'a string', bool: 'true or false', type(None): 'null'}
    return names.get(type(value), 'a number' if isinstance(value, (int, float)) else 'an object')


def whole(value: object) -> int | None:
    """A whole number as JSON Schema sees it (8888 and 8888.0, not true); else None."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    return int(value) if value == value and abs(value) != float('inf') and value == int(value) else None
