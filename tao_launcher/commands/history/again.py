"""tao again: a launch of the history once more, by the same words, with the files of today."""
from __future__ import annotations

from ...base import host, machine
from ...base.errors import CheckFailed, UsageError
from ...base.shell import quote
from ...settings.invocation import Instead
from ...settings.options import BY_KEY
from ...settings.programs import RUNNER_VERBS, RUNNERS, TAO
from ..help.verb_parser import add_dry_run
from .entries import are_ours_alone, launches, named
from .masked import restored

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import Namespace
    from typing import NoReturn

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
        raise UsageError(
            f'{", ".join(other)}: a repeated launch keeps its original options',
            advice=f'tao again {quote(given.launch)} --dry-run, to see them',
        )
    launch = named(launches(invocation, all_users=True), given.launch)
    _check(launch, invocation)
    words = restored(launch, given.command, invocation.environ)
    if launch.program in RUNNERS and given.command and '--' not in words and not {*words} & {*RUNNER_VERBS}:
        words.append('--')  # it was a shell
    folder = _folder(launch, invocation)
    raise Instead(
        launch.program, [*_passed_on(options, dry_run=given.dry_run), *words, *given.command], folder,
        _checkout(launch, folder, invocation),
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


def _checkout(launch: PastLaunch, folder: str, invocation: Invocation) -> dict[str, str]:
    """The variable that names the runner's checkout, as it was.

    One that was found from the folder is found again, so that whom it belongs to by now is looked at.
    """
    if launch.program not in RUNNERS or not launch.checkout.startswith('/'):
        return {}
    from ...checkouts.find import root_above, runner_profiles

    variable = runner_profiles()[launch.program]['root_variable']
    named = invocation.environ.get(variable, '')
    wanted, above = machine.real_path(launch.checkout), machine.real_path(root_above(folder))
    today = machine.real_path(host.path_of(named)) if named else above
    if today != wanted:
        invocation.output.notice(f'on {launch.checkout}, where it was launched, whatever {variable} is today')
    return {variable: '' if above == wanted else launch.checkout}
