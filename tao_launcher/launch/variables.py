"""The container's environment: which variables docker is given, and which of them by name only."""
from __future__ import annotations

from ..base.errors import UsageError
from ..base.record import Record
from ..base.secrets import is_secret
from ..settings.values import OWN, Source, Variable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

LAUNCH_ID = 'TAO_LAUNCH_ID'


class Reserved(UsageError):
    """Somebody has set the launcher's own variable, `where` for people."""

    def __init__(self, variable: Variable, where: str) -> None:
        super().__init__(f'{LAUNCH_ID} is the launcher\'s own variable', f'set by {where}')
        self.variable = variable


class Variables(Record):
    """words are the values of docker's -e; export holds the secrets that the engine's process is given."""

    words: tuple[str, ...]
    by_name: tuple[str, ...]
    export: Mapping[str, str]
    notices: tuple[str, ...]
    origins: tuple[Source, ...]  # of each of words


def collect(
    defaults: Sequence[Variable], file: Sequence[Variable], decided: Sequence[Variable], identity: Sequence[Variable],
    options: Sequence[Variable], environ: Mapping[str, str], *, launch_id: bool,
) -> Variables:
    """Every variable once; of two the later stands, at its own place.

    In this order: a runner's defaults, the file's Envs, what the launcher decided about GPUs, the
    identity (each unless set already), --env, and TAO_LAUNCH_ID where the engine can pass it.
    Raises Reserved when somebody sets TAO_LAUNCH_ID.
    """
    given = {variable.name for variable in (*file, *options)}
    own = {variable.name for variable in defaults}
    found: dict[str, Variable] = {}
    for variable in (*defaults, *file, *decided, *(v for v in identity if v.name not in given), *options):
        if variable.value is None and variable.name in own:
            continue  # a runner's own, such as PYTHONPATH, is never the host's
        found.pop(variable.name, None)
        found[variable.name] = variable
    if LAUNCH_ID in found:
        raise Reserved(found[LAUNCH_ID], f'{found[LAUNCH_ID].origin}')
    words, by_name, notices = [], [], []
    origins: list[Source] = []
    export: dict[str, str] = {}
    for variable in found.values():
        value = variable.value
        if value is None and variable.name not in environ:
            # docker would remove the image's own value
            notices.append(f'{variable.name} is not set here and so left out ({variable.origin})')
            continue
        origins.append(variable.origin)
        if value is None or (value and is_secret(variable.name, value)):
            words.append(variable.name)
            by_name.append(variable.name)
            if value is not None:
                export[variable.name] = value
        else:
            words.append(f'{variable.name}={value}')
    if launch_id:
        words.append(LAUNCH_ID)
        origins.append(OWN)
    return Variables(tuple(words), tuple(by_name), export, tuple(notices), tuple(origins))


