"""Words for a shell script: each on one line, so that no tool on its way sees a line that is not there."""
from __future__ import annotations

import re
import shlex

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable


def quote(word: str) -> str:
    """A word as bash takes it; one with control characters (sbatch refuses "\\r\\n") is written $'…'."""
    if not re.search(r'[\x00-\x1f\x7f]', word):
        return shlex.quote(word)
    return "$'" + re.sub(r'[\x00-\x1f\x7f\\\']', _escaped, word) + "'"


def _escaped(found: re.Match[str]) -> str:
    names = {'\n': '\\n', '\r': '\\r', '\t': '\\t', '\\': '\\\\', "'": "\\'"}
    return names.get(found.group(), f'\\{ord(found.group()):03o}')


def join(words: Iterable[str]) -> str:
    """Words for one line of a script."""
    return ' '.join(map(quote, words))


def expanded(before: str, variable: str, after: str) -> str:
    """A word with the value of a shell variable in it, in double quotes."""
    plain = [re.sub(r'([\\"$`])', r'\\\1', text) for text in (before, after)]
    return f'"{plain[0]}${{{variable}}}{plain[1]}"'
