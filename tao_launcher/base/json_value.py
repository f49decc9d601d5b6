"""JSON texts read and written by Python's own scanner and encoder alone: module json loads re, enum and more."""
from __future__ import annotations

from .late import json

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    make_scanner: Callable[[ScannerOptions], Callable[[str, int], tuple[Any, int]]] | None
    make_encoder: Callable[..., Callable[[object, int], tuple[str, ...]]] | None
    encode_basestring_ascii: Callable[[str], str]
else:
    try:
        from _json import encode_basestring_ascii, make_encoder, make_scanner
    except ImportError:  # another Python's json has no such parts
        make_scanner = make_encoder = None

BLANKS = ' \t\n\r'  # of JSON; Python's are more
CONSTANTS = {'NaN': float('nan'), 'Infinity': float('inf'), '-Infinity': float('-inf')}


class ScannerOptions:
    """What the scanner asks of a json.JSONDecoder: how values are made."""

    strict = True
    object_hook = None
    array_hook = None  # since Python 3.15
    parse_int = int
    parse_constant = CONSTANTS.__getitem__

    def __init__(self, parse_float: Callable[[str], Any], pairs: Callable[[list[tuple[str, Any]]], Any] | None) -> None:
        self.parse_float = parse_float
        self.object_pairs_hook = pairs


def value(
    data: str | bytes, *, parse_float: Callable[[str], Any] = float,
    pairs: Callable[[list[tuple[str, Any]]], Any] | None = None,
) -> Any:
    """What json.loads returns or raises; `pairs` is its object_pairs_hook.

    All that the scanner does not take as it is (another encoding, what is no JSON) is left to json.loads.
    """
    if make_scanner:
        try:
            text = (data if isinstance(data, str) else data.decode()).strip(BLANKS)
            found, end = make_scanner(ScannerOptions(parse_float, pairs))(text, 0)
        # AttributeError where a newer Python asks for more, SystemError where 3.10 and 3.11 would raise an error of
        # module json, which is not loaded
        except (StopIteration, ValueError, AttributeError, SystemError):
            pass
        else:
            if end == len(text):
                return found
    return json.loads(data, parse_float=parse_float, object_pairs_hook=pairs)


def compact(data: object) -> str:
    """What json.dumps returns or raises, without blanks. Whatever is no JSON is left to it."""
    if make_encoder:
        try:
            encoder = make_encoder(None, _refuse, encode_basestring_ascii, None, ':', ',', False, False, False)
            return ''.join(encoder(data, 0))
        except (TypeError, ValueError):
            pass
    return json.dumps(data, separators=(',', ':'))


def _refuse(data: object) -> None:
    raise TypeError(data)
