"""The catalogue in use: the built-in one, or the one of the user."""
from __future__ import annotations

from ..base import host
from ..settings.locate import override_path
from . import catalogue

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ..base.host import Host
    from ..base.output import Output
    from .catalogue import Catalogue


def load_catalogue(here: Host, output: Output) -> Catalogue:
    """The built-in catalogue, or the one of ~/.tao/config.json. Raises ConfigError."""
    path = override_path(here)
    override = read_override(path)
    if override:
        output.verbose(f'catalogue: {path} replaces the built-in releases')
        return override
    return builtin_catalogue()


def builtin_catalogue() -> Catalogue:
    """The catalogue that comes with the package."""
    return catalogue.builtin(_data('releases.json'), _data('subtasks.json'))


def _data(name: str) -> dict[str, Any]:
    import json

    found: dict[str, Any] = json.loads(host.package_data(name))
    return found


def read_override(path: str) -> Catalogue | None:
    """The catalogue of that file; None when it is not there. Raises ConfigError."""
    data = host.read(path, 'catalogue of releases', required=False)
    if data is None:
        return None
    from ..base.json_text import loads

    return catalogue.from_override(loads(data, path), path, _data('subtasks.json'))
