"""What a developer runner launches on a checkout that is here."""
from __future__ import annotations

from ..base import host
from ..base.errors import FileError
from ..base.shell import quote
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
        *_of_git(root, profile['mounted_at'], settings),
    ))


def _of_file(made: Target, profile: Mapping[str, Any], settings: Settings) -> tuple[str, ...]:
    """What to say of a mounts file that changes the runner's defaults."""
    if not settings.file:
        return ()
    from . import file_changes

    return tuple(filter(None, [file_changes.notice(made, profile, settings)]))


def _of_git(root: str, place: str, settings: Settings) -> tuple[str, ...]:
    """What to say of a worktree, whose git is outside of what is mounted."""
    try:
        git = host.read(f'{root}/.git', 'git file', required=False) or b''
    except FileError:
        return ()  # a folder, as in most checkouts
    source, destination = runners.git_elsewhere(git, root, place)
    if not source or any(f'{destination}/'.startswith(f'{mount.destination}/') for mount in settings.mounts):
        return ()
    volume = quote(f'{source}:{destination}:ro')
    return (f'{root} is a git worktree: for git in the container add --volume {volume}',)
