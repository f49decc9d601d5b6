"""The platforms that a base image is built for, and where each one's digest is in the manifest. Pure."""
from __future__ import annotations

import re

from ..base.errors import UsageError
from ..base.record import Record
from ..engine import platforms as known
from .manifest import ARCHITECTURES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

X86, ARM = 'linux/amd64', 'linux/arm64'
JETSON = 'l4t'  # a base image of its own, for linux/arm64


class Platform(Record):
    """A platform as docker calls it ('' for the machine's own), and the name of its digest among a manifest's."""

    name: str
    entry: str


def platforms(given: Sequence[str], *, is_l4t: bool) -> tuple[Platform, ...]:
    """What to build for, each once: the platforms of lists such as linux/amd64,linux/arm64, or Jetson's.

    Nothing given is the machine's own. Raises UsageError.
    """
    names = [name.strip() for each in given for name in each.split(',')]
    for name in names:
        if not re.fullmatch('linux/[a-z0-9]{1,20}(/v[0-9]{1,2})?', name):
            raise UsageError(f'--platform: "{name}": expected a platform such as {X86}, {ARM}, or both with a comma')
    if is_l4t and names:
        raise UsageError(f'--l4t is only for Jetson and cannot be combined with {names[0]}')
    if is_l4t:
        return (Platform(ARM, JETSON),)
    found = {name: Platform(name, entry_of(name)) for name in names}
    entries = {each.entry: each for each in found.values()}
    if len(entries) < len(found):
        raise UsageError(f'--platform: {" and ".join(found)} share one digest in the manifest: build one at a time')
    return tuple(found.values()) or (Platform('', ''),)


def entry_of(platform: str) -> str:
    """The name of a platform's digest among a manifest's: x86 for linux/amd64; '' where the machine is left open."""
    architecture = known.architecture(platform)
    # which is not what manifests call arm
    return 'arm32' if architecture == 'arm' else ARCHITECTURES.get(architecture, architecture)


def is_own(platform: str, machine: str) -> bool:
    """Whether a platform ('' for the machine's own) is that of a machine, as uname has it."""
    return entry_of(platform) in ('', entry_of(machine))
