"""The verbs beside running a task, each with the options of its own that follow its name."""
from __future__ import annotations

from ..base.errors import UsageError
from ..settings.options import OPTIONS
from ..settings.programs import KUBERNETES, SLURM
from .completion.scripts import SHELLS
from .config import verbs as config_verbs
from .help.verb_parser import HelpAsked, Parser
from .jobs import verbs as job_verbs
from .submit.arguments import add_submit

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NoReturn

    from ..settings.invocation import Invocation


def parser() -> Parser:
    """All verbs and their options."""
    top = Parser(prog='tao', add_help=False, allow_abbrev=False)
    verbs = top.add_subparsers(dest='verb', parser_class=Parser)

    def add(name: str, help: str, *, dry_run: bool = True) -> Parser:
        added: Parser = verbs.add_parser(name, help=help, description=help, allow_abbrev=False)
        if dry_run:
            added.add_argument('--dry-run', '--dry_run', action='store_true', help="print the engine's command instead")
        return added

    job_verbs.add(add)
    info = add('info', 'the releases, their tasks and images', dry_run=False)
    info.add_argument('task', nargs='?', default='', metavar='TASK', help='where TASK or GROUP/TASK is found')
    info.add_argument('--verbose', action='store_true', help='with every image and task')
    info.add_argument('--releases', action='store_true', help='all releases')
    info.add_argument('--format', choices=('table', 'json'), default='table', help='how it is printed')
    images = add('images', 'the images that tasks need, and which are here')
    images.add_argument('tasks', nargs='*', metavar='TASK', help='TASK or GROUP/TASK (default: the whole catalogue)')
    images.add_argument('--format', choices=('table', 'json'), default='table', help='how they are printed')
    pull = add('pull', 'fetch the images that tasks need')
    pull.add_argument('tasks', nargs='*', metavar='TASK', help='TASK or GROUP/TASK')
    pull.add_argument('--all', action='store_true', help='every image of a release (default: the newest)')
    pull.add_argument('--yes', action='store_true', help='do not ask')
    bundle = add('bundle', 'carry images to a host without a network', dry_run=False)
    steps = bundle.add_subparsers(dest='step', required=True, parser_class=Parser)
    for step, text in (
        ('save', 'write the images of tasks, and the launcher, into a folder'),
        ('verify', 'check that a bundle is whole'),
        ('load', 'load the images of a bundle, once it verifies'),
    ):
        one = steps.add_parser(step, help=text, description=text, allow_abbrev=False)
        one.add_argument('folder', metavar='DIR', help='a folder of its own' if step == 'save' else 'the bundle')
        one.add_argument(
            '--dry-run', '--dry_run', action='store_true',
            help='the same, as no engine is asked' if step == 'verify' else "print the engine's command instead",
        )
        if step == 'save':
            one.add_argument('tasks', nargs='+', metavar='TASK', help='TASK or GROUP/TASK')
    for one in (images, pull, steps.choices['save']):
        one.add_argument('--release', default='', metavar='X.Y.Z', help='the images of this release')
        one.add_argument('--registry', default='', metavar='HOST[:PORT][/PREFIX]', help='from this registry')
    doctor = add('doctor', 'check this machine', dry_run=False)
    doctor.add_argument('--format', choices=('table', 'json'), default='table', help='how the findings are printed')
    doctor.add_argument('--dev', action='store_true', help='check the developer runners too')
    doctor.add_argument('--gpu-test', action='store_true', help='run nvidia-smi in a TAO container at the end')
    config_verbs.add(add)
    add_submit(add('submit', 'run a task on a cluster', dry_run=False))
    shell = add('completion', 'what a shell needs to complete command lines', dry_run=False)
    shell.add_argument('shell', nargs='?', choices=SHELLS, metavar='SHELL',
                       help='bash, zsh or fish (default: the one this is called from)')
    shell.add_argument('--install', action='store_true', help='put it where the shell looks for it')
    return top


def verb(words: list[str], invocation: Invocation) -> int:
    """Run the verb in `words`. Returns its exit code; raises Fatal."""
    if ' '.join(words[:2]) in (SLURM, KUBERNETES) and words[2:3] not in (['-h'], ['--help']):
        from .submit.submit import submit

        return submit(' '.join(words[:2]), words[2:], invocation)
    words, command = job_verbs.split(words) if words[0] == 'exec' else (words, [])
    try:
        given, unknown = parser().parse_known_args(words)
    except HelpAsked as e:
        invocation.output.result(str(e))
        return 0
    if unknown:
        step = getattr(given, 'action', '') or getattr(given, 'step', '')
        _refuse(unknown[0], f'{given.verb} {step}'.rstrip())
    options, environ = invocation.options, invocation.environ
    if options.get('explain'):
        raise UsageError(f'--explain explains a launch, and {given.verb} is none', advice='tao --explain TASK …')
    given.command = command
    if given.verb == 'doctor':
        from .doctor.doctor import doctor

        return doctor(invocation, as_json=given.format == 'json', dev=given.dev, gpu_test=given.gpu_test)
    if given.verb == 'config':
        return config_verbs.run(given, invocation)
    if given.verb == 'completion':
        from ..settings.settings import dry_run_form
        from .completion.completion import completion

        return completion(
            given.shell or '', invocation, install=given.install, dry_run=bool(dry_run_form(options, environ)),
        )
    if given.verb == 'info':
        from .info import info

        release = str(options.get('release') or environ.get('TAO_RELEASE') or '')
        return info(
            given.task, release, invocation.here, invocation.output, verbose=given.verbose, releases=given.releases,
            as_json=given.format == 'json',
        )
    if given.verb in ('images', 'pull', 'bundle'):
        from .images.verbs import store

        return store(given, invocation)
    return job_verbs.run(given, invocation)


def _refuse(word: str, verb: str) -> NoReturn:
    name = word.partition('=')[0].replace('_', '-')
    for option in OPTIONS:
        if name in (option.name.replace('_', '-'), option.short or None):
            raise UsageError(
                f'{word} is an option of the launcher and stands before {verb}',
                advice=f'tao {option.example} {verb} …',
            )
    raise UsageError(f'{verb}: unexpected "{word}"', advice=f'tao {verb} --help')
