"""The catalogue in use: the built-in one, or the one of the user."""
from __future__ import annotations

from ..base import host, json_value
from ..settings.locate import override_path, releases_folder
from . import catalogue

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ..base.host import Host
    from ..base.output import Output
    from .catalogue import Catalogue
    from .requirements import Requirements


def load_catalogue(here: Host, output: Output) -> Catalogue:
    """The built-in catalogue with the releases of ~/.tao/releases.d, or the one of ~/.tao/config.json alone.

    Raises ConfigError.
    """
    path = override_path(here)
    override = read_override(path)
    if override:
        output.verbose(f'catalogue: {path} replaces the built-in releases')
        return override
    known = builtin_catalogue()
    folder = releases_folder(here)
    if not host.is_there(folder):
        return known
    from .added import with_added

    known = with_added(known, folder)
    for release, path in known.added.items():
        output.verbose(f'catalogue: release {release} is in {path}')
    return known


def builtin_catalogue() -> Catalogue:
    """The catalogue that comes with the package."""
    return catalogue.builtin(_data('releases.json'), _data('subtasks.json'))


def host_requirements(release: str) -> Requirements:
    """What a release asks of the host."""
    from .requirements import Requirements

    return Requirements(release, _data('requirements.json')['releases'])


def _data(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json_value.value(host.package_data(name))
    return found


def read_override(path: str) -> Catalogue | None:
    """The catalogue of that file; None when it is not there. Raises ConfigError."""
    data = host.read(path, 'catalogue of releases', required=False)
    if data is None:
        return None
    from ..base.json_text import loads

    return catalogue.from_override(loads(data, path), path, _data('subtasks.json'))
