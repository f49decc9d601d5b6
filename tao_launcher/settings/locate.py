"""Where the files are that a launch reads."""
from __future__ import annotations

from ..base import host
from ..base.errors import UsageError
from ..base.record import Record
from .values import NO, YES, MountsFile

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ..base.host import Host
    from .invocation import Invocation

SIF_FOLDER = 'TAO_SIF_DIR'
NAMES = ('.tao_mounts.json', '.tlt_mounts.json')  # the second is that of NVIDIA's older launcher


def override_path(here: Host) -> str:
    """The file that replaces the built-in catalogue."""
    return f'{here.home}/.tao/config.json'


def releases_folder(here: Host) -> str:
    """The folder of the files with releases beside the built-in ones."""
    return f'{here.home}/.tao/releases.d'


def history_file(environ: Mapping[str, str], here: Host) -> tuple[str, bool]:
    """(the file that launches are recorded in, '' for none; whether it is the launcher's own, which nobody named)."""
    named = environ.get('TAO_HISTORY', '')
    if named.lower() in NO:
        return '', False
    if named.lower() not in ('', *YES):
        return host.path_of(named), False
    return f'{here.home.rstrip("/")}/.local/state/tao/history.jsonl', True


def sif_folder(environ: Mapping[str, str], here: Host) -> str:
    """The folder of the images that tao pull has made files of, for Apptainer."""
    named = environ.get(SIF_FOLDER, '')
    return host.path_of(named) if named else f'{here.home.rstrip("/")}/.local/share/tao/sif'


class DefaultFile(Record):
    """A file that is read as the mounts file when none is named; ~ in it is `home`, `notice` says what is unusual."""

    path: str
    home: str
    notice: str = ''


def places(invocation: Invocation) -> Iterator[DefaultFile]:
    """Where a mounts file that nobody names may be; the first that is there counts.

    After the home's own come those in the home of the one who called sudo, which makes root's the home.
    """
    here = invocation.here
    default, older = (f'{here.home}/{name}' for name in NAMES)
    yield DefaultFile(default, here.home)
    yield DefaultFile(older, here.home, f'{older} is read; rename it to {default}')
    called = host.sudo_caller(invocation.environ)
    if not called:
        return
    from ..base import users

    home = users.home_of(called[0])
    if home and home != here.home:
        for name in NAMES:
            whose = f'{users.user_name(here.uid)} called sudo, and {here.home} has none'
            yield DefaultFile(f'{home}/{name}', home, f'{home}/{name} is read: {whose}')


def seen_from(place: DefaultFile, invocation: Invocation) -> Invocation:
    """The invocation with the home of that place, as ~ and $HOME mean it there."""
    environ, here = invocation.environ, invocation.here
    if place.home == here.home:
        return invocation
    return invocation._replace(environ={**environ, 'HOME': place.home}, here=here._replace(home=place.home))


def read_mounts_file(invocation: Invocation) -> tuple[MountsFile, list[str]]:
    """The mounts file in use and notices about it: --mounts_file, $LAUNCHER_MOUNTS or the default.

    Raises ConfigError.
    """
    environ, here = invocation.environ, invocation.here
    path, source = mounts_path(invocation)
    if source == 'default':
        for place in places(invocation):
            data = host.read(place.path, 'mounts file', required=False)
            if data is not None:
                from .mounts_file import parse

                environ = seen_from(place, invocation).environ
                return parse(data, place.path, environ, place.home), [place.notice] if place.notice else []
        return MountsFile(), []
    from .mounts_file import parse

    data = host.read(path, f'mounts file of {source}', required=True) or b''
    default = f'{here.home}/{NAMES[0]}'
    hides = source == '--mounts_file' and path != default and host.exists(default)
    notices = [f'{default} is not read: --mounts_file is used instead of it'] if hides else []
    return parse(data, path, environ, here.home), notices


def mounts_path(invocation: Invocation) -> tuple[str, str]:
    """(the mounts file's path, what names it: --mounts_file, LAUNCHER_MOUNTS or default). Raises UsageError."""
    options, environ, here, _ = invocation
    if options.get('mounts_file') == '':
        raise UsageError('--mounts_file: "": expected a path')
    given = (('--mounts_file', options.get('mounts_file')), ('LAUNCHER_MOUNTS', environ.get('LAUNCHER_MOUNTS')))
    for source, named in given:
        if named:
            return host.path_of(str(named)), source
    return f'{here.home}/{NAMES[0]}', 'default'
