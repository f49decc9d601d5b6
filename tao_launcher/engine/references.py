"""Image references: their registry, tag and digest, as text."""
from __future__ import annotations

import re

from . import answers

# The file below a home folder that holds the ids of images that bundles brought, by reference.
REMEMBERED = '.local/state/tao/images.json'


def remembered(known: object) -> dict[str, str]:
    """Reference → image id, of what that file holds: no value that is no id gets into a command line."""
    ids = answers.fields(known).items()
    return {name: id for name, id in ids if isinstance(id, str) and re.fullmatch('sha256:[0-9a-f]{64}', id)}


def repository(image: str) -> str:
    """The image without tag and digest."""
    folder, slash, name = image.partition('@')[0].rpartition('/')
    return f'{folder}{slash}{name.partition(":")[0]}'


def with_tag(image: str, tag: str) -> str:
    """The same repository with another tag; a digest goes."""
    return f'{repository(image)}:{tag}'


def with_registry(image: str, registry: str) -> str:
    """The same image in another registry (HOST[:PORT][/PREFIX])."""
    host, slash, rest = image.partition('/')
    is_registry = slash and ('.' in host or ':' in host or host == 'localhost')
    return f'{registry}/{rest if is_registry else image}'


def lasting_tag(image: str) -> str:
    """The tag that keeps a loaded image: its own, or for a reference by digest one made of it.

    An image without any would be taken for rubbish by `docker image prune`.
    """
    return with_tag(image, f'bundle-{image.rpartition(":")[2][:12]}') if '@' in image else image


def is_local(image: str) -> bool:
    """Whether the image's registry is on this machine: docker then speaks plain HTTP to it."""
    host = image.partition('/')[0].partition(':')[0]
    return host == 'localhost' or host.startswith('127.')
