"""Image references: their registry, tag and digest, as text."""
from __future__ import annotations

from ..base.late import re
from . import answers

# The file below a home folder that holds the ids of images that bundles brought, by reference.
REMEMBERED = '.local/state/tao/images.json'
# Its member with those ids again of which it is proven that they belong to the digest.
PROVEN = 'proven'


def remembered(known: object) -> dict[str, str]:
    """Reference → image id, of what that file holds: no value that is no id gets into a command line."""
    ids = answers.fields(known).items()
    return {name: id for name, id in ids if isinstance(id, str) and re.fullmatch('sha256:[0-9a-f]{64}', id)}


def proven(known: object) -> dict[str, str]:
    """Those of them that are proven. An older launcher writes the others alone, so both have to agree."""
    every = remembered(known)
    ids = remembered(answers.fields(known, PROVEN)).items()
    return {name: id for name, id in ids if every.get(name) == id}


def repository(image: str) -> str:
    """The image without tag and digest."""
    folder, slash, name = image.partition('@')[0].rpartition('/')
    return f'{folder}{slash}{name.partition(":")[0]}'


def with_tag(image: str, tag: str) -> str:
    """The same repository with another tag; a digest goes."""
    return f'{repository(image)}:{tag}'


def with_registry(image: str, registry: str) -> str:
    """The same image in another registry (HOST[:PORT][/PREFIX])."""
    return f'{registry}/{image.partition("/")[2] if registry_of(image) else image}'


def registry_of(image: str) -> str:
    """The registry that an image names; '' for docker's own, which is named by none."""
    host, slash, _ = image.partition('/')
    return host if slash and ('.' in host or ':' in host or host == 'localhost') else ''


def lasting_tag(image: str) -> str:
    """The tag that keeps a loaded image: its own, or for a reference by digest one made of it.

    An image without any would be taken for rubbish by `docker image prune`.
    """
    return with_tag(image, f'bundle-{image.rpartition(":")[2][:12]}') if '@' in image else image


def plain(image: str) -> str:
    """One way to write what engines write in several: docker.io/library/a, a and a:latest are all a:latest."""
    for prefix in ('docker.io/', 'library/'):
        image = image[len(prefix):] if image.startswith(prefix) else image
    return image if '@' in image or ':' in image.rpartition('/')[2] else f'{image}:latest'


def is_local(image: str) -> bool:
    """Whether the image's registry is on this machine: docker then speaks plain HTTP to it."""
    host = image.partition('/')[0].partition(':')[0]
    return host == 'localhost' or host.startswith('127.')
