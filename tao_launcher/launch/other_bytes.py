"""Words that are not UTF-8: docker and podman keep a job's as JSON, which has other characters for such bytes. Pure."""
from __future__ import annotations

from ..base.masking import masked_words
from ..base.text import cut, has_utf8_bytes, in_quotes, plain

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ..settings.values import Variable

LONGEST = 200  # characters of a word that are shown


def notices(command: Sequence[str], variables: Sequence[Variable], environ: Mapping[str, str]) -> list[str]:
    """What to say of the words of a command, and of the values of --env and its like; `environ` has those by name."""
    what = 'not UTF-8: the job gets other characters in its place'
    found = [
        f'{in_quotes(cut(shown, LONGEST))} is {what}'
        for word, shown in zip(command, masked_words(command)) if not has_utf8_bytes(word)
    ]
    return found + [
        f'the value of {plain(each.name)} is {what}' for each in variables if not has_utf8_bytes(each.given(environ))
    ]
