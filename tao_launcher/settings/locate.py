"""Where the files are that a launch reads."""
from __future__ import annotations

from ..base import host
from ..base.errors import UsageError
from .mounts_file import MountsFile, parse

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..base.host import Host
    from .invocation import Invocation


def override_path(here: Host) -> str:
    """The file that replaces the built-in catalogue."""
    return f'{here.home}/.tao/config.json'


def releases_folder(here: Host) -> str:
    """The folder of the files with releases beside the built-in ones."""
    return f'{here.home}/.tao/releases.d'


def read_mounts_file(invocation: Invocation) -> tuple[MountsFile, list[str]]:
    """The mounts file in use and notices about it: --mounts_file, $LAUNCHER_MOUNTS or the default.

    Raises ConfigError.
    """
    here = invocation.here
    path, source = mounts_path(invocation)
    default, older = f'{here.home}/.tao_mounts.json', f'{here.home}/.tlt_mounts.json'
    notices = []
    if source != 'default':
        data = host.read(path, f'mounts file of {source}', required=True)
        if source == '--mounts_file' and path != default and host.exists(default):
            notices.append(f'{default} is not read: --mounts_file is used instead of it')
    else:
        data = host.read(path, 'mounts file', required=False)
        if data is None:
            path = older
            data = host.read(path, 'mounts file', required=False)
            if data is not None:
                notices.append(f'{older} is read; rename it to {default}')
    return (parse(data, path, invocation.environ, here.home) if data is not None else MountsFile()), notices


def mounts_path(invocation: Invocation) -> tuple[str, str]:
    """(the mounts file's path, what names it: --mounts_file, LAUNCHER_MOUNTS or default). Raises UsageError."""
    options, environ, here, _ = invocation
    if options.get('mounts_file') == '':
        raise UsageError('--mounts_file: "": expected a path')
    given = (('--mounts_file', options.get('mounts_file')), ('LAUNCHER_MOUNTS', environ.get('LAUNCHER_MOUNTS')))
    for source, named in given:
        if named:
            return host.path_of(str(named)), source
    return f'{here.home}/.tao_mounts.json', 'default'
