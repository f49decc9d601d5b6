"""Image references: their registry, tag and digest, as text."""
from __future__ import annotations


def with_tag(image: str, tag: str) -> str:
    """The same repository with another tag; a digest goes."""
    repository = image.partition('@')[0]
    folder, slash, name = repository.rpartition('/')
    return f'{folder}{slash}{name.partition(":")[0]}:{tag}'


def with_registry(image: str, registry: str) -> str:
    """The same image in another registry (HOST[:PORT][/PREFIX])."""
    host, slash, rest = image.partition('/')
    is_registry = slash and ('.' in host or ':' in host or host == 'localhost')
    return f'{registry}/{rest if is_registry else image}'
