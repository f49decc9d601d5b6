"""How enroot, the program behind pyxis, calls an image: a file, or [USER@]REGISTRY#NAME[:TAG]. Pure."""
from __future__ import annotations

import re

from ...settings import parsers

FILES = ('.sqsh', '.squashfs')
NAME = r'(?:docker://)?((?:[a-zA-Z0-9$._-]+@)?)([^#/@]+)#([^#]+)'
# Takes the place in a plan of an image that docker could not name.
ANY = 'image-of-pyxis'


def own(text: str, *, is_pyxis: bool) -> str:
    """An image that only enroot calls so, in its own words; '' for one that docker calls so too. Raises ValueError."""
    is_file = is_a_file(text)
    if not is_file and '#' not in text:
        return ''
    if not is_pyxis:
        what = 'an image file' if is_file else 'such an image'
        raise ValueError(f'only pyxis can use {what}: --container pyxis')
    if is_file:
        return file(text)
    found = re.fullmatch(NAME, text)
    if not found:
        raise ValueError('expected REGISTRY#NAME:TAG, such as nvcr.io#nvidia/tao/tao-toolkit:6.0.0-pyt')
    parsers.image(f'{found.group(2)}/{found.group(3)}')
    return f'{found.group(1)}{found.group(2)}#{found.group(3)}'


def is_a_file(text: str) -> bool:
    """Whether an image is meant as a file."""
    return text.startswith(('/', './', '../', '~')) or text.endswith(FILES)


def file(text: str) -> str:
    """The absolute path of an image file. Raises ValueError."""
    if not text.startswith('/') or not text.endswith(FILES) or not text.isprintable():
        raise ValueError(f'expected an absolute path that ends with {" or ".join(FILES)}')
    return text


def called(reference: str) -> str:
    """What pyxis is told of an image: a file, or docker://HOST#REPOSITORY:TAG."""
    if is_a_file(reference):
        return reference
    host, slash, rest = reference.partition('/')
    if '#' not in reference and slash and (re.search('[.:]', host) or host == 'localhost'):
        reference = f'{host}#{rest}'
    return f'docker://{reference}'
