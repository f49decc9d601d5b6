"""Manifests and indexes of images, as registries keep them: what they name, and what they prove. Pure.

The digest of an image is the sha256 of such a document. A manifest names the image's configuration; an index names
the manifests of several platforms.
"""
from __future__ import annotations

import hashlib
import json

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from typing import Any

# The members that engines look for. They take them in any case (Go's encoding/json), we only as they are written.
MEMBERS = {name.casefold(): name for name in (
    'Config', 'RepoTags', 'Layers', 'schemaVersion', 'mediaType', 'manifests', 'config', 'layers', 'digest', 'size',
    'annotations', 'platform',
)}
EXACT = {'config': ('Config', 'config'), 'layers': ('Layers', 'layers')}


def strict(data: bytes, name: str) -> Any:
    """The value of a document. Raises ValueError where an engine could read it in another way."""
    def members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        folded = [key.casefold() for key, _ in pairs]
        twice = len(set(folded)) < len(folded)
        if twice or any(key not in EXACT.get(low, (MEMBERS.get(low, key),)) for low, (key, _) in zip(folded, pairs)):
            raise ValueError('a member is written in two ways')
        return dict(pairs)

    try:
        return json.loads(data.decode(), object_pairs_hook=members)
    except (ValueError, RecursionError) as e:
        why = 'nested too deeply' if isinstance(e, RecursionError) else str(e)
        raise ValueError(f'{name}: not the expected list ({why})') from None


def parsed(data: bytes) -> Mapping[str, Any]:
    """The value of a document, {} where it is none."""
    try:
        found = json.loads(data.decode())
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def entries(document: object) -> Iterator[Mapping[str, Any]]:
    """The entries of an index."""
    listed = document.get('manifests') if isinstance(document, dict) else None
    yield from (entry for entry in (listed if isinstance(listed, list) else ()) if isinstance(entry, dict))


def named(document: object) -> tuple[list[str], str]:
    """(the digests of the manifests that a document names, the digest of the configuration or '')."""
    config = document.get('config') if isinstance(document, dict) else None
    digest = config.get('digest') if isinstance(config, dict) else None
    return [str(entry.get('digest')) for entry in entries(document)], digest if isinstance(digest, str) else ''


def content(layers: object, config: object) -> str:
    """What a container of an image would be made of: its layers and what is run, as a text; '' without layers.

    Equal for the same image in every store, whatever its id there is.
    """
    found = config if isinstance(config, dict) else {}
    run = [found.get(key) or None for key in ('Entrypoint', 'Cmd', 'Env', 'User', 'WorkingDir')]
    return json.dumps([layers, *run]) if layers else ''


def by_digest(found: Iterable[bytes]) -> dict[str, bytes]:
    """Documents by what their digest is, whoever says so."""
    return {f'sha256:{hashlib.sha256(data).hexdigest()}': data for data in found}


def proves(digest: str, known: Mapping[str, bytes], config: str, tops: Iterable[str]) -> bool | None:
    """Whether an image of this digest is the one of that configuration; None where no document tells.

    `tops` are the documents that a containerd store would take the image from: each has to be one that the digest
    stands for, or a manifest of that very configuration.
    """
    reached, configs, is_whole = _closure(digest, known)
    if config not in configs:
        return False if configs and is_whole else None
    same = all(top in reached or named(parsed(known.get(top, b'')))[1] == config for top in tops)
    return True if same else None


def _closure(digest: str, known: Mapping[str, bytes]) -> tuple[set[str], set[str], bool]:
    """(the documents that a digest stands for, their configurations, whether every document is known)."""
    reached: set[str] = set()
    configs: set[str] = set()
    is_whole = True
    waiting = [digest]
    while waiting:
        one = waiting.pop()
        if one in reached:
            continue
        if one not in known:
            is_whole = False
            continue
        reached.add(one)
        children, config = named(parsed(known[one]))
        waiting += children
        configs |= {config} - {''}
    return reached, configs, is_whole


def forms(text: str) -> Iterator[bytes]:
    """The bytes that a client's answer may have been at the registry: as it is, and as registries' clients write it."""
    yield text.encode('utf-8', 'surrogateescape')
    yield text.rstrip('\n').encode('utf-8', 'surrogateescape')
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return
    for indent in (None, 3, 2):  # podman and BuildKit, docker, some tools
        separators = (',', ':') if indent is None else (',', ': ')
        yield json.dumps(found, indent=indent, separators=separators, ensure_ascii=False).encode('utf-8', 'replace')
