"""tao history: what was launched, when, by which command, and how it ended."""
from __future__ import annotations

from ...base import machine
from ...base.errors import UsageError
from ...base.late import json
from ...base.local_time import parsed
from ...base.table import table
from ...settings.durations import duration
from ..jobs.asked import count
from . import show
from .entries import are_ours_alone, launches, named

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import Namespace

    from ...base.output import Output
    from ...settings.invocation import Invocation
    from ..help.verb_parser import Parser
    from .entries import PastLaunch

HELP = 'what was launched, and how it ended'


def add(parser: Parser) -> None:
    """Add what follows the verb's name."""
    parser.add_argument('launch', nargs='?', default='', metavar='LAUNCH', help='all of one: its id, or the start')
    parser.add_argument('-n', '--number', type=count, default=20, metavar='N', help='the last N (default: 20)')
    parser.add_argument('--failed', action='store_true', help='those that did not end with code 0')
    parser.add_argument('--task', default='', metavar='TASK', help='those of a task: dino, dino/train, model/dino')
    parser.add_argument('--since', default='', metavar='TIME', help='since 2026-01-31, "2026-01-31 10:20", or 12h')
    parser.add_argument('--all-users', '--all_users', action='store_true', help="everyone's, in a shared file")
    parser.add_argument('--format', choices=('table', 'json', 'shell'), default='table',
                        help="how it is printed; shell is the engine's command of one launch, to run it again")
    parser.add_argument('--pinned', action='store_true', help='with --format shell: the image by its digest')


def run(given: Namespace, invocation: Invocation) -> int:
    """Run the verb. Returns its exit code; raises Fatal."""
    if given.pinned and given.format != 'shell':
        raise UsageError('--pinned goes with --format shell only', advice='tao history LAUNCH --format shell --pinned')
    if given.format == 'shell' and not given.launch:
        raise UsageError('--format shell: the command of which launch?', advice='tao history LAUNCH --format shell')
    since = _since(given.since) if given.since else 0.0
    found = launches(invocation, all_users=given.all_users or bool(given.launch))
    if given.launch:
        return _one(named(found, given.launch), given.format, invocation, pinned=given.pinned)
    wanted = [
        each for each in found
        if each.started_at >= since and (each.has_failed or not given.failed)
        and (not given.task or each.is_of(given.task))
    ][:given.number]
    _print(wanted, given.format, invocation.output, all_users=given.all_users)
    return 0


def _since(text: str) -> float:
    at = parsed(text)
    if at is not None:
        return at
    try:
        return machine.now() - duration(text)
    except ValueError:
        raise UsageError(
            f'--since: "{text}": expected a date such as 2026-01-31 or "2026-01-31 10:20", or how long ago: 12h, 7d',
        ) from None


def _one(launch: PastLaunch, form: str, invocation: Invocation, *, pinned: bool) -> int:
    output = invocation.output
    if form == 'json':
        output.result(json.dumps(show.as_json(launch), indent=2) + '\n')
    elif form == 'table':
        output.result(show.details(launch))
    else:
        line, variables = show.shell(launch, pinned=pinned)
        output.say_exports([*launch.env])
        if not are_ours_alone(invocation):
            output.notice('others can write to the history: read the line before you run it')
        if pinned and not launch.digests:
            host = launch.host or 'its host'
            output.notice(f'no registry has a digest of this image: only {host} knows its id')
        if variables:
            output.notice(f'the line takes what was masked from {", ".join(variables)}: set them in the shell first')
        output.result(line)
    return 0


def _print(found: list[PastLaunch], form: str, output: Output, *, all_users: bool) -> None:
    if form == 'json':
        output.result(json.dumps([show.as_json(each) for each in found], indent=2) + '\n')
        return
    if not found:
        output.say('no launches')
        return
    colors = {show.result(each): 'RED' for each in found if each.has_failed}

    def paint(head: str, cell: str) -> str:
        return output.painted(cell, colors[cell]) if head == 'RESULT' and cell in colors else cell

    output.result(table(show.rows(found, all_users=all_users), machine.columns(), paint))
