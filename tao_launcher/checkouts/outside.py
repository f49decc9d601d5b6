"""What belongs to a checkout and is outside of it, so that its container has it only by another mount."""
from __future__ import annotations

from ..base import host, machine
from ..base.shell import quote
from ..launch.paths import below
from . import git_folder
from .git_folder import at

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..settings.values import Mount


def of_git(root: str, place: str, mounts: Sequence[Mount]) -> list[str]:
    """What to say of a checkout, mounted at `place`, whose git folder is elsewhere: in a worktree, for one."""
    path, git = git_folder.named(root), git_folder.of(root)
    if not path or not git or below(git, root) is not None:
        return []
    shared = git_folder.shared(git)
    if shared != git:
        what, volumes, then = f'{root} is a git worktree', [(shared, git_folder.shared(at(place, path)))], ''
    elif any((entry.section, entry.key) == ('core', 'worktree') for entry in git_folder.config(git)):
        # which leads from there to the files, so both must be where they are here
        outer = git.partition('/.git/modules/')[0]
        what = f'the git folder of {root} is {git}'
        volumes = [(outer, outer)] if outer != git and below(root, outer) is not None else [(git, git), (root, root)]
        then = f', and use git -C {quote(root)}'
    else:
        what, volumes, then = f'the git folder of {root} is {git}', [(git, at(place, path))], ''
    wanted = [
        _volume(*volume, 'ro' if volume[0] != root else '') for volume in volumes if not _is_in(volume[1], mounts)
    ]
    can_be_named = not any(':' in each for volume in volumes for each in volume)
    return [f'{what}: for git in the container add {" ".join(wanted)}{then}'] if wanted and can_be_named else []


def of_core(root: str, place: str, core: str, mounts: Sequence[Mount]) -> list[str]:
    """What to say of a submodule that is a link which leads elsewhere in the container."""
    link = host.link(f'{root}/{core}')
    destination = at(place, link or '')
    source = machine.real_path(f'{root}/{core}')
    is_there = below(destination, place) is not None or _is_in(destination, mounts)
    if not link or is_there or ':' in source + destination:
        return []
    return [f'{root}/{core} is a link to {link}, which the container does not have: add {_volume(source, destination)}']


def _volume(source: str, destination: str, mode: str = '') -> str:
    return f'--volume {quote(":".join(filter(None, (source, destination, mode))))}'


def _is_in(destination: str, mounts: Sequence[Mount]) -> bool:
    return any(below(destination, mount.destination) is not None for mount in mounts)
