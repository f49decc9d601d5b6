"""tao doctor: is this machine ready, and if not, what is the one command that helps."""
from __future__ import annotations

import json

from ...launch.plan import Target
from ...launch.prepare import prepare
from ...tasks import catalogue
from . import checks
from .gather import gather
from .next_step import next_step
from .report import has_failed, table

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import Namespace

    from ...settings.invocation import Invocation
    from ...tasks.catalogue import Catalogue
    from ..help.verb_parser import Parser

HELP = 'check this machine'


def add(parser: Parser) -> None:
    """Add what follows the verb's name."""
    parser.add_argument('--format', choices=('table', 'json'), default='table', help='how the findings are printed')
    parser.add_argument('--all', action='store_true', help='list what is fine too')
    parser.add_argument('--dev', action='store_true', help='check the developer runners too')
    parser.add_argument('--gpu-test', action='store_true', help='run nvidia-smi in a TAO container at the end')


def run(given: Namespace, invocation: Invocation) -> int:
    """Run the verb. Returns its exit code; raises Fatal."""
    every = given.all or invocation.output.is_verbose
    return doctor(invocation, as_json=given.format == 'json', every=every, dev=given.dev, gpu_test=given.gpu_test)


def doctor(invocation: Invocation, *, as_json: bool, every: bool, dev: bool, gpu_test: bool) -> int:
    """Print what was found, as a table or JSON. Returns 1 if something that a launch needs is missing.

    A table has what is wrong, and with `every` also what is fine.

    Nothing is changed, and no container is started but with `gpu_test`.
    """
    output = invocation.output
    gathered = gather(invocation)
    findings = checks.run(gathered)
    if dev:
        from .checkouts import findings as of_checkouts

        findings += of_checkouts(gathered.settings.engine, invocation.environ, invocation.here)
    if as_json:
        output.result(json.dumps([f._asdict() for f in findings], indent=2) + '\n')
    else:
        after = '' if gpu_test else next_step(findings, gathered.facts, invocation)
        output.result(table(findings, output, every=every, next_step=after))
    if has_failed(findings):
        return 1
    return _gpu_test(invocation) if gpu_test else 0


def _gpu_test(invocation: Invocation) -> int:
    """Run nvidia-smi in the newest image, which has to be here; its exit code."""
    from ...launch.launch import launch
    from ...tasks.load import load_catalogue

    known: Catalogue = load_catalogue(invocation.here, invocation.output)
    image = catalogue.find(known, 'model', 'dino', '', '').image
    target = Target('doctor/gpu-test', image, ('nvidia-smi', '-L'))
    invocation = invocation._replace(options={**invocation.options, 'pull': 'never'})
    plan, _ = prepare(invocation, {}, lambda settings: target)
    return launch(plan, '', invocation)
