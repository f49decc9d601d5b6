"""What doctor says of backend checkouts."""
from __future__ import annotations

from ...base import host
from ...base.errors import ConfigError
from ...base.shell import quote
from ...checkouts import shell_functions, submodules
from ...checkouts.find import (
    elsewhere,
    export_line,
    has_package,
    is_of,
    manifest_image,
    other_backend,
    owner_above,
    root_above,
    runner_profiles,
)
from ...checkouts.runners import MANIFEST
from ...engine import platforms

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from ...base.host import Host
    from .findings import Finding


def findings(engine: Sequence[str], environ: Mapping[str, str], here: Host) -> list[Finding]:
    """What `tao doctor --dev` says of each runner: its checkout, its manifest and the image that it names."""
    from .findings import Finding

    found = []
    asked = platforms.asked('', engine, environ)
    for program, profile in runner_profiles().items():
        if shell_functions.hiding([program], environ):
            told, remedy = shell_functions.told(program), shell_functions.remedy(program)
            found.append(Finding(f'{program} function', 'warn', told, remedy))
        found.append(_finding(program, profile, asked, environ, here))
    return found


def _finding(
    program: str, profile: Mapping[str, Any], asked: tuple[str, str], environ: Mapping[str, str], here: Host,
) -> Finding:
    """What is to be said of the checkout that a runner's variable names, or of its own that the caller is in.

    `asked` is a platform and what asks for it.
    """
    from .findings import Finding

    variable = profile['root_variable']
    above = root_above(here.cwd, profile)
    around = above if above and is_of(profile, above) else ''
    named = environ.get(variable)
    if not named and not around:
        return Finding(program, 'info', f'{variable} is not set', export_line(profile))
    owner = owner_above(around) if not named else ''
    if owner:
        text = f'{around} belongs to {owner}, and {variable} does not name it'
        return Finding(program, 'fail', text, export_line(profile, around))
    root = host.path_of(named) if named else around
    found = _of(program, profile, root, variable if named else '', asked, here)
    if found.status == 'ok' and around and elsewhere(profile, root, here.cwd):
        text = f'{variable} is {root}, but you are in {around}'
        return Finding(program, 'warn', text, export_line(profile, around))
    return found


def _of(
    program: str, profile: Mapping[str, Any], root: str, variable: str, asked: tuple[str, str], here: Host,
) -> Finding:
    """What is to be said of a checkout, which `variable` names unless ''."""
    from .findings import Finding

    other = other_backend(profile, root)
    if other:
        text = f'{variable} is {root}, a checkout of {other}: {has_package(profile, other)}'
        return Finding(program, 'fail', text, export_line(profile))
    try:
        image = manifest_image(root, profile, here, by_tag=False, asked=asked)
    except ConfigError as e:
        fix = f'correct {variable} or the file' if variable else f'correct {quote(f"{root}/{MANIFEST}")}'
        return Finding(program, 'fail', e.on_one_line(), fix)
    missing = submodules.not_fetched(root)
    if missing:
        return Finding(program, 'fail', missing, submodules.fetch_line(root))
    return Finding(program, 'ok', f'{root}{"" if variable else ", found from here"}, image {image}')
