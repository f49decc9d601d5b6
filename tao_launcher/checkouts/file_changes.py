"""What a mounts file changes of a developer runner's defaults; NVIDIA's runners read nothing of it but Mounts. Pure."""
from __future__ import annotations

from ..settings.repeatable import entry_key

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from ..launch.plan import Target
    from ..settings.settings import Settings

ROOT = ('0', '0:0', 'root', 'root:root')


def notice(made: Target, profile: Mapping[str, Any], settings: Settings) -> str:
    """What to say of it, or ''. What the command line overrides is not the file's."""
    found = '; '.join(_changes(made, profile, settings))
    return f'{settings.file} changes what {made.program} does by default: {found}' if found else ''


def _changes(made: Target, profile: Mapping[str, Any], settings: Settings) -> Iterator[str]:
    def of_file(key: str) -> bool:
        return key in settings.sources and settings.sources[key].kind == 'file'

    if of_file('user') and settings.user not in ROOT:
        yield f'the job runs as user {settings.user}, not as root'
    if of_file('network') and settings.passed.get('network', '') != made.network:
        yield f'network {settings.passed.get("network", "")} instead of {made.network or "the default one"}'
    ports = [port for port in settings.ports if of_file(entry_key('ports', port))]
    if ports and made.network == 'host' and 'network' not in settings.passed:
        yield f'it publishes {", ".join(map(str, ports))}, for which it leaves the host\'s network'
    own = profile['defaults']['--shm_size']
    if of_file('shm_size') and settings.passed.get('shm_size') != own:
        yield f'shm_size {settings.passed.get("shm_size")} instead of {own}'
    if of_file('gpus') and settings.gpus and settings.gpus.kind != 'all':
        gpus = settings.gpus
        shown = f'count={gpus.first}' if gpus.kind == 'count' else ','.join(gpus.ids) or gpus.kind
        yield f'gpus {shown} instead of all'
    if of_file('workdir') and settings.passed.get('workdir') != made.workdir:
        yield f'workdir {settings.passed.get("workdir")} instead of {made.workdir or "that of the image"}'
    given = {variable.name for variable in settings.variables}
    names = {variable.name for variable in settings.file_variables if variable.value is not None} - given
    for variable in made.variables:
        if variable.name in names:
            yield f'{variable.name} is that of its Envs'
