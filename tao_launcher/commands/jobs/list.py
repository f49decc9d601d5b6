"""tao list: the caller's jobs, and how far they are."""
from __future__ import annotations

from ...base import machine
from ...base.late import json
from ...base.masking import masked_words
from ...base.shell import join
from ...base.times import ago
from ...engine.client import Engine, owner_name
from ..help.verb_parser import add_dry_run
from .asked import asked
from .find import ids_of, jobs_of, list_words
from .job import Job, as_json, release

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Mapping, Sequence

    from ...settings.invocation import Invocation
    from ..help.verb_parser import Parser
    from .results import Told

HELP = 'list your jobs, and how far they are'


def add(parser: Parser) -> None:
    """Add what follows the verb's name."""
    add_dry_run(parser)
    parser.add_argument('-a', '--all', action='store_true', help='ended jobs too')
    parser.add_argument('--all-users', '--all_users', action='store_true', help="everyone's jobs")
    parser.add_argument('--format', choices=('table', 'json', 'ids'), default='table', help='how they are printed')


def run(given: Namespace, invocation: Invocation) -> int:
    """Run the verb. Returns its exit code; raises Fatal."""
    engine, dry_run = asked(given, invocation)
    return list_(
        engine, given.format, invocation, ended=given.all, all_users=given.all_users, dry_run=dry_run,
    )


def list_(engine: Engine, form: str, invocation: Invocation, *, ended: bool, all_users: bool, dry_run: bool) -> int:
    """Print the jobs as a table, as JSON, or their ids. Returns 0, also when there are none."""
    output = invocation.output
    if dry_run:
        output.result(output.line((*engine.words, *list_words(engine, all_users=all_users, ended=ended))))
        if form != 'ids':
            output.notice(f'then: {join(engine.words)} inspect --type container, with the ids that it prints')
        return 0
    ids: Sequence[str] = ()
    found: Sequence[Job] = ()
    if form == 'ids':  # the list itself tells them
        ids = ids_of(engine, all_users=all_users, ended=ended)
    else:
        found = jobs_of(engine, all_users=all_users, ended=ended, meanwhile=_load)
    if ids:
        output.result(''.join(f'{id}\n' for id in ids))
    elif form == 'json':
        output.result(_json(found, engine, invocation))
    elif not found:
        output.say('no jobs' if ended else 'no jobs (tao list -a shows ended ones)')
    else:
        _print(found, engine, invocation, all_users=all_users)
    return 0


def _load() -> None:
    """Load what shows jobs, and what reads status files, which takes its time."""
    from ...base import table
    from . import results

    assert table and results


def _json(found: Sequence[Job], engine: Engine, invocation: Invocation) -> str:
    told = _told(found, engine, invocation)
    from .reason import reason

    now = machine.now()
    return json.dumps([{
        **as_json(job), 'progress': told[job.id].as_json(now),
        'failure': told[job.id].failure or reason(job, engine.words)[0] or None,
    } for job in found], indent=2) + '\n'


def _print(found: Sequence[Job], engine: Engine, invocation: Invocation, *, all_users: bool) -> None:
    """The table, and after it what ended jobs say of their end."""
    output = invocation.output
    told = _told(found, engine, invocation)
    colors = {_state(job): _color(job) for job in found}

    def paint(head: str, cell: str) -> str:
        return output.painted(cell, colors[cell]) if head == 'STATE' and colors.get(cell) else cell

    from ...base.table import table

    output.result(table(_rows(found, told, all_users=all_users), machine.columns(), paint))
    failed = [job for job in found if job.has_ended and job.exit_code or job.error]
    if failed:
        from .says import say

        say(failed, told, engine, output)


def _told(found: Sequence[Job], engine: Engine, invocation: Invocation) -> Mapping[str, Told]:
    """What the jobs tell of themselves, by their ids."""
    if not found:
        return {}
    from .results import ours, told

    return told(found, ours(engine, invocation))


def _state(job: Job) -> str:
    return f'{job.state} ({job.exit_code})' if job.has_ended else job.state


def _since(job: Job) -> str:
    """When it came into its state, or nearly so."""
    return job.finished if job.has_ended else job.created if job.is_unstarted else job.started


def _color(job: Job) -> str:
    """The colour of a job's state; '' for a job that ended well."""
    if job.state == 'exited' and job.exit_code == 0:
        return ''
    return {'running': 'GREEN', 'paused': 'YELLOW', 'created': 'YELLOW'}.get(job.state, 'RED')


def _rows(found: Sequence[Job], told: Mapping[str, Told], *, all_users: bool) -> list[tuple[str, ...]]:
    now = machine.now()
    head = ('ID', *(['USER'] if all_users else []), 'TASK', 'STATE', 'SINCE', 'PROGRESS', 'GPUS', 'RELEASE', 'COMMAND')
    return [head] + [
        (
            job.id[:12], *([owner_name(job.owner)] if all_users else []), job.task,
            _state(job),
            ago(_since(job), now), told[job.id].brief(now) or '-',
            job.gpus, release(job.image),
            ' '.join(masked_words(job.command)),
        )
        for job in found
    ]
