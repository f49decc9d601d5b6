"""The verbs beside running a task, each with the options of its own that follow its name."""
from __future__ import annotations

import argparse

from ..errors import UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import NoReturn

    from ..cli import Values
    from ..output import Output


class Parser(argparse.ArgumentParser):
    """argparse with our errors."""

    def error(self, message: str) -> NoReturn:
        raise UsageError(message, advice=f'{self.prog} --help')


def parser() -> Parser:
    """All verbs and their options."""
    top = Parser(prog='tao', add_help=False, allow_abbrev=False)
    verbs = top.add_subparsers(dest='verb', parser_class=Parser)

    def add(name: str, help: str, dry_run: bool = True) -> Parser:
        added: Parser = verbs.add_parser(name, help=help, description=help, allow_abbrev=False)
        if dry_run:
            added.add_argument('--dry-run', '--dry_run', action='store_true', help="print the engine's command instead")
        return added

    list_ = add('list', 'list your jobs')
    list_.add_argument('-a', '--all', action='store_true', help='ended jobs too')
    list_.add_argument('--all-users', action='store_true', help="everybody's jobs")
    list_.add_argument('--format', choices=('table', 'json', 'ids'), default='table', help='how they are printed')
    stop = add('stop', 'stop jobs')
    stop.add_argument('jobs', nargs='*', metavar='JOB', help='an id, its start, a name, or a task such as dino/train')
    stop.add_argument('--container_id', '--container-id', nargs='+', default=[], metavar='ID', help='jobs by id')
    stop.add_argument('--all', action='store_true', help='all your jobs')
    stop.add_argument('--all-users', action='store_true', help="other users' jobs too")
    stop.add_argument('--yes', action='store_true', help='do not ask')
    stop.add_argument('--time', type=int, default=30, metavar='SECONDS', help='until a job is killed (default: 30)')
    logs = add('logs', 'show what a job has written')
    logs.add_argument('job', metavar='JOB')
    logs.add_argument('-f', '--follow', action='store_true', help='go on until the job ends')
    logs.add_argument('--tail', default='', metavar='N', help='only the last N lines')
    add('attach', 'come back to a job; leaving it never ends it').add_argument('job', metavar='JOB')
    add('wait', "wait for jobs, exit with the first code that is not 0").add_argument('jobs', nargs='+', metavar='JOB')
    exec_ = add('exec', "run a command, or a shell, in a job's container")
    exec_.add_argument('job', metavar='JOB')
    exec_.add_argument('command', nargs=argparse.REMAINDER, metavar='COMMAND')
    add('clean', 'remove your ended jobs')
    info = add('info', 'the releases, their tasks and images', dry_run=False)
    info.add_argument('task', nargs='?', default='', metavar='TASK', help='where this task is found')
    info.add_argument('--verbose', action='store_true', help='with every image and task')
    info.add_argument('--releases', action='store_true', help='all releases')
    info.add_argument('--format', choices=('table', 'json'), default='table', help='how it is printed')
    images = add('images', 'the images that tasks need', dry_run=False)
    images.add_argument('tasks', nargs='*', metavar='TASK', help='TASK or GROUP/TASK (default: the whole catalogue)')
    images.add_argument('--format', choices=('table', 'json'), default='table', help='how they are printed')
    pull = add('pull', 'fetch the images that tasks need')
    pull.add_argument('tasks', nargs='*', metavar='TASK', help='TASK or GROUP/TASK')
    pull.add_argument('--all', action='store_true', help='every image of a release (default: the newest)')
    pull.add_argument('--yes', action='store_true', help='do not ask')
    bundle = add('bundle', 'carry images to a host without a network', dry_run=False)
    steps = bundle.add_subparsers(dest='step', required=True, parser_class=Parser)
    for step, text in (('save', 'write a bundle'), ('verify', 'check a bundle'), ('load', 'load a bundle')):
        one = steps.add_parser(step, help=text, description=text, allow_abbrev=False)
        one.add_argument('folder', metavar='DIR', help='the bundle')
        if step == 'save':
            one.add_argument('tasks', nargs='+', metavar='TASK', help='TASK or GROUP/TASK')
    for one in (images, pull, steps.choices['save']):
        one.add_argument('--release', default='', metavar='X.Y.Z', help='the images of this release')
        one.add_argument('--registry', default='', metavar='HOST[/PREFIX]', help='from this registry')
    doctor = add('doctor', 'check this machine', dry_run=False)
    doctor.add_argument('--format', choices=('table', 'json'), default='table', help='how the findings are printed')
    doctor.add_argument('--dev', action='store_true', help='check the developer runners too')
    doctor.add_argument('--gpu-test', action='store_true', help='run nvidia-smi in a TAO container at the end')
    config = add('config', 'look into the settings', dry_run=False)
    actions = config.add_subparsers(dest='action', required=True, parser_class=Parser)
    path = actions.add_parser('path', help='translate paths between host and container', allow_abbrev=False)
    path.add_argument('paths', nargs='+', metavar='PATH', help='a path on the host or in the container')
    return top


def verb(words: list[str], options: Values, environ: Mapping[str, str], output: Output) -> int:
    """Run the verb in `words`. Returns its exit code; raises Fatal."""
    given = parser().parse_args(words)
    if given.verb == 'doctor':
        from .doctor import doctor

        return doctor(
            options, environ, as_json=given.format == 'json', dev=given.dev, gpu_test=given.gpu_test, output=output,
        )
    if given.verb == 'config':
        from .config_path import config_path

        return config_path(given.paths, options, environ, output)
    if given.verb == 'info':
        from .info import info

        return info(given.task, given.verbose, given.releases, given.format == 'json', environ, output)
    if given.verb in ('images', 'pull', 'bundle'):
        from .store import store

        return store(given, options, environ, output)
    given.dry_run = given.dry_run or bool(options.get('dry_run') or environ.get('TAO_DRY_RUN'))
    return _of_jobs(given, options, environ, output)


def _of_jobs(given: argparse.Namespace, options: Values, environ: Mapping[str, str], output: Output) -> int:
    from .engine import engine as find_engine

    engine, dry_run = find_engine(options, environ), given.dry_run
    if given.verb == 'list':
        from .list import list_

        return list_(engine, given.all, given.all_users, given.format, dry_run, output)
    if given.verb == 'stop':
        from .stop import stop

        wanted = [*given.jobs, *(i for word in given.container_id for i in word.split(',') if i)]
        return stop(engine, wanted, given.all, given.all_users, given.yes, given.time, dry_run, output)
    if given.verb == 'logs':
        from .logs import logs

        return logs(engine, given.job, given.follow, given.tail, dry_run, output)
    if given.verb == 'attach':
        from .attach import attach

        return attach(engine, given.job, dry_run, output)
    if given.verb == 'wait':
        from .wait import wait

        return wait(engine, given.jobs, dry_run, output)
    if given.verb == 'exec':
        from .exec import exec_

        return exec_(engine, given.job, given.command, bool(options.get('interactive')), dry_run, output)
    from .clean import clean

    return clean(engine, dry_run, output)
