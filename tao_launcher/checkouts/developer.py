"""What a developer runner launches on a checkout that is here."""
from __future__ import annotations

from ..base import host
from ..engine import platforms, profiles
from ..engine.profile import NO_ENGINE
from . import runners, submodules
from .digest_notice import both
from .find import manifest_image, notices

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from ..launch.plan import Target
    from ..settings.invocation import Invocation
    from ..settings.settings import Settings


def target(
    program: str, profile: Mapping[str, Any], root: str, command: Sequence[str], settings: Settings,
    invocation: Invocation,
) -> Target:
    """`command`, or a shell, in the image of the settings or the manifest, with what is to be said of the checkout.

    Raises ConfigError.
    """
    here = invocation.here
    image = settings.image or _image(root, profile, settings, invocation)
    core = profile['tao_core']
    has_core = bool(core) and submodules.has_content(f'{root}/{core}')
    made = runners.target(program, profile, root, image, command, has_core=has_core)
    return made._replace(notices=(
        *notices(profile, root, here, is_named=bool(invocation.environ.get(profile['root_variable']))),
        *_of_file(made, profile, settings),
        *_outside(root, profile['mounted_at'], core if has_core else '', settings), *_of_manifest(root, settings),
    ))


def placed(profile: Mapping[str, Any], root: str, settings: Settings) -> Mapping[str, Any]:
    """The profile of a launch, whose checkout stays where it is with --same_paths and no engine."""
    is_in_place = settings.same_paths and profiles.profile(settings.engine).kind == NO_ENGINE
    return runners.in_place(profile, root) if is_in_place else profile


def _image(root: str, profile: Mapping[str, Any], settings: Settings, invocation: Invocation) -> str:
    """The image that the manifest names for the platform that is asked for. Raises ConfigError."""
    given = str(settings.passed.get('platform', ''))
    asked = platforms.asked(given, settings.engine, invocation.environ)
    return manifest_image(root, profile, invocation.here, by_tag=bool(settings.tag), asked=asked)


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


def _of_manifest(root: str, settings: Settings) -> tuple[str, ...]:
    """What to say of a manifest whose digests are used."""
    if settings.image or settings.tag:
        return ()
    path = f'{root}/{runners.MANIFEST}'
    return tuple(filter(None, [both(path, host.json_file(path))]))
