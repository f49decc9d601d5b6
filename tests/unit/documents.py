"""What users read, README and the guides, with the blocks of code in it."""
from __future__ import annotations

import re
from pathlib import Path

CHECKOUT = Path(__file__).parents[2]
GUIDES = CHECKOUT / 'tao_launcher' / 'data' / 'guides'
README = CHECKOUT / 'README.md'
DOCUMENTS = {path.stem: path.read_text('utf-8') for path in (README, *sorted(GUIDES.glob('*.md')))}
EVERYTHING = '\n'.join(DOCUMENTS.values())


def blocks(language: str, text: str = EVERYTHING) -> list[str]:
    """The blocks whose fence says that they are of that language, such as `make` or `console podman`."""
    return re.findall(rf'^```{language}\n(.*?)^```', text, re.MULTILINE | re.DOTALL)


def prose(text: str = EVERYTHING) -> str:
    """The text without its blocks."""
    return re.sub(r'^```.*?^```', '', text, flags=re.MULTILINE | re.DOTALL)


def transcripts() -> list[tuple[str, str]]:
    """(the document and the first command, the transcript) of each that this machine's docker shows."""
    return [
        (f'{name}: {text.partition(chr(10))[0][2:42]}', text)
        for name, document in DOCUMENTS.items() for text in blocks('console', document)
    ]
