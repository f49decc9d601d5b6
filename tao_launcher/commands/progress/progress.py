"""tao progress: how far jobs are, by what they write into their results folders."""
from __future__ import annotations

import json

from ...base import machine, terminal
from ...base.errors import NothingMatched, UsageError
from ...base.suggest import did_you_mean, nearest
from ..help.verb_parser import add_dry_run
from .show import chosen, shown
from .sources import is_path, look, of_job, of_path
from .view import View

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Callable, Sequence

    from ...settings.invocation import Invocation
    from ..help.verb_parser import Parser
    from .sources import Reading, Subject

HELP = 'show how far jobs are, or what a results folder says'


def add(parser: Parser) -> None:
    """Add what follows the verb's name."""
    add_dry_run(parser, "print the engine's commands instead; a path is read all the same")
    parser.add_argument(
        'words', nargs='*', metavar='JOB|PATH',
        help="a job as for logs, or a results folder or status.json: what exists here, or begins with / . or ~ "
        '(without any: your running jobs)',
    )
    parser.add_argument(
        '--watch', action='store_true',
        help="redraw until it ends, with the job's exit code (a PATH: 1 for a failure); a line per epoch elsewhere",
    )
    parser.add_argument('--plot', metavar='NAME', help='draw one value over the width of the terminal')
    parser.add_argument('--format', choices=('table', 'json'), default='table', help='how it is printed')


def run(given: Namespace, invocation: Invocation) -> int:
    """Run the verb. Returns its exit code, negative for a signal that ended the watching; raises Fatal."""
    form, key = given.format, given.plot or ''
    if form == 'json' and (given.watch or key):
        raise UsageError(f'--format json and {"--watch" if given.watch else "--plot"} cannot be combined')
    words = [word for word in given.words if not is_path(word)]
    wait = None
    sources = list(map(of_path, filter(is_path, given.words)))
    if words or not given.words:
        found, wait = _jobs(words, given, invocation)
        if found is None:
            return 0
        sources = [*found, *sources]
    if not sources and form != 'json':
        invocation.output.say('no running jobs (tao progress PATH reads the results folder of an ended one)')
        return 0
    if given.watch:
        from .watch import Viewer, watch

        output, environ = invocation.output, invocation.environ
        return watch(Viewer(sources, output, environ, key), wait, output, environ)
    return _once(sources, form, key, invocation, strict=bool(given.words))


def _jobs(words: Sequence[str], given: Namespace, invocation: Invocation) -> tuple[
    list[Subject] | None, Callable[[Callable[[], None]], int] | None
]:
    """(the sources that the words mean, or all running jobs; what waits for these jobs). None for a dry run."""
    from ..jobs.asked import asked
    from ..jobs.find import jobs_of, list_words, named
    from ..jobs.wait import wait

    engine, dry_run = asked(given, invocation)
    output = invocation.output
    if dry_run:
        output.result(output.line((*engine.words, *list_words(engine, all_users=bool(words), ended=bool(words)))))
        output.notice('then: inspect of the ids that it prints, and their status.json is read')
        return None, None
    if words:
        jobs = named(engine, words, engine.owner, running=False)
    else:
        jobs = jobs_of(engine, all_users=False, ended=False)
    ids = [job.id for job in jobs]

    def waiting(tick: Callable[[], None]) -> int:
        return wait(engine, ids, invocation, dry_run=False, tick=tick)

    return [of_job(job, engine, invocation) for job in jobs], waiting if ids else None


def _once(sources: Sequence[Subject], form: str, key: str, invocation: Invocation, *, strict: bool) -> int:
    """Show it once. What was named and cannot be shown is an error: the code of the first."""
    output, now = invocation.output, machine.now()
    found = list(map(look, sources))
    errors = [each.error for each in found if each.error and (strict or not isinstance(each.error, NothingMatched))]
    if form == 'json':
        from .as_json import as_json

        output.result(json.dumps([as_json(each, now) for each in found], indent=2) + '\n')
    else:
        if key:
            _check(found, key)
        width = machine.columns()
        blocks = terminal.has_blocks(invocation.environ)
        view = View(width or terminal.WIDTH, blocks, output.painted, now, is_terminal=width > 0)
        parts = [shown(each, view, key) for each in found if each.seen or each.error not in errors]
        output.result('\n\n'.join('\n'.join(lines) for lines in parts) + '\n' * bool(parts))
    for error in errors:
        output.error(error)
    return errors[0].code if errors else 0


def _check(found: Sequence[Reading], key: str) -> None:
    """Raises UsageError when no source has the value that is to be drawn."""
    kpis = [kpi for each in found if each.seen for kpi in each.seen.status.kpis]
    if any(chosen(each.seen.status.kpis, key) for each in found if each.seen) or not any(each.seen for each in found):
        return
    names = sorted({kpi.name for kpi in kpis})
    raise UsageError(
        f'--plot {key}: no value of that name', *filter(None, [did_you_mean(nearest(key, names))]),
        f'there are: {", ".join(names)}' if names else 'no values were reported yet',
    )
