"""Where an engine keeps its logins to registries."""
from __future__ import annotations

from .. import engines, host

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


def logins(engine: Sequence[str], environ: Mapping[str, str]) -> object:
    """The value of the first file that the engine may keep logins in, or None."""
    for path in engines.profile(engine).logins:
        variable, _, rest = path[1:].partition('/')
        found = host.json_file(f'{environ[variable]}/{rest}'.rstrip('/')) if environ.get(variable) else None
        if found is not None:
            return found
    return None
