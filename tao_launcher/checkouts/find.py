"""Finds the checkout that a developer runner works on, and reads its manifest."""
from __future__ import annotations

import json

from ..base import host, machine
from ..base.errors import ConfigError
from ..base.shell import quote
from ..base.users import foreign_owner
from . import runners, submodules

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from ..base.host import Host

ROLE = 'manifest that names the base image, of the checkout that {} or the current folder names'


GONE = 'the current folder, which is gone,'


def runner_profiles() -> dict[str, Any]:
    """Every runner's profile, by its program."""
    found: dict[str, Any] = json.loads(host.package_data('runners.json'))
    return found


def find_root(
    program: str, profile: Mapping[str, Any], environ: Mapping[str, str], here: Host,
) -> str:
    """The checkout: the root variable's folder, else the nearest one upwards, as `root_above` tells.

    One that is found, and not named, has to be the caller's or root's: what is in it is run. One that shows to be
    of another backend is refused. Raises ConfigError.
    """
    variable = profile['root_variable']
    if environ.get(variable):
        found = host.path_of(environ[variable])
        _check_backend(program, profile, found, f'{variable} names it')
        return found
    found = root_above(here.cwd, profile)
    if not found:
        raise ConfigError(
            f'no checkout found for {program}',
            f'{variable} is not set, and neither {here.cwd or GONE} nor a folder above it has {runners.MANIFEST}',
            advice=export_line(profile),
        )
    owner = owner_above(found)
    if owner:
        raise ConfigError(
            f'{found}: belongs to {owner}', f'a checkout that {variable} does not name must belong to you or to root',
            advice=f'{export_line(profile, found)}, if that is the one you mean',
        )
    _check_backend(program, profile, found, f'{variable} is not set, and you are in it')
    return found


def _check_backend(program: str, profile: Mapping[str, Any], root: str, whence: str) -> None:
    other = other_backend(profile, root)
    if other:
        raise ConfigError(
            f'{root} is a checkout of {other}, not of {program}', has_package(profile, other), whence,
            advice=f'{other}, or {export_line(profile)}',
        )


def has_package(profile: Mapping[str, Any], other: str) -> str:
    """What tells a checkout of the runner `other` from one of the profile's."""
    return f'it has the package {runner_profiles()[other]["package"]}, and no {profile["package"]}'


def other_backend(profile: Mapping[str, Any], root: str) -> str:
    """The runner whose backend a checkout is of, by the package in it, where that is not the profile's; else ''."""
    if is_of(profile, root):
        return ''
    return next((name for name, other in runner_profiles().items() if is_of(other, root)), '')


def is_of(profile: Mapping[str, Any], root: str) -> bool:
    """Whether a checkout has the package of the profile's backend."""
    return host.is_folder(f'{root}/{profile["package"]}')


def notices(profile: Mapping[str, Any], root: str, here: Host, *, is_named: bool) -> list[str]:
    """What is to be said of a checkout before it is used: that you are in another one, what git has not fetched.

    Of one that is not named, as the root variable does it, also that it does not show whose it is.
    """
    found = []
    above = elsewhere(profile, root, here.cwd)
    if above:
        found.append(f'this is about {root}, of {profile["root_variable"]}; you are in {above}')
    if not is_named and not is_of(profile, root):
        found.append(f'{unknown(profile, root)}; {export_line(profile, root)}, if it is one')
    missing = submodules.not_fetched(root)
    if missing:
        found.append(f'{missing}; {submodules.fetch_line(root)}')
    return found


def unknown(profile: Mapping[str, Any], root: str) -> str:
    """What to say of a checkout that was found, and does not show whose it is."""
    return f'{root} has {runners.MANIFEST}, but no {profile["package"]}: it may be no checkout of this backend'


def elsewhere(profile: Mapping[str, Any], root: str, folder: str) -> str:
    """The checkout of the profile's backend that `folder` is in, where that is not `root`; else ''."""
    above, nearest = root_above(folder, profile), next(_upwards(folder), '')
    return '' if machine.real_path(root) in map(machine.real_path, filter(None, (above, nearest))) else above


def root_above(folder: str, profile: Mapping[str, Any]) -> str:
    """The nearest folder upwards that has a manifest and the package of the profile's backend; '' for none.

    Only submodules are looked out of: tao-core has its checkout around it, and so may a whole backend. Where no folder
    has the package, it is the nearest one with that of any backend, else the nearest one with a manifest.
    """
    found = []
    for root in _upwards(folder):
        if is_of(profile, root):
            return root
        found.append(root)
    return next((root for root in found if other_backend(profile, root)), found[0] if found else '')


def _upwards(folder: str) -> Iterator[str]:
    """The nearest folder upwards with a manifest, then each one that has the one before in a submodule."""
    found = outer = _nearest(folder)
    if found:
        yield found
    while outer not in ('', '/'):
        outer = _nearest(outer.rpartition('/')[0] or '/')
        # a list that someone else may write decides nothing
        if outer and not owner_above(outer) and not foreign_owner(f'{outer}/{submodules.NAMES}'):
            inside = f'{found[len(outer.rstrip("/")) + 1:]}/'
            if any(inside.startswith(f'{path}/') for path in submodules.of(outer)):
                found = outer
                yield found


def _nearest(folder: str) -> str:
    while not host.is_there(f'{folder}/{runners.MANIFEST}'):
        if folder in ('/', ''):
            return ''
        folder = folder.rpartition('/')[0] or '/'
    return folder


def owner_above(root: str) -> str:
    """Who else owns a checkout, its folder docker or its manifest, or has made them links; '' for nobody else."""
    return foreign_owner(root, f'{root}/docker', f'{root}/{runners.MANIFEST}')


def export_line(profile: Mapping[str, Any], root: str = '') -> str:
    """The command that names a runner's checkout."""
    shown = quote(root) if root else f'/path/to/{profile["backend_repository"].rpartition("/")[2]}'
    return f'export {profile["root_variable"]}={shown}'


def manifest_image(
    root: str, profile: Mapping[str, Any], here: Host, *, by_tag: bool, asked: tuple[str, str] = ('', ''),
) -> str:
    """The base image that a checkout's manifest names for this machine, or for `asked`: a platform and what says so.

    Raises ConfigError.
    """
    platform, by = asked
    return runners.manifest_image(
        manifest_bytes(root, profile), f'{root}/{runners.MANIFEST}', platform or here.machine, by_tag=by_tag, asked=by,
    )


def manifest_bytes(root: str, profile: Mapping[str, Any]) -> bytes:
    """What its manifest holds. Raises ConfigError, which says where it was looked for."""
    return host.read(f'{root}/{runners.MANIFEST}', ROLE.format(profile['root_variable']), required=True) or b''


def where_from(program: str, profile: Mapping[str, Any], environ: Mapping[str, str]) -> list[str]:
    variable = profile['root_variable']
    return [f'the checkout of {program} is the folder in {variable}' if environ.get(variable) else
            f'{variable} is not set: the checkout is the nearest folder upwards with {runners.MANIFEST}']
