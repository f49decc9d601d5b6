"""tao config: its actions, each with the options of its own."""
from __future__ import annotations

from ...base import host

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse

    from ...settings.invocation import Invocation
    from ..help.verb_parser import Parser

ACTIONS = (
    ('init', 'write the mounts file: asks on a terminal, --yes elsewhere'),
    ('validate', 'check mounts files, and report every fault'),
    ('show', 'every setting in effect, where it comes from and what it overrode'),
    ('path', 'translate paths between host and container'),
    ('schema', 'print the JSON Schema of the mounts file'),
)
FOLDER = 'DIR[:DST]'


HELP = 'write, check and show the settings'


def add(parser: Parser) -> None:
    """Add the actions."""
    actions = parser.add_subparsers(dest='action', required=True, parser_class=type(parser))
    parsers = {
        name: actions.add_parser(name, help=text, description=text, allow_abbrev=False) for name, text in ACTIONS
    }
    _add_init(parsers['init'])
    validate = parsers['validate']
    validate.add_argument(
        'files', nargs='*', metavar='FILE', help='- is stdin (default: what a launch reads)',
    )
    validate.add_argument('--strict', action='store_true', help='notices count as faults')
    parsers['show'].add_argument('--format', choices=('table', 'json'), default='table', help='how they are printed')
    parsers['path'].add_argument('paths', nargs='+', metavar='PATH', help='a path on the host or in the container')


def _add_init(init: Parser) -> None:
    init.add_argument('--yes', action='store_true', help='take the defaults, do not ask')
    for name in ('data', 'results', 'specs'):
        init.add_argument(f'--{name}', metavar=FOLDER, help=f'the {name} folder and its container path, or none')
    init.add_argument('--volume', metavar='DIR:DST[:MODE]', action='append', help='another folder (repeatable)')
    init.add_argument('--user', metavar='USER', help='who jobs run as: host (whoever launches), UID:GID or none')
    init.add_argument('--shm_size', '--shm-size', metavar='SIZE', help='size of /dev/shm, or none (default: 16G)')
    init.add_argument(
        '--ulimit', metavar='NAME=SOFT[:HARD]', action='append',
        help='limits instead of memlock=-1 and stack=67108864, or none (repeatable)',
    )
    init.add_argument('--dry-run', '--dry_run', action='store_true', help='print what would be written')


def run(given: argparse.Namespace, invocation: Invocation) -> int:
    """Run an action. Returns its exit code; raises Fatal."""
    if given.action == 'init':
        from .init import config_init
        from .questions import Answers

        found = {**invocation.options, **{key: value for key, value in vars(given).items() if value is not None}}
        if invocation.options.get('run_as_user'):
            found = {'user': 'host', **found}
        answers = Answers(**{key: found.get(key) for key in Answers._fields})
        return config_init(answers, invocation, yes=given.yes, dry_run=given.dry_run)
    if given.action == 'validate':
        from .validate import config_validate

        return config_validate(given.files, invocation, strict=given.strict)
    if given.action == 'show':
        from .show import config_show

        return config_show(invocation, is_json=given.format == 'json')
    if given.action == 'path':
        from .path import config_path

        return config_path(given.paths, invocation)
    invocation.output.result(host.package_data('mounts.schema.json').decode('utf-8'))
    return 0
