"""Names that were meant: suggestions for what was mistyped."""
from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


LONGEST = 100  # characters of a name for which others are suggested


def nearest(name: str, names: Iterable[str], limit: int = 3) -> list[str]:
    """The known names closest to `name`, best first; empty when none is close."""
    import difflib  # only ever needed to word an error

    if len(name) > LONGEST:
        return []  # nobody mistypes so much, and difflib compares every letter with every other
    known = {n.lower(): n for n in names if len(n) <= LONGEST}
    found = difflib.get_close_matches(name.lower(), known, n=limit, cutoff=0.6)
    return [known[n] for n in found]


def did_you_mean(found: Sequence[str]) -> str:
    """"did you mean a, b?" of the nearest names, or an empty string when nothing is close."""
    return f'did you mean {", ".join(found)}?' if found else ''


def one_slip_apart(a: str, b: str) -> bool:
    """Whether one typing slip (a letter more, less, other, or two swapped) turns a into b."""
    if a == b or abs(len(a) - len(b)) > 1:
        return False
    start = 0
    while start < min(len(a), len(b)) and a[start] == b[start]:
        start += 1
    rest_a, rest_b = a[start:], b[start:]
    return (
        rest_a[1:] == rest_b[1:]
        or rest_a[1:] == rest_b
        or rest_a == rest_b[1:]
        or (rest_a[:2] == rest_b[:2][::-1] and rest_a[2:] == rest_b[2:])
    )
