"""tao config show: every setting in effect, where it comes from and what it overrode."""
from __future__ import annotations

from ...base.table import table
from ...settings.entries import as_json, rows
from ...settings.in_effect import entries
from ...settings.locate import read_mounts_file
from ...settings.settings import merge

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ...settings.invocation import Invocation


def config_show(invocation: Invocation, *, is_json: bool) -> int:
    """Print the settings that a launch with these options would have. Returns 0; raises UsageError and ConfigError."""
    options, environ, here, output = invocation
    file, notices = read_mounts_file(invocation)
    settings = merge(options, environ, file, {}, here.cwd, here.home)
    found = entries(file, invocation)
    for notice in (*notices, *settings.notices):
        output.notice(notice)
    if is_json:
        import json

        output.result(json.dumps({'settings': as_json(found)}, indent=2) + '\n')
    else:
        output.result(table(rows(found), 0))  # a source that is cut off says nothing: the terminal may wrap it
    return 0


