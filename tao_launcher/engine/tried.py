"""The address that docker's client has tried in vain, by its own words. Pure."""
from __future__ import annotations

import re

from ..base.shell import quote

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .profile import Profile

LONGEST = 10_000  # characters that are looked at
# What docker's client says of the address that it tried in vain.
TRIED = r'(?:daemon|daemon socket|docker API) at ((?:unix|tcp)://[^\s;]*[^\s;:.])|dial unix (/[^\n:]+):'
DEFAULT = 'unix:///var/run/docker.sock'


def asks_elsewhere(profile: Profile, program: str, error: str, address: str) -> tuple[str, str] | None:
    """A client that has tried another address than the one it is said to, as when a script drops DOCKER_HOST.

    Only where one of the two is a socket of this machine are they sure to be two: docker adds a port to the others.
    """
    found = re.search(TRIED, error[:LONGEST])
    if not found or not profile.has_contexts or address.startswith('ssh:') or address and '://' not in address:
        return None
    tried, known = found[1] or f'unix://{found[2]}', address or DEFAULT
    if tried == known or not (tried.startswith('unix:') or known.startswith('unix:')):
        return None
    what = f'no {program} daemon answers' if tried.startswith('tcp:') else f'the {program} daemon is not running'
    if 'permission denied' in error:
        what = f'no permission to talk to the {program} daemon'
    return f'{what} at {tried}, which {program} asks instead of {address or "its default"}', f'type -a {quote(program)}'
