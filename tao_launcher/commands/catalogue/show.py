"""tao catalogue show: every release and where it comes from, or one as a file has it."""
from __future__ import annotations

import json

from ...base.table import table
from ...tasks.load import builtin_catalogue, load_catalogue
from ...tasks.newer import at_release
from ...tasks.release_file import Release, pairs, text
from .say import say_replaced

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ...settings.invocation import Invocation
    from ...tasks.catalogue import Catalogue


def show(release: str, invocation: Invocation, *, as_json: bool) -> int:
    """Print the releases, or with `release` that one in our format. Returns 0; raises UsageError and ConfigError."""
    output = invocation.output
    known, notice = at_release(load_catalogue(invocation.here, output), release)
    if notice:
        output.notice(notice)
    if release:
        output.result(text({release: _one(known, release)}))
        return 0
    if not known.path:
        rows = _rows(known)
    else:
        rows = [{**row, 'from': known.path} for row in _rows(known)]
        say_replaced(invocation)
    if as_json:
        output.result(json.dumps(rows, indent=2) + '\n')
        return 0
    head = ('RELEASE', 'PUBLISHED', 'TASKS', 'IMAGES', 'FROM')
    output.result(table([head, *(tuple(map(str, row.values())) for row in rows)], 0))
    return 0


def _rows(known: Catalogue) -> list[dict[str, Any]]:
    rows = []
    builtin = builtin_catalogue().releases
    for name, groups in known.releases.items():
        found = list(pairs(Release(groups)))
        places = [*(['built-in'] if name in builtin else []), *([known.added[name]] if name in known.added else [])]
        rows.append({
            'release': name, 'published': known.published.get(name, ''),
            'tasks': len({task for _, _, task in found}), 'images': len({image for _, image, _ in found}),
            'from': ', '.join(places),
        })
    return rows


def _one(known: Catalogue, release: str) -> Release:
    groups = known.releases[release]
    names = {f'{group}/{task}' for group, _, task in pairs(Release(groups))}
    subtasks = {key: list(found) for key, found in known.subtasks.items() if key in names}
    return Release(groups, subtasks, known.published.get(release, ''))
