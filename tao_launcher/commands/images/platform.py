"""Whether images are there for the machine that runs them, as their registries say before anything is pulled."""
from __future__ import annotations

from ...base import host
from ...base.errors import EngineError
from ...base.record import Record
from ...base.shell import quote
from ...engine import answers, platforms
from ...engine.references import is_local

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from .store import Store

PATIENCE = 20.0  # seconds for what only a registry or another machine knows


class AskedPlatform(Record):
    """The platform that images are pulled for, and what asked for it: an option, a variable, or '' for the daemon."""

    platform: str
    reason: str = ''


def wanted(store: Store) -> AskedPlatform:
    """What the engine's client pulls for; the platform is '' where an engine on another machine does not tell."""
    engine = store.engine
    found, reason = platforms.asked(store.platform, engine.words, engine.environ)
    if found:
        return AskedPlatform(found, reason)
    if not engine.daemon.is_remote:
        return AskedPlatform(f'linux/{platforms.architecture(host.survey(engine.environ).machine)}')
    version = engine.ask('version', '--format', '{{json .}}', timeout=PATIENCE).json()
    machine = platforms.architecture(answers.text(version, 'Server', 'Arch'))
    return AskedPlatform(f'linux/{machine}' if machine else '')


def published(store: Store, reference: str, document: Mapping[str, object]) -> tuple[str, ...]:
    """The platforms that an image is there for, of which `document` is the index or manifest; () where nobody says."""
    if 'manifests' in document:
        return platforms.of_index(document)
    words = store.engine.daemon.profile.verbose_manifest
    if not words or 'layers' not in document:
        return ()
    insecure = store.engine.daemon.profile.insecure if is_local(reference) else ()
    said = store.engine.ask(*words, *insecure, reference, timeout=PATIENCE).json()
    return platforms.of_index({'manifests': [answers.fields(said, 'Descriptor')]})


def check(found: Sequence[tuple[str, tuple[str, ...]]], asked: AskedPlatform) -> None:
    """Raise EngineError for images, each with its platforms, that are for other machines than the one asked for."""
    machine = platforms.architecture(asked.platform)
    unfit = [
        (reference, there) for reference, there in found
        if machine and there and machine not in map(platforms.architecture, there)
    ]
    if not unfit:
        return
    first, *others = (f'{reference} is for {", ".join(there)}' for reference, there in unfit)
    there = unfit[0][1][0]
    if asked.reason == '--platform':
        why, advice = f'--platform asks for {asked.platform}', f'--platform {quote(there)}, or none'
    elif asked.reason:
        variable = asked.reason
        why, advice = f'{variable} asks for {asked.platform}', f'unset {variable}'
    else:
        why = f'the daemon runs on {asked.platform}'
        advice = f'--platform {quote(there)} before "pull", where an emulator for it is installed'
    raise EngineError(first, *others, why, advice=advice)
