"""What the verbs about images have in common: which images, which engine, a dry run or not."""
from __future__ import annotations

from ...base import host
from ...engine import profiles
from ...engine.profile import APPTAINER_KIND
from ...engine.references import REMEMBERED, remembered
from ...settings.alone import alone, dry_run_form, engine_words, registry_and_release
from ...settings.chosen_engine import engine as find_engine
from .store import Needed, Store, needed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import Namespace

    from ...base.output import Output
    from ...settings.invocation import Invocation
    from ...tasks.catalogue import Catalogue
    from ..help.verb_parser import Parser

# What to do after a pull that failed.
AGAIN = 'the same command again: what was fetched is kept'
WITHOUT_NETWORK = 'the same command again, or tao bundle load DIR where there is no network'


def add_source(parser: Parser) -> None:
    """Add the options that say which release's images, and from which registry."""
    parser.add_argument('--release', default='', metavar='X.Y.Z', help='the images of this release')
    parser.add_argument('--registry', default='', metavar='HOST[:PORT][/PREFIX]', help='from this registry')


def has_files(invocation: Invocation) -> bool:
    """Whether the images are files: those of Apptainer. Raises UsageError."""
    words = engine_words(invocation.options, invocation.environ)
    return profiles.profile(words).kind == APPTAINER_KIND


def made_store(given: Namespace, invocation: Invocation) -> Store:
    """The engine's images, with what a bundle brought. Raises UsageError."""
    options, environ, _, output = invocation
    asked = bool(given.dry_run or options.get('dry_run'))
    dry_run = asked or bool(dry_run_form(options, environ))
    if dry_run and not asked:
        output.say_dry_run()
    path = f'{invocation.here.home}/{REMEMBERED}'
    ids = remembered(host.json_file(path))
    return Store(
        find_engine(invocation), ids, dry_run, bool(options.get('no_check')), output, path,
        str(alone('platform', options, environ)),
    )


def wanted_images(given: Namespace, invocation: Invocation, *, all_of_a_release: bool = False) -> list[Needed]:
    """The images that the command line asks for. Raises UsageError."""
    return wanted(given, invocation, all_of_a_release=all_of_a_release)[0]


def wanted(
    given: Namespace, invocation: Invocation, *, all_of_a_release: bool = False,
) -> tuple[list[Needed], Catalogue]:
    """(the images that the command line asks for, the catalogue that has them). Raises UsageError."""
    from ...tasks.load import load_catalogue
    from ...tasks.newer import at_release

    own = {key: getattr(given, key) for key in ('registry', 'release') if getattr(given, key)}
    registry, release = registry_and_release({**invocation.options, **own}, invocation.environ)
    _say_registry(registry, invocation, is_own='registry' in own)
    known, notice = at_release(load_catalogue(invocation.here, invocation.output), release)
    if notice:
        invocation.output.notice(notice)
    if all_of_a_release:
        release = release or list(known.releases)[-1]
    found, notices = needed(known, given.tasks, release, registry)
    for notice in notices:
        invocation.output.notice(notice)
    return found, known


def _say_registry(registry: str, invocation: Invocation, *, is_own: bool) -> None:
    """Say that the engine takes the registry for none; `is_own`: it was named after the verb."""
    if not registry:
        return
    from ...settings.alone import source_of
    from ...settings.registries import no_registry

    options, environ, _, output = invocation
    source = '--registry' if is_own else source_of('registry', options, environ)
    for notice in no_registry(registry, source, profiles.profile(engine_words(options, environ))):
        output.notice(notice)


def agreed(output: Output) -> bool:
    """Whether a person at the terminal agrees that images are pulled."""
    from ...base.machine import agrees

    return agrees('Pull them? [y/N] ', output.ask)
