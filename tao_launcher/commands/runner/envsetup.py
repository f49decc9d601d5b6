"""tao_pt --envsetup: where the file is that a shell sources in a checkout."""
from __future__ import annotations

from ...base import host, machine
from ...base.errors import ConfigError

NAME = 'envsetup.sh'


def envsetup() -> str:
    """Its absolute path: in the launcher's checkout, or where pip puts it. Raises ConfigError."""
    package, program = machine.own_folders()
    places = [f'{package}/bin/{NAME}', host.path_of(f'{program}/../share/tao-launcher/{NAME}')]
    for place in places:
        if host.is_file(place):
            return place
    raise ConfigError(
        f'{NAME} is not installed', 'it comes with a checkout of the launcher and with pip, not with tao.pyz',
        *(f'no such file: {place}' for place in places),
    )
