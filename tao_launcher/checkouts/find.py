"""Finds the checkout that a developer runner works on, and reads its manifest."""
from __future__ import annotations

import json

from ..base import host
from ..base.errors import ConfigError
from ..base.ownership import foreign_owner
from . import runners

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from ..base.host import Host

ROLE = 'manifest that names the base image, of the checkout that {} or the current folder names'


def runner_profiles() -> dict[str, Any]:
    """Every runner's profile, by its program."""
    found: dict[str, Any] = json.loads(host.package_data('runners.json'))
    return found


def find_root(
    program: str, profile: Mapping[str, Any], environ: Mapping[str, str], here: Host,
) -> str:
    """The checkout: the root variable's folder, else the nearest folder upwards with a manifest.

    One that is found, and not named, has to be the caller's or root's: what is in it is run. Raises ConfigError.
    """
    variable = profile['root_variable']
    if environ.get(variable):
        return host.path_of(environ[variable])
    found = root_above(here.cwd)
    if not found:
        raise ConfigError(
            f'no checkout found for {program}',
            f'{variable} is not set, and neither {here.cwd} nor a folder above it has {runners.MANIFEST}',
            advice=export_line(profile),
        )
    owner = owner_above(found)
    if owner:
        raise ConfigError(
            f'{found}: belongs to {owner}', f'a checkout that {variable} does not name has to be yours or root\'s',
            advice=f'{export_line(profile, found)}, if it is meant',
        )
    return found


def root_above(folder: str) -> str:
    """The nearest folder upwards with a manifest, or ''."""
    while not host.exists(f'{folder}/{runners.MANIFEST}'):
        if folder in ('/', ''):
            return ''
        folder = folder.rpartition('/')[0] or '/'
    return folder


def owner_above(root: str) -> str:
    """Who else owns a checkout, its folder docker or its manifest, or has made them links; '' for nobody else."""
    return foreign_owner(root, f'{root}/docker', f'{root}/{runners.MANIFEST}')


def export_line(profile: Mapping[str, Any], root: str = '') -> str:
    """The command that names a runner's checkout."""
    import shlex

    shown = shlex.quote(root) if root else f'/path/to/{profile["backend_repository"].rpartition("/")[2]}'
    return f'export {profile["root_variable"]}={shown}'


def manifest_image(root: str, profile: Mapping[str, Any], here: Host, *, by_tag: bool) -> str:
    """The base image that a checkout's manifest names. Raises ConfigError."""
    return runners.manifest_image(
        manifest_bytes(root, profile), f'{root}/{runners.MANIFEST}', here.machine, by_tag=by_tag,
    )


def manifest_bytes(root: str, profile: Mapping[str, Any]) -> bytes:
    """What its manifest holds. Raises ConfigError, which says where it was looked for."""
    return host.read(f'{root}/{runners.MANIFEST}', ROLE.format(profile['root_variable']), required=True) or b''


def where_from(program: str, profile: Mapping[str, Any], environ: Mapping[str, str]) -> list[str]:
    variable = profile['root_variable']
    return [f'the checkout of {program} is the folder in {variable}' if environ.get(variable) else
            f'{variable} is not set: the checkout is the nearest folder upwards with {runners.MANIFEST}']
