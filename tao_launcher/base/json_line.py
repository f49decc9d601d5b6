"""Plain values as JSON on one line, in ASCII: as json.dumps writes them, without the time that loading that takes."""
from __future__ import annotations

from _json import encode_basestring_ascii

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Union

    Plain = Union[None, bool, int, float, str, Sequence['Plain'], Mapping[str, 'Plain']]


def dumps(value: Plain) -> str:
    """Texts, numbers that are finite, true, false and null, and lists and objects of them."""
    if isinstance(value, str):
        return str(encode_basestring_ascii(value))
    if value is None or isinstance(value, bool):
        return {None: 'null', True: 'true', False: 'false'}[value]
    if isinstance(value, (int, float)):
        return repr(value)
    if isinstance(value, (list, tuple)):
        return f'[{",".join(map(dumps, value))}]'
    pairs = value.items()  # type: ignore[union-attr]
    return f'{{{",".join(f"{dumps(key)}:{dumps(each)}" for key, each in pairs)}}}'
