"""tao config show: every setting in effect, where it comes from and what it beat."""
from __future__ import annotations

from .. import effective, host
from ..entries import Entry, Source, as_json, rows, source_of
from ..settings import merge
from ..table import table
from .prepare import mounts_file, mounts_path

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..cli import Values
    from ..config import MountsFile
    from ..host import Host
    from ..output import Output


def config_show(is_json: bool, options: Values, environ: Mapping[str, str], output: Output) -> int:
    """Print the settings that a launch with these options would have. Returns 0; raises UsageError and ConfigError."""
    here = host.survey(environ)
    file, notices = mounts_file(options, environ, here)
    settings = merge(options, environ, file, {}, here.cwd, here.home)
    found = entries(file, options, environ, here)
    for notice in (*notices, *settings.notices):
        output.notice(notice)
    if is_json:
        import json

        output.result(json.dumps({'settings': as_json(found)}, indent=2) + '\n')
    else:
        output.result(table(rows(found), 0))  # a source that is cut off says nothing: the terminal may wrap it
    return 0


def entries(file: MountsFile, options: Values, environ: Mapping[str, str], here: Host) -> list[Entry]:
    """The settings, the files that they come from first."""
    return [*_files(file, options, environ, here), *effective.entries(options, environ, file, here)]


def _files(file: MountsFile, options: Values, environ: Mapping[str, str], here: Host) -> list[Entry]:
    from .task import override_path

    _, named_by = mounts_path(options, environ, here)
    beaten: list[tuple[object, Source]] = []
    if named_by == '--mounts_file' and environ.get('LAUNCHER_MOUNTS'):
        beaten.append((host.path_of(environ['LAUNCHER_MOUNTS']), Source('variable', 'LAUNCHER_MOUNTS')))
    default = f'{here.home}/.tao_mounts.json'
    if named_by != 'default' and host.exists(default):
        beaten.append((default, Source('default')))
    catalogue = override_path(here)
    releases = Entry('catalogue', 'built-in', Source('default'))
    if host.exists(catalogue):
        releases = releases._replace(value=catalogue, beaten=(('built-in', Source('default')),))
    return [Entry('mounts_file', file.path or 'none', source_of(named_by, ''), tuple(beaten)), releases]
