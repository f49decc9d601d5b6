"""Words as bytes, for processes and results."""
from __future__ import annotations

import os


def encoded(text: str) -> bytes:
    """The bytes of a word, as the locale writes them; in UTF-8 what the locale can not write.

    In a C locale arguments keep their bytes, while what a file says may be more than ASCII.
    """
    try:
        return os.fsencode(text)
    except UnicodeEncodeError:
        return text.encode('utf-8', 'surrogateescape')
