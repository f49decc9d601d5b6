"""What is asked of a daemon by settings, where a job is a process of the launcher's own. Pure."""
from __future__ import annotations

from ..settings.options import ROWS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Tuple

    from ..settings.option import Option
    from ..settings.values import Source
    from .plan import Plan

    Asked = Tuple[Option, Source]

# The settings that a repeatable option and its key of the mounts file give, by Option.key.
LISTED = {'port': 'ports', 'ulimit': 'ulimits', 'docker_arg': 'extra_args', 'group_add': 'group_add'}


def unmet(plan: Plan, is_unmet: Callable[[Option], bool]) -> Iterator[Asked]:
    """(the row, where the value comes from) of settings that were asked for and that `is_unmet` picks, in order."""
    settings = plan.settings
    given = {key: source for key, source in settings.sources.items() if source.kind in ('option', 'variable', 'file')}
    for row in ROWS:
        key = row.key
        if not row.docker or not is_unmet(row):
            continue
        if key in LISTED:
            yield from ((row, source) for name, source in given.items() if name.startswith(f'{LISTED[key]}.'))
        elif key == 'host_path':
            yield from ((row, path.origin) for path in settings.host_paths)
        elif key == 'user':
            is_other = settings.user not in ('', 'host') and settings.user.partition(':')[0] != plan.owner
            yield from ([(row, given[key])] if key in given and is_other else [])
        elif key in given and (row.file_kind != 'flag' or settings.passed.get(key)):
            yield row, given[key]
