"""What a developer runner launches on a checkout that is here."""
from __future__ import annotations

from ..base import host
from ..engine import profiles
from ..engine.profile import NO_ENGINE
from . import runners, submodules
from .find import manifest_image, notices

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from ..base.host import Host
    from ..launch.plan import Target
    from ..settings.settings import Settings


def target(
    program: str, profile: Mapping[str, Any], root: str, command: Sequence[str], settings: Settings, here: Host, *,
    is_named: bool = True,
) -> Target:
    """`command`, or a shell, in the image of the settings or the manifest, with what is to be said of the checkout.

    `is_named` tells that the root variable names it. Raises ConfigError.
    """
    image = settings.image or manifest_image(root, profile, here, by_tag=bool(settings.tag))
    core = profile['tao_core']
    has_core = bool(core) and submodules.has_content(f'{root}/{core}')
    made = runners.target(program, profile, root, image, command, has_core=has_core)
    return made._replace(notices=(
        *notices(profile, root, here, is_named=is_named), *_of_file(made, profile, settings),
        *_outside(root, profile['mounted_at'], core if has_core else '', settings),
    ))


def _of_file(made: Target, profile: Mapping[str, Any], settings: Settings) -> tuple[str, ...]:
    """What to say of a mounts file that changes the runner's defaults."""
    if not settings.file:
        return ()
    from . import file_changes

    return tuple(filter(None, [file_changes.notice(made, profile, settings)]))


def _outside(root: str, place: str, core: str, settings: Settings) -> list[str]:
    """What to say of git and the submodule where they are outside of what is mounted."""
    is_link = bool(core) and host.link(f'{root}/{core}') is not None
    if not is_link and not host.is_file(f'{root}/.git') or profiles.profile(settings.engine).kind == NO_ENGINE:
        return []  # nothing is elsewhere; or everything is where it is here
    from . import outside

    of_core = outside.of_core(root, place, core, settings.mounts) if is_link else []
    return [*outside.of_git(root, place, settings.mounts), *of_core]
