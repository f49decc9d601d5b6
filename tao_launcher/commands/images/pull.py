"""tao pull: fetch the images that tasks need."""
from __future__ import annotations

from ...base import host
from ...base.errors import CheckFailed, EngineError, UsageError
from ...base.progress import size
from ...base.text import plural
from ...engine import answers, process, pulls, signals
from ...engine.ask import ask_patiently
from ...engine.foreground import show
from ...engine.logins import DOCKERS_OWN, logins, missing_helper
from ...engine.platforms import architecture
from ...engine.pulls import Wanted
from ...engine.references import is_local, proven, registry_of, repository
from ...settings.parsers import is_digest
from ..help.verb_parser import add_dry_run
from . import memory, platform, space
from .asked import AGAIN, WITHOUT_NETWORK, add_source, agreed, has_files, made_store, wanted_images
from .store import Needed, Store, missing

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Mapping, Sequence
    from typing import Any

    from ...settings.invocation import Invocation
    from ..help.verb_parser import Parser


PATIENCE = 20.0  # seconds for what only a registry knows

HELP = 'fetch the images that tasks need'


def add(parser: Parser) -> None:
    """Add what follows the verb's name."""
    add_dry_run(parser)
    parser.add_argument('tasks', nargs='*', metavar='TASK', help='TASK or GROUP/TASK')
    parser.add_argument('--all', action='store_true', help='every image of a release (default: the newest)')
    parser.add_argument('--yes', action='store_true', help='do not ask')
    add_source(parser)


def run(given: Namespace, invocation: Invocation) -> int:
    """Run the verb. Returns its exit code; raises Fatal."""
    with signals.Unwinding():
        store = None if has_files(invocation) else made_store(given, invocation)
        if bool(given.tasks) == given.all:
            raise UsageError('which images?', advice='tao pull TASK…, or tao pull --all')
        wanted = wanted_images(given, invocation, all_of_a_release=given.all)
        if store:
            return pull(wanted, store, ask_first=given.all, yes=given.yes)
        from . import sif_pull
        from .sif_store import sif_store

        return sif_pull.pull(wanted, sif_store(given, invocation), ask_first=given.all, yes=given.yes)


def pull(wanted: Sequence[Needed], store: Store, *, ask_first: bool, yes: bool) -> int:
    """Pull the images that are not here, after a look at their size and the free space.

    With `ask_first` it asks on a terminal, and needs `yes` elsewhere. An interrupted pull goes on
    where it was when it is run again. Raises EngineError, CheckFailed.
    """
    # what a bundle brought without a proof is no reason not to fetch the registry's
    store = store._replace(remembered=proven(host.json_file(store.memory)))
    absent = missing(wanted, store.present([image.reference for image in wanted]))
    if store.dry_run:
        store.output.result(''.join(store.line(*pull_words(store, image.reference)) for image in absent))
        return 0
    if not absent:
        store.output.progress('every image is here', last=True)
        return 0
    layers = _layers_of_all(store, absent)
    _say_sizes(store, absent, layers)
    space.check_for_pull(store, _total(layers))
    if ask_first and not yes and not agreed(store.output):
        raise CheckFailed('not pulled', advice='the same command with --yes')
    for image in absent:
        _pull(store, image.reference)
    memory.remember(store.memory, {}, (), [image.reference for image in absent])
    return 0


def pull_words(store: Store, reference: str) -> tuple[str, ...]:
    """The words that pull an image: with docker's own progress, which is left out where it is no terminal."""
    other = [f'--platform={store.platform}'] if store.platform else []
    return ('pull', *([] if _has_terminal() else ['--quiet']), *other, reference)


def _has_terminal() -> bool:
    terminals = host.terminals()
    return terminals.stdout and terminals.stderr


def _layers_of_all(store: Store, absent: Sequence[Needed]) -> list[Mapping[str, int] | None]:
    """The layers of each image, None where they are not known. Raises EngineError for other machines' images."""
    found: list[Mapping[str, int] | None] = []
    there: list[tuple[str, tuple[str, ...]]] = []
    asked = platform.wanted(store)
    for image in absent:
        begun = process.clock()
        document = _manifest(store, image.reference)
        found.append(layers(store, image.reference, document, asked.platform))
        if not store.no_check and document:
            there.append((image.reference, platform.published(store, image.reference, document)))
        if process.clock() - begun >= PATIENCE:  # a registry out of reach is not waited for again
            break
    platform.check(there, asked)
    return found + [None] * (len(absent) - len(found))


def layers(store: Store, reference: str, document: Mapping[str, Any], wanted: str) -> dict[str, int] | None:
    """Digest → bytes of an image's layers, as its registry's manifest says; None where it does not say.

    `document` is the manifest, or an index that has one for the platform `wanted`.
    """
    if 'manifests' in document:
        machine = architecture(wanted)
        digests = [
            answers.text(entry, 'digest') for entry in answers.entries(document, 'manifests')
            if architecture(answers.text(entry, 'platform', 'architecture')) == machine
        ]
        found = list(filter(is_digest, digests))
        document = _manifest(store, f'{repository(reference)}@{found[0]}') if found else {}
    if not isinstance(document.get('layers'), list):
        return None
    layers = answers.entries(document, 'layers')
    return {answers.text(layer, 'digest'): max(0, answers.number(layer, 'size')) for layer in layers}


def _manifest(store: Store, reference: str) -> Mapping[str, Any]:
    insecure = store.engine.daemon.profile.insecure if is_local(reference) else ()
    return store.engine.ask('manifest', 'inspect', *insecure, reference, timeout=PATIENCE).json()


def _total(found: Sequence[Mapping[str, int] | None]) -> int:
    """The bytes to fetch: a layer that several images share is fetched once."""
    return sum({digest: count for layers in found for digest, count in (layers or {}).items()}.values())


def _say_sizes(store: Store, absent: Sequence[Needed], found: Sequence[Mapping[str, int] | None]) -> None:
    for image, layers in zip(absent, found if len(absent) > 1 else ()):
        shown = size(sum(layers.values())) if layers is not None else 'its registry does not say how large it is'
        store.output.notice(f'{image.reference}: {shown}')
    some = [layers for layers in found if layers is not None]
    total = f'{size(_total(found))}{"" if len(some) == len(found) else " and what is not known"}'
    store.output.notice(f'{plural(len(absent), "image")} to pull, {total if some else "size not known"}')


def _pull(store: Store, reference: str) -> None:
    """Pull one image, with docker's own progress on a terminal and a line every 30 s elsewhere."""
    engine, output = store.engine, store.output
    words = (*engine.words, *pull_words(store, reference))
    if _has_terminal():
        answer = show(words, engine.environ, has_errors=not engine.daemon.profile.pull_talks_on_stderr)
    else:
        output.progress(f'pulling {reference}', last=True)
        answer = ask_patiently(
            words, engine.environ, lambda seconds: output.progress(f'still pulling {reference}, {seconds:.0f} s'),
        )
    if answer.code != 0:
        raise _failure(store, reference, answer.err.strip())


def _failure(store: Store, reference: str, text: str) -> EngineError:
    """The error for a pull that failed, from what the engine said."""
    engine, text = store.engine, text[-pulls.LONGEST:]
    path, configuration = logins(engine.words, engine.environ)
    helper, member = missing_helper(registry_of(reference) or DOCKERS_OWN, configuration, engine.environ)
    kind = pulls.trouble(text)
    kind = 'helper' if helper and kind == 'login' else kind
    machines = pulls.machines(_manifest(store, reference)) if kind == 'machine' else ()
    wanted = Wanted(reference, engine.words, engine.environ, machines, helper, f'{member} of {path}')
    why, advice = pulls.explained(kind, wanted, text)
    if kind == 'network':
        advice = WITHOUT_NETWORK
    elif not advice and kind not in pulls.LASTING:
        advice = AGAIN
    lines = [*text[-300:].splitlines(), *([why] if why else [])]
    return EngineError(f'{reference} could not be pulled', *lines, advice=advice)
