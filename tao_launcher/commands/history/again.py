"""tao again: a launch of the history once more, by the same words, with the files of today."""
from __future__ import annotations

from ...base import host, machine
from ...base.errors import CheckFailed, UsageError
from ...base.shell import quote
from ...launch.history import VARIABLES
from ...settings.invocation import Instead
from ...settings.options import BY_KEY
from ...settings.programs import RUNNER_VERBS, RUNNERS, TAO
from ..help.verb_parser import add_dry_run
from .entries import are_ours_alone, launches, named
from .masked import check, restored

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import Namespace
    from typing import NoReturn

    from ...base.output import Output
    from ...settings.invocation import Invocation
    from ...settings.option import Values
    from ..help.verb_parser import Parser
    from .entries import PastLaunch

HELP = 'run a launch of the history again'
PASSED_ON = ('quiet', 'verbose', 'color', 'dry_run')  # of the launcher's options; the others are those of that time


def add(parser: Parser) -> None:
    """Add what follows the verb's name."""
    parser.usage = 'tao again [-h] [--dry-run] LAUNCH [-- WORD...]'
    parser.add_argument('launch', metavar='LAUNCH', help='its id in tao history, or the start of it')
    add_dry_run(parser, 'print what would be run instead')
    parser.epilog = 'The words after -- are added to the original ones.'


def split(words: list[str]) -> tuple[list[str], list[str]]:
    """(the verb's own words, those after the first "--")."""
    at = words.index('--') if '--' in words else len(words)
    return words[:at], words[at + 1:]


def run(given: Namespace, invocation: Invocation) -> NoReturn:
    """Raise Instead with the command line; Fatal where it cannot be had, or may not be run."""
    options = invocation.options
    other = [BY_KEY[key].name for key in options if key in BY_KEY and key not in PASSED_ON]
    if other:
        raise keeps_its_options(*other)
    launch = named(launches(invocation, all_users=True), given.launch)
    _check(launch, invocation)
    check(given.command)
    words = restored(launch, given.command, invocation.environ)
    if launch.program in RUNNERS and given.command and '--' not in words and not {*words} & {*RUNNER_VERBS}:
        words.append('--')  # it was a shell
    folder = _folder(launch, invocation)
    raise Instead(
        launch.program, [*_passed_on(options, dry_run=given.dry_run), *words, *given.command], folder,
        _environ(launch, folder, invocation),
    )


def keeps_its_options(*names: str) -> UsageError:
    """The error for these of the launcher's options."""
    return UsageError(
        f'{", ".join(names)}: a repeated launch keeps its original options',
        advice='tao history LAUNCH shows its command, to be given with others',
    )


def _check(launch: PastLaunch, invocation: Invocation) -> None:
    """Raise CheckFailed for a launch that is not the caller's, beyond doubt, or is not whole."""
    if launch.uid != invocation.here.uid:
        raise CheckFailed(
            f"launch {launch.id} is another user's", 'their words are not run for you',
            advice=_to_read(launch),
        )
    if not are_ours_alone(invocation):
        raise CheckFailed(
            f'others can write to the history: the words of launch {launch.id} may be theirs',
            advice=_to_read(launch),
        )
    if launch.program not in (*TAO, *RUNNERS) or 'words' in launch.cut:
        raise CheckFailed(
            f'the words of launch {launch.id} are not known: they were too long to be kept, or its start is gone',
        )


def _to_read(launch: PastLaunch) -> str:
    """How to see what it was: as a line for a shell, if there is one."""
    if not launch.argv or 'argv' in launch.cut:
        return f'tao history {quote(launch.id)}'
    return f'tao history {quote(launch.id)} --format shell, and read the line before you run it'


def _passed_on(options: Values, *, dry_run: bool) -> list[str]:
    """What was asked for now and holds for any launch."""
    form = options.get('dry_run')
    found = ['--dry-run'] if dry_run or form is True else [f'--dry-run={form}'] if form else []
    found += [f'--{key}' for key in ('quiet', 'verbose') if options.get(key)]
    return [*found, *([f'--color={options["color"]}'] if options.get('color') else [])]


def _folder(launch: PastLaunch, invocation: Invocation) -> str:
    """The folder that it is run in: that of the launch, as long as it is there."""
    if launch.cwd.startswith('/') and host.is_folder(launch.cwd):
        if launch.cwd != invocation.here.cwd:
            invocation.output.notice(f'in {launch.cwd}, where it was launched')
        return launch.cwd
    invocation.output.notice(f'{launch.cwd or "its folder"} is gone, where it was launched: in the current folder')
    return invocation.here.cwd


def _environ(launch: PastLaunch, folder: str, invocation: Invocation) -> dict[str, str]:
    """The environment, with the variables that decided then what was launched."""
    found = {**invocation.environ}
    if launch.variables is not None and 'variables' not in launch.cut:
        _restore(launch, found, invocation.output)
    if launch.program in RUNNERS and launch.checkout.startswith('/'):
        _name_checkout(launch, folder, found, invocation.output)
    return found


def _restore(launch: PastLaunch, environ: dict[str, str], output: Output) -> None:
    """Set the launcher's variables to what they were, where that was kept."""
    words = launch.variables or ()
    then = dict(word.partition('=')[::2] for word in words)
    masked = {words[at].partition('=')[0] for at in launch.masked_variables if 0 <= at < len(words)}
    for name in VARIABLES:
        value, now = then.get(name, ''), environ.get(name, '')
        if name in masked:
            output.notice(f'{name} had a secret, which the history does not keep: its value of today is used')
        elif value != now:
            output.notice(f'{name} is {quote(value)}, as it was' if value else f'{name} is not set, as it was')
            environ.pop(name, None)
            environ.update({name: value} if value else {})


def _name_checkout(launch: PastLaunch, folder: str, environ: dict[str, str], output: Output) -> None:
    """Set the variable that names the runner's checkout to what it was.

    One that was found from the folder is found again, so that whom it belongs to by now is looked at.
    """
    from ...checkouts.find import root_above, runner_profiles

    profile = runner_profiles()[launch.program]
    variable = profile['root_variable']
    named = environ.pop(variable, '')
    wanted, above = machine.real_path(launch.checkout), machine.real_path(root_above(folder, profile))
    if (machine.real_path(host.path_of(named)) if named else above) != wanted:
        output.notice(f'on {launch.checkout}, where it was launched, whatever {variable} is today')
    if above != wanted:
        environ[variable] = launch.checkout
