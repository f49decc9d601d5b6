"""tao tasks: the tasks that there are, by group."""
from __future__ import annotations

from ..base.errors import UsageError
from ..base.suggest import did_you_mean, nearest
from ..tasks.load import load_catalogue
from ..tasks.newer import at_release

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Mapping

    from ..base.host import Host
    from ..base.output import Output
    from ..settings.invocation import Invocation
    from ..tasks.catalogue import Catalogue, CatalogueEntry
    from .help.verb_parser import Parser

    ByGroup = Mapping[str, Mapping[str, CatalogueEntry]]

HELP = 'list the tasks'


def add(parser: Parser) -> None:
    """Add what follows the verb's name."""
    parser.add_argument('group', nargs='?', default='', metavar='GROUP', help='only those of model, dataset or deploy')
    parser.add_argument('--release', default='', metavar='X.Y.Z', help='only those of this release')
    parser.add_argument(
        '--format', choices=('table', 'json'), default='table',
        help="how they are printed; json has each task's release, image and subtasks too",
    )


def run(given: Namespace, invocation: Invocation) -> int:
    """Run the verb. Returns its exit code; raises Fatal."""
    release = given.release or invocation.options.get('release') or invocation.environ.get('TAO_RELEASE') or ''
    return tasks(given.group, str(release), invocation.here, invocation.output, as_json=given.format == 'json')


def tasks(group: str, release: str, here: Host, output: Output, *, as_json: bool) -> int:
    """Print the tasks of a group and a release ('' is every one). Returns 0; raises UsageError."""
    from ..tasks.listing import by_group

    known, notice = at_release(load_catalogue(here, output), release)
    if notice:
        output.notice(notice)
    found: ByGroup = by_group(known, release)
    if group and group not in found:
        raise _unknown_group(known, group, release, [*found])
    found = {name: found[name] for name in ([group] if group else found)}
    output.result(_json(known, found) if as_json else _text(found))
    return 0


def _json(known: Catalogue, found: ByGroup) -> str:
    import json

    return json.dumps([
        {**entry._asdict(), 'subtasks': list(known.known_subtasks(group, task))}
        for group, tasks in found.items() for task, entry in sorted(tasks.items())
    ], indent=2) + '\n'


def _text(found: ByGroup) -> str:
    from .help.help import wrapped

    lines = []
    for group, tasks in found.items():
        lines += [f'{group}:', *wrapped(sorted(tasks))]
    return '\n'.join(lines) + '\n'


def _unknown_group(known: Catalogue, group: str, release: str, groups: list[str]) -> UsageError:
    """The error for a group that is not there, or not in the release."""
    if group not in known.groups() and known.releases_with(group):
        from ..base.shell import quote

        return UsageError(f'{group} is a task, not a group', advice=f'tao {quote(group)} --help')
    where = f' in release {release}' if release else ''
    meant = did_you_mean(nearest(group, groups))
    return UsageError(
        f'no group {group}{where}', *filter(None, [meant]), f'groups: {", ".join(groups)}', advice='tao tasks',
    )
