"""The container's environment: which variables docker is given, and which of them by name only."""
from __future__ import annotations

from ..base.errors import UsageError
from ..base.record import Record
from ..base.secrets import is_secret, steers_the_client
from ..settings.values import OWN, Source, Variable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

LAUNCH_ID = 'TAO_LAUNCH_ID'


class Variables(Record):
    """words are the values of docker's -e; export holds the secrets that the engine's process is given.

    `faults` are of variables that cannot be handed over, which are left out.
    """

    words: tuple[str, ...]
    by_name: tuple[str, ...]
    export: Mapping[str, str]
    notices: tuple[str, ...]
    origins: tuple[Source, ...]  # of each of words
    faults: tuple[UsageError, ...] = ()


def collect(
    defaults: Sequence[Variable], file: Sequence[Variable], decided: Sequence[Variable], identity: Sequence[Variable],
    options: Sequence[Variable], environ: Mapping[str, str], *, launch_id: bool, is_child: bool = False,
) -> Variables:
    """Every variable once; of two the later counts, at its own place.

    In this order: a runner's defaults, the file's Envs, what the launcher decided about GPUs, the
    identity (each unless set already), --env, and TAO_LAUNCH_ID where the engine can pass it. `is_child` tells that
    the job is started by the launcher itself, so that no engine's client obeys them on the way.
    Nobody else may set TAO_LAUNCH_ID.
    """
    given = {variable.name for variable in (*file, *options)}
    own = {variable.name for variable in defaults}
    found: dict[str, Variable] = {}
    for variable in (*defaults, *file, *decided, *(v for v in identity if v.name not in given), *options):
        if variable.value is None and variable.name in own:
            continue  # a runner's own, such as PYTHONPATH, is never the host's
        found.pop(variable.name, None)
        found[variable.name] = variable
    own_id = found.pop(LAUNCH_ID, None)
    handed = _handed_over(found.values(), environ, launch_id=launch_id, is_child=is_child)
    if not own_id:
        return handed
    fault = UsageError(f'{LAUNCH_ID} is the launcher\'s own variable', f'set by {own_id.origin}')
    return handed._replace(faults=(fault, *handed.faults))


def _handed_over(
    found: Iterable[Variable], environ: Mapping[str, str], *, launch_id: bool, is_child: bool,
) -> Variables:
    """How each of the variables is handed over."""
    words, by_name, notices, faults = [], [], [], []
    origins: list[Source] = []
    export: dict[str, str] = {}
    for variable in found:
        value = variable.value
        if value is None and variable.name not in environ:
            # docker would remove the image's own value
            notices.append(f'{variable.name} is not set here, so it is left out ({variable.origin})')
            continue
        if value and variable.origin.kind == 'option' and is_secret(variable.name, value):
            notices.append(in_ps('--env', variable.name))
        if is_child:
            secret = bool(value) and is_secret(variable.name, value or '')
        else:
            try:
                value, secret = for_the_container(
                    variable.name, value, variable.origin, environ, has_own_client=launch_id,
                )
            except UsageError as e:
                faults.append(e)
                continue
        origins.append(variable.origin)
        if value is None or secret:
            words.append(variable.name)
            by_name.append(variable.name)
            if value is not None:
                export[variable.name] = value
        else:
            words.append(f'{variable.name}={value}')
    if launch_id:
        words.append(LAUNCH_ID)
        origins.append(OWN)
    return Variables(tuple(words), tuple(by_name), export, tuple(notices), tuple(origins), tuple(faults))


def in_ps(option: str, name: str) -> str:
    """A notice about a secret on our own command line."""
    from ..base.shell import quote

    return (
        f'{option} {name}=… can be seen in ps as long as the launcher runs; '
        f'this cannot: export {quote(name)}, then {option} {quote(name)}'
    )


def for_the_container(
    name: str, value: str | None, origin: object, environ: Mapping[str, str], *, has_own_client: bool,
) -> tuple[str | None, bool]:
    """(value, whether it is a secret that goes by name) of a variable for a container; value None is the host's.

    Where the engine's client would obey the variable, it goes by name only with the value that the client has
    anyway; `has_own_client` tells that it has the caller's environment, which sudo's has not.
    Raises UsageError for a secret that cannot go by name, as its value must not be seen either.
    """
    here = environ.get(name)
    meant = here if value is None else value
    secret = bool(meant) and is_secret(name, meant or '')
    if not steers_the_client(name):
        if (value is None or secret) and (has_own_client and name.endswith('*') or not has_own_client and ',' in name):
            raise UsageError(f'{name}: a name that means others cannot be passed by name ({origin})')
        return value, secret and value is not None
    if has_own_client and (value is None or (secret and value == here)):
        return None, False
    if not secret:
        return meant, False
    raise UsageError(
        f'{name}: a secret for the container, which cannot be handed over ({origin})',
        f'by name, the engine\'s own client would obey {name}; by value, ps would show it',
        advice='"proxies" in ~/.docker/config.json, which docker passes on' if name.upper().endswith('_PROXY')
        else 'a file under a mount, or another name for it',
    )
