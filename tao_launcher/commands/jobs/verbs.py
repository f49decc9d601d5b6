"""The verbs that look after jobs, each with the options of its own."""
from __future__ import annotations

import argparse

from ...base.errors import UsageError
from ...settings.chosen_engine import engine as find_engine
from ...settings.settings import dry_run_form

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from ...base.output import Output
    from ...engine.client import Engine
    from ...settings.invocation import Invocation
    from ...settings.option import Values
    from ..help.verb_parser import Parser

JOB = 'an id, its start, a name, or a task such as dino/train'


def add(verb: Callable[[str, str], Parser]) -> None:
    """Add the verbs; `verb` makes a parser for a name and its help."""
    list_ = verb('list', 'list your jobs')
    list_.add_argument('-a', '--all', action='store_true', help='ended jobs too')
    list_.add_argument('--all-users', '--all_users', action='store_true', help="everybody's jobs")
    list_.add_argument('--format', choices=('table', 'json', 'ids'), default='table', help='how they are printed')
    stop = verb('stop', 'stop jobs')
    stop.add_argument('jobs', nargs='*', metavar='JOB', help=JOB)
    stop.add_argument(
        '--container_id', '--container-id', nargs='+', action='extend', default=[], metavar='ID', help='jobs by id',
    )
    stop.add_argument('--all', action='store_true', help='all your jobs')
    stop.add_argument('--all-users', '--all_users', action='store_true', help="other users' jobs too")
    stop.add_argument('--yes', action='store_true', help='do not ask')
    stop.add_argument(
        '--time', type=_count, default=30, metavar='SECONDS', help='until a job is killed (default: 30)',
    )
    logs = verb('logs', 'show what a job has written')
    logs.add_argument('job', metavar='JOB', help=JOB)
    logs.add_argument('-f', '--follow', action='store_true', help='go on until the job ends')
    logs.add_argument('--tail', type=_tail, metavar='N', help='only the last N lines')
    verb('attach', 'come back to a job; leaving it never ends it').add_argument('job', metavar='JOB', help=JOB)
    wait = verb('wait', 'wait for jobs, exit with the first code that is not 0')
    wait.add_argument('jobs', nargs='+', metavar='JOB', help=JOB)
    exec_ = verb('exec', "run a command, or a shell, in a job's container")
    exec_.add_argument('job', metavar='JOB', help=JOB)
    exec_.add_argument('command', nargs='*', default=[], metavar='COMMAND', help='with its words (default: a shell)')
    verb('clean', 'remove your ended jobs')


def _count(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise argparse.ArgumentTypeError(f'"{text}": expected a whole number')
    return int(text)


def _tail(text: str) -> str:
    return text if text == 'all' else str(_count(text))


def split(words: list[str]) -> tuple[list[str], list[str]]:
    """(the words up to JOB, the command behind it) of exec: argparse would not leave a command as it is."""
    for i, word in enumerate(words):
        if i and (not word.startswith('-') or word == '--'):
            end = i + (2 if word == '--' else 1)
            return words[:end], words[end:]
    return words, []


def run(given: argparse.Namespace, invocation: Invocation) -> int:
    """Run a verb. Returns its exit code; raises Fatal."""
    if given.verb == 'exec':
        _look_at(given)
    options, environ = invocation.options, invocation.environ
    if not (given.dry_run or options.get('dry_run')) and dry_run_form(options, environ):
        invocation.output.say_dry_run()
    given.dry_run = bool(given.dry_run or dry_run_form(options, environ))
    return _run(given, find_engine(invocation), options, invocation.output)


def _look_at(given: argparse.Namespace) -> None:
    """What follows exec's JOB is the command, untouched; but a dry run must never turn into a run."""
    if given.command[:1] in (['--dry-run'], ['--dry_run']):
        given.dry_run = bool(given.command.pop(0))
    if given.command[:1] == ['--']:
        del given.command[0]
    elif given.command and given.command[0].startswith('-'):
        raise UsageError(f'exec: {given.command[0]} is no command', advice='tao exec --help; options stand before JOB')


def _run(given: argparse.Namespace, engine: Engine, options: Values, output: Output) -> int:
    if given.verb == 'list':
        from .list import list_

        return list_(engine, given.format, output, ended=given.all, all_users=given.all_users, dry_run=given.dry_run)
    if given.verb == 'stop':
        from .stop import stop

        wanted = [i for word in (*given.jobs, *given.container_id) for i in word.split(',') if i or not word]
        return stop(
            engine, wanted, given.time, output, all_jobs=given.all, all_users=given.all_users, yes=given.yes,
            dry_run=given.dry_run,
        )
    if given.verb == 'logs':
        from .logs import logs

        return logs(engine, given.job, given.tail or '', output, follow=given.follow, dry_run=given.dry_run)
    if given.verb == 'attach':
        from .attach import attach

        return attach(engine, given.job, output, dry_run=given.dry_run)
    if given.verb == 'wait':
        from .wait import wait

        return wait(engine, given.jobs, output, dry_run=given.dry_run)
    if given.verb == 'exec':
        from .exec import exec_

        return exec_(engine, given.job, given.command, options, output, dry_run=given.dry_run)
    from .clean import clean

    return clean(engine, output, dry_run=given.dry_run)
