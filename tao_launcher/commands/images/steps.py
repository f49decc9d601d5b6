"""tao bundle: carry images to a host without a network; its steps, each with the options of its own."""
from __future__ import annotations

from ...engine import signals
from ..help.verb_parser import Parser, add_dry_run
from .asked import add_source, made_store, wanted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import Namespace

    from ...settings.invocation import Invocation
    from .store import Store

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
        one.add_argument('folder', metavar='DIR', help='a folder of its own' if step == 'save' else 'the bundle')
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
            from .bundle_verify import verify

            return verify(given.folder, invocation.output, given.signers)
        store = made_store(given, invocation)
        if given.step == 'load':
            return _load(given, store, invocation)
        from .bundle_save import save
        from .carried import carried
        from .pyz import program

        images, known = wanted(given, invocation)
        return save(given.folder, images, program, store, given.sign, carried(known, images))


def _load(given: Namespace, store: Store, invocation: Invocation) -> int:
    from ...launch.history import Ended, Recorder, Started
    from .bundle_load import load

    if store.dry_run:
        load(given.folder, store, given.signers, invocation.here)
        return 0
    words = store.engine.words
    recorder = Recorder(Started('bundle/load', (*words, 'load'), words), invocation)
    with recorder:
        found = load(given.folder, store, given.signers, invocation.here)
    recorder.end(Ended('job', 0, images=found))
    return 0
