"""Words as bytes, for processes and results; and as people read them."""
from __future__ import annotations

import os

from .late import re
from .secrets import has_token_sign

LOWER, UPPER, DIGITS = 'abcdefghijklmnopqrstuvwxyz', 'ABCDEFGHIJKLMNOPQRSTUVWXYZ', '0123456789'
LETTERS = LOWER + UPPER
NO_LINE_BREAK = 'line breaks are not allowed here'  # what is wrong with a path or name that has one


def encoded(text: str) -> bytes:
    """The bytes of a word, as the locale writes them; in UTF-8 what the locale cannot write.

    In a C locale arguments keep their bytes, while what a file says may be more than ASCII.
    """
    try:
        return os.fsencode(text)
    except UnicodeEncodeError:
        return text.encode('utf-8', 'surrogateescape')


def consists_of(text: str, characters: str) -> bool:
    """Whether there is something of a text, and nothing but these characters."""
    return bool(text) and not text.strip(characters)


def is_number(text: str, digits: int) -> bool:
    """Whether a text is a whole number of at most so many digits, without a sign."""
    return len(text) <= digits and consists_of(text, DIGITS)


def is_name(text: str, first: str) -> bool:
    """Whether a text is letters, digits, _ . and - alone, and begins with one of the characters of `first`."""
    return consists_of(text, LETTERS + DIGITS + '_.-') and text[0] in first


def is_one_word(text: str) -> bool:
    """Whether a text is not empty and has no blanks of any kind."""
    return text.split() == [text]


def has_line_break(text: str) -> bool:
    """Whether a text is more than one line."""
    return '\n' in text or '\r' in text


def is_utf8(text: str) -> bool:
    """Whether a word was written in UTF-8: Python keeps what is not as half surrogate pairs."""
    return text.isascii() or not any('\ud800' <= character <= '\udfff' for character in text)


def has_utf8_bytes(text: str) -> bool:
    """Whether a word's bytes are UTF-8, also where Python has taken them for those of a locale that is ASCII alone."""
    if text.isascii():
        return True
    try:
        text.encode('utf-8', 'surrogateescape').decode('utf-8')
    except UnicodeError:
        return False
    return True


def plural(count: int, noun: str) -> str:
    """The count and the noun, which takes an s: 1 job, 2 jobs."""
    return f'{count} {noun}' if count == 1 else f'{count} {noun}s'


def cut(text: str, columns: int) -> str:
    """The start of a text that fits into so many columns of a terminal; 0 for no limit."""
    if not columns or width(text) <= columns:
        return text
    used = 1  # the ellipsis
    for i, character in enumerate(text):
        used += width(character)
        if used > columns:
            return f'{text[:i]}…'
    return text


def width(text: str) -> int:
    """The columns that a text takes on a terminal: two for a wide character, none for a combining one."""
    if text.isascii():
        return len(text)
    import unicodedata

    return sum(
        2 if unicodedata.east_asian_width(c) in 'WF' else 0 if unicodedata.combining(c) else 1 for c in text
    )


def plain(text: str) -> str:
    """The text without characters that a terminal would obey; bytes that are not UTF-8 are shown as \\xff."""
    return text if text.isprintable() else ''.join(c if c.isprintable() else _escaped(c) for c in text)


def _escaped(character: str) -> str:
    is_byte = '\udc80' <= character <= '\udcff'  # as Python keeps it
    return f'\\x{ord(character) - 0xdc00:02x}' if is_byte else repr(character)[1:-1]


def masked_sentence(text: str) -> str:
    """A sentence of ours without the tokens and passwords that it may repeat; few have any."""
    if not has_token_sign(text):
        return text
    from .masking import masked

    return masked(text)


def in_quotes(text: str) -> str:
    """A text between quotes, as `plain` shows it."""
    return f"'{plain(text)}'"


def numbers(text: str) -> tuple[int, ...]:
    """The numbers of a version: "535.104.05" is (535, 104, 5)."""
    return tuple(int(n) for n in re.findall('[0-9]{1,9}', text.partition('-')[0].partition('+')[0]))
