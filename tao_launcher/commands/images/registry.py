"""The documents that a registry has of an image, as the engine's own client fetches them: logins stay the client's."""
from __future__ import annotations

from ...base import temporary
from ...engine import process
from ...engine.references import is_local, repository
from . import documents

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ...engine.process import Answer
    from .store import Store

PATIENCE = 20.0  # seconds for an answer; a registry that took them is not asked again
MOST = 8  # manifests of one index that are fetched


class Registry:
    """A registry that is asked for documents; what their digest does not confirm is not taken."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._is_late = False

    def documents(self, references: Iterable[str], known: Mapping[str, bytes], machine: str) -> dict[str, bytes]:
        """The documents behind references by digest, with the manifests for `machine` that indexes name.

        `known` are those that are at hand, by digest. What is not to be had is left out.
        """
        found: dict[str, bytes] = {}
        for reference in references:
            digest = reference.partition('@')[2]
            document = self._document(reference, {**known, **found})
            if not document:
                continue
            found[digest] = document
            for child in _for_machine(document, machine)[:MOST]:
                document = self._document(f'{repository(reference)}@{child}', {**known, **found})
                found.update({child: document} if document else {})
        return found

    def _document(self, reference: str, known: Mapping[str, bytes]) -> bytes:
        digest = reference.partition('@')[2]
        return known.get(digest) or self._fetched(reference, digest)

    def _fetched(self, reference: str, digest: str) -> bytes:
        profile = self._store.engine.daemon.profile
        for words in profile.raw_manifest:
            if self._is_late:
                break
            insecure = profile.insecure if words[0] == 'manifest' and is_local(reference) else ()
            begun = process.clock()
            answer = self._asked(*words, *insecure, reference)
            self._is_late = process.clock() - begun >= PATIENCE
            if answer.code == 0:
                for data in documents.forms(answer.out):
                    if digest in documents.by_digest([data]):
                        return data
        return b''

    def _asked(self, *words: str) -> Answer:
        engine = self._store.engine
        with temporary.folder() as folder:  # buildx keeps notes, and needs no builder to look
            environ = {name: value for name, value in engine.environ.items() if name != 'BUILDX_BUILDER'}
            engine = engine._replace(environ={**environ, 'BUILDX_CONFIG': folder})
            return engine.ask(*words, timeout=PATIENCE)


def _for_machine(document: bytes, machine: str) -> list[str]:
    """The manifests of an index for a machine, named as registries name it: amd64."""
    found = documents.entries(documents.parsed(document))
    platforms = [(str(entry.get('digest')), entry.get('platform')) for entry in found]
    return [
        digest for digest, platform in platforms
        if not isinstance(platform, dict) or platform.get('architecture') == machine
    ]
