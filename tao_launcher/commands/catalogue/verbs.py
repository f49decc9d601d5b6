"""tao catalogue: its actions, each with the options of its own."""
from __future__ import annotations

from ...engine import signals
from ..help.verb_parser import add_dry_run

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import Namespace

    from ...settings.invocation import Invocation
    from ..help.verb_parser import Parser

HELP = 'add releases and images of your own'
ACTIONS = (
    ('add', 'put the releases of a file beside the built-in ones'),
    ('show', 'every release and where it comes from, or one as a file has it'),
    ('validate', 'check files of releases, and report every fault'),
    ('remove', 'remove releases that were added'),
    ('probe', 'ask an image for its tasks, and add it'),
)
NAME = 'name of the release (default: that of the file)'


def add(parser: Parser) -> None:
    """Add the actions."""
    actions = parser.add_subparsers(dest='action', required=True, parser_class=type(parser))
    parsers = {
        name: actions.add_parser(name, help=text, description=text, allow_abbrev=False) for name, text in ACTIONS
    }
    parsers['add'].add_argument('file', metavar='FILE', help='in our format or one of NVIDIA\'s; - is stdin')
    parsers['add'].add_argument('--name', default='', metavar='X.Y.Z', help=NAME)
    add_dry_run(parsers['add'], 'print the file that would be written')
    show = parsers['show']
    show.add_argument('release', nargs='?', default='', metavar='X.Y.Z', help='one release, as a file has it')
    show.add_argument('--format', choices=('table', 'json'), default='table', help='how the list is printed')
    parsers['validate'].add_argument(
        'files', nargs='*', metavar='FILE', help='- is stdin (default: those in use)',
    )
    parsers['remove'].add_argument('releases', nargs='+', metavar='RELEASE', help='a release that was added')
    add_dry_run(parsers['remove'], 'print the files that would be changed')
    probe = parsers['probe']
    probe.add_argument('image', metavar='IMAGE', help='an image; it is started without network and GPU')
    probe.add_argument('--name', default='', metavar='X.Y.Z', help='name of the release (default: that in the tag)')
    probe.add_argument('--group', default='', metavar='GROUP', help='group of the tasks (default: by their packages)')
    add_dry_run(probe)


def run(given: Namespace, invocation: Invocation) -> int:
    """Run an action. Returns its exit code; raises Fatal."""
    if given.action == 'show':
        from .show import show

        return show(given.release, invocation, as_json=given.format == 'json')
    if given.action == 'validate':
        from .validate import validate

        return validate(given.files, invocation)
    from ...settings.dry_run import is_dry_run

    dry_run = is_dry_run(invocation, asked=given.dry_run)
    with signals.Unwinding():
        if given.action == 'add':
            from .add import add as add_file

            return add_file(given.file, given.name, invocation, dry_run=dry_run)
        if given.action == 'remove':
            from .remove import remove

            return remove(given.releases, invocation, dry_run=dry_run)
        from .probe import probe

        return probe(given.image, given.name, given.group, invocation, dry_run=dry_run)
