"""Whether docker's configuration names a login for a registry: a hint, never a gate."""
from __future__ import annotations

from ..base import host
from . import profiles

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


def is_logged_in(registry: str, configuration: object) -> bool | None:
    """What a config.json (None: there is none) says of the registry; None where it cannot tell.

    A credential store or helper keeps its logins to itself, and is not asked.
    """
    if configuration is None:
        return False
    if not isinstance(configuration, dict):
        return None
    logins = configuration.get('auths')
    if isinstance(logins, dict) and any(_host(name) == registry for name in logins):
        return True
    helpers = configuration.get('credHelpers')
    is_elsewhere = configuration.get('credsStore') or (isinstance(helpers, dict) and registry in helpers)
    return None if is_elsewhere else False


def _host(name: object) -> str:
    """The registry of a stored login, which may be written as an address: https://nvcr.io/v2/."""
    return str(name).partition('://')[2].partition('/')[0] or str(name)


def logins(engine: Sequence[str], environ: Mapping[str, str]) -> object:
    """The value of the first file that the engine may keep logins in, or None."""
    for path in profiles.profile(engine).logins:
        variable, _, rest = path[1:].partition('/')
        found = host.json_file(f'{environ[variable]}/{rest}'.rstrip('/')) if environ.get(variable) else None
        if found is not None:
            return found
    return None
