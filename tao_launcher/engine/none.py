"""The profile of no engine: a task is a command of this machine, which may be a container of TAO itself."""
from __future__ import annotations

from .docker import DOCKER
from .podman import PODMAN
from .profile import NO_ENGINE

# What is docker's is of no use without a daemon: nothing is asked of an engine that there is none of.
NONE = DOCKER._replace(
    name=NO_ENGINE,
    title='no engine',
    place=('', ''),
    address=('', ''),
    variables=('', ''),
    default_place='',
    service='',
    pull=tuple(dict.fromkeys((*DOCKER.pull, *PODMAN.pull))),
    platform_variable='',
    has_plugins=False,
    has_contexts=False,
    logins=(),
    kind=NO_ENGINE,
)
