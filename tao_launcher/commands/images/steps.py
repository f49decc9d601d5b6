"""tao bundle: carry images to a host without a network; its steps, each with the options of its own."""
from __future__ import annotations

from ...base import host
from ...base.errors import CheckFailed
from ...base.shell import quote
from ...engine import signals
from ...engine.profiles import tao
from ..help.verb_parser import Parser, add_dry_run
from .asked import add_source, has_files, made_store, wanted
from .bundle import IMAGES, SUMS, read_sums
from .bundle_files import sums
from .sif_bundle import has_files as has_sif
from .sif_store import SifStore, sif_store
from .store import Store

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import Namespace

    from ...settings.invocation import Invocation

HELP = 'carry images to a host without a network'
STEPS = (
    ('save', 'write the images of tasks, and the launcher, into a folder'),
    ('verify', 'check that a bundle is intact'),
    ('load', 'load the images of a bundle, once it verifies'),
)


def add(parser: Parser) -> None:
    """Add what follows the verb's name."""
    steps = parser.add_subparsers(dest='step', required=True, parser_class=Parser)
    for step, text in STEPS:
        one = steps.add_parser(step, help=text, description=text, allow_abbrev=False)
        what = 'a folder of its own' if step == 'save' else 'the bundle'
        one.add_argument('folder', metavar='DIR', help=what)
        if step == 'verify':
            add_dry_run(one, 'accepted for symmetry: verify never contacts the engine')
        else:
            add_dry_run(one)
        if step == 'save':
            one.add_argument('tasks', nargs='+', metavar='TASK', help='TASK or GROUP/TASK')
            add_source(one)
            one.add_argument('--sign', default='', metavar='KEY', help='sign SHA256SUMS with this key of ssh-keygen\'s')
        else:
            one.add_argument(
                '--signers', default='', metavar='FILE',
                help='check who signed it: ALLOWED SIGNERS of ssh-keygen, for the namespace tao-bundle',
            )


def run(given: Namespace, invocation: Invocation) -> int:
    """Run a step. Returns its exit code; raises Fatal."""
    with signals.Unwinding():
        if given.step == 'verify':
            return _verify(given, invocation)
        if given.step == 'load':
            return _load(given, invocation)
        return _save(given, invocation)


def _verify(given: Namespace, invocation: Invocation) -> int:
    if _is_of_files(given.folder):
        from . import sif_verify

        return sif_verify.verify(given.folder, invocation.output, given.signers)
    from .bundle_verify import verify

    return verify(given.folder, invocation.output, given.signers)


def _save(given: Namespace, invocation: Invocation) -> int:
    from .carried import carried
    from .pyz import program

    store = sif_store(given, invocation) if has_files(invocation) else made_store(given, invocation)
    images, known = wanted(given, invocation)
    releases = carried(known, images)
    if isinstance(store, Store):
        from .bundle_save import save

        return save(given.folder, images, program, store, given.sign, releases)
    from . import sif_save

    return sif_save.save(given.folder, images, program, store, given.sign, releases)


def _load(given: Namespace, invocation: Invocation) -> int:
    from ...launch.history import Ended, Recorder, Started
    from . import bundle_load, sif_load

    folder, here = given.folder, invocation.here
    store = sif_store(given, invocation) if has_files(invocation) else made_store(given, invocation)
    _check_kind(folder, store)

    def load() -> dict[str, str]:
        if isinstance(store, Store):
            return bundle_load.load(folder, store, given.signers, here)
        return sif_load.load(folder, store, given.signers, here)

    if store.dry_run:
        load()
        return 0
    words = store.engine.words if isinstance(store, Store) else store.words
    argv = (*words, 'load') if isinstance(store, Store) else ('cp', '--', folder, store.folder)
    recorder = Recorder(Started('bundle/load', argv, words), invocation)
    with recorder:
        found = load()
    recorder.end(Ended('job', 0, images=found))
    return 0


def _check_kind(folder: str, store: Store | SifStore) -> None:
    """Raise CheckFailed for a bundle of images that this engine does not take."""
    if not _is_of_files(folder) and isinstance(store, SifStore) and host.is_file(f'{folder}/{IMAGES}'):
        raise CheckFailed(
            f'{folder}: holds images as docker and podman load them, not as {store.words[-1]} runs them',
            advice=f'save it anew where there is a network: {tao(store.words)} bundle save DIR TASK…',
        )
    if _is_of_files(folder) and isinstance(store, Store):
        raise CheckFailed(
            f'{folder}: holds images as Apptainer runs them, not as {store.engine.daemon.profile.name} loads them',
            advice=f'tao --engine apptainer bundle load {quote(folder)}',
        )


def _is_of_files(folder: str) -> bool:
    """Whether a bundle holds files of Apptainer's."""
    return host.is_file(f'{folder}/{SUMS}') and has_sif(read_sums(sums(folder)[0].decode('utf-8', 'replace')))
