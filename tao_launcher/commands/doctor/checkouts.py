"""What doctor says of backend checkouts."""
from __future__ import annotations

from ...base import host
from ...base.errors import ConfigError
from ...checkouts import shell_functions, submodules
from ...checkouts.find import export_line, has_package, manifest_image, other_backend, runner_profiles

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from ...base.host import Host
    from .findings import Finding


def findings(environ: Mapping[str, str], here: Host) -> list[Finding]:
    """What `tao doctor --dev` says of each runner: its checkout, its manifest and the image that it names."""
    from .findings import Finding

    found = []
    for program, profile in runner_profiles().items():
        if shell_functions.hiding([program], environ):
            told, remedy = shell_functions.told(program), shell_functions.remedy(program)
            found.append(Finding(f'{program} function', 'warn', told, remedy))
        variable = profile['root_variable']
        if not environ.get(variable):
            found.append(Finding(program, 'info', f'{variable} is not set', export_line(profile)))
            continue
        found.append(_finding(program, profile, host.path_of(environ[variable]), here))
    return found


def _finding(program: str, profile: Mapping[str, Any], root: str, here: Host) -> Finding:
    """What is to be said of the checkout that a runner's variable names."""
    from .findings import Finding

    variable = profile['root_variable']
    other = other_backend(profile, root)
    if other:
        text = f'{variable} is {root}, a checkout of {other}: {has_package(profile, other)}'
        return Finding(program, 'fail', text, export_line(profile))
    try:
        image = manifest_image(root, profile, here, by_tag=False)
    except ConfigError as e:
        return Finding(program, 'fail', e.on_one_line(), f'correct {variable} or the file')
    missing = submodules.not_fetched(root)
    if missing:
        return Finding(program, 'fail', missing, submodules.fetch_line(root))
    return Finding(program, 'ok', f'{root}, image {image}')
