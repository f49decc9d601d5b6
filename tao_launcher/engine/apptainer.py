"""The profiles of Apptainer and of SingularityCE: a job is a process of the launcher's own, in a container."""
from __future__ import annotations

from .docker import DOCKER
from .profile import APPTAINER_KIND

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from .profile import Profile

# What is docker's is of no use without a daemon, which there is none of.
APPTAINER = DOCKER._replace(
    name='apptainer',
    title='Apptainer',
    package='apptainer',
    manual='https://apptainer.org/docs/admin/main/installation.html',
    place=('', ''),
    address=('', ''),
    variables=('', ''),
    default_place='',
    service='',
    raw_manifest=(),
    verbose_manifest=(),
    platform_variable='',
    has_plugins=False,
    has_contexts=False,
    logins=('$HOME/.apptainer/docker-config.json', '$HOME/.docker/config.json'),
    storage='APPTAINER_CACHEDIR',
    kind=APPTAINER_KIND,
    gpu_option='--nv',
)
SINGULARITY = APPTAINER._replace(
    name='singularity',
    title='SingularityCE',
    package='singularity-container',
    manual='https://docs.sylabs.io/guides/latest/admin-guide/installation.html',
    logins=('$HOME/.singularity/docker-config.json', '$HOME/.docker/config.json'),
    storage='SINGULARITY_CACHEDIR',
)


def named(name: str) -> Profile:
    """The profile of a program, by how its name starts."""
    return APPTAINER if name.startswith(APPTAINER.name) else SINGULARITY


def variable(profile: Profile, name: str) -> str:
    """What the program calls its own variable of that name: APPTAINER_CACHEDIR."""
    return f'{profile.name.upper()}_{name}'


def prefixed(profile: Profile, name: str) -> str:
    """The variable whose value the program gives to a variable of the container: APPTAINERENV_NAME."""
    return f'{profile.name.upper()}ENV_{name}'


def cache(profile: Profile, environ: Mapping[str, str], home: str) -> str:
    """The folder of the images that the program has pulled."""
    return f'{environ.get(variable(profile, "CACHEDIR")) or f"{home}/.{profile.name}"}/cache'


def cached_names(digest: str, machine: str) -> tuple[str, ...]:
    """What the file of an image is called in the cache, by the 64 hex digits of its digest: releases differ.

    `machine` is the architecture as registries name it.
    """
    from hashlib import sha256

    return sha256(f'{digest}{machine}'.encode()).hexdigest(), digest
