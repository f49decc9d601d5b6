"""What docker's configuration says of logins to a registry: a hint, never a gate."""
from __future__ import annotations

from ..base import host, machine
from . import profiles

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

DOCKERS_OWN = 'index.docker.io'  # the registry of images that name none, as its configuration has it


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


def logins(engine: Sequence[str], environ: Mapping[str, str]) -> tuple[str, object]:
    """(the path, the value) of the first file that the engine may keep logins in; ('', None) for none."""
    for path in profiles.profile(engine).logins:
        variable, _, rest = path[1:].partition('/')
        file = f'{environ[variable]}/{rest}'.rstrip('/') if environ.get(variable) else ''
        found = host.json_file(file) if file else None
        if found is not None:
            return file, found
    return '', None


def missing_helper(registry: str, configuration: object, environ: Mapping[str, str]) -> tuple[str, str]:
    """(the program that is to keep the logins of a registry, the member of config.json that names it) where it is not
    on PATH; ('', '') otherwise."""
    if not isinstance(configuration, dict):
        return '', ''
    helpers = configuration.get('credHelpers')
    own = [helpers[name] for name in helpers if _host(name) == registry] if isinstance(helpers, dict) else []
    member, name = ('credHelpers', own[0]) if own else ('credsStore', configuration.get('credsStore'))
    if not isinstance(name, str) or not name or '/' in name:
        return '', ''
    program = f'docker-credential-{name}'
    return ('', '') if machine.which(program, environ) else (program, member)
