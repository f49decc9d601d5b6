"""What doctor says of backend checkouts."""
from __future__ import annotations

from ...base import host
from ...base.errors import ConfigError
from ...checkouts.find import export_line, manifest_image, runner_profiles

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from ...base.host import Host
    from .findings import Finding


def findings(environ: Mapping[str, str], here: Host) -> list[Finding]:
    """What `tao doctor --dev` says of each runner: its checkout, its manifest and the image that it names."""
    from .findings import Finding

    found = []
    for program, profile in runner_profiles().items():
        variable = profile['root_variable']
        if not environ.get(variable):
            found.append(Finding(program, 'info', f'{variable} is not set', export_line(profile)))
            continue
        try:
            image = manifest_image(host.path_of(environ[variable]), profile, here, by_tag=False)
        except ConfigError as e:
            found.append(Finding(program, 'fail', e.on_one_line(), f'correct {variable} or the file'))
        else:
            found.append(Finding(program, 'ok', f'{environ[variable]}, image {image}'))
    return found
