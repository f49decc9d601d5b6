"""What is looked for on this host before a launch with Apptainer, and the image as a path here."""
from __future__ import annotations

from ..base import host, machine, surroundings, unreadable
from ..base.errors import ConfigError, UsageError
from ..base.shell import quote
from ..engine.apptainer import cache, cached_names
from ..engine.platforms import architecture
from ..settings.container_values import is_file
from . import apptainer, apptainer_refusals, checks, sif_files

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..base.host import Host
    from ..engine.daemon import Daemon
    from ..settings.invocation import Invocation
    from .plan import Plan


def check(made: Plan, engine: Daemon, invocation: Invocation) -> Plan:
    """The plan with its image as it is here, what goes by name under the program's names for it, and notices.

    Raises UsageError for options that cannot be had, ConfigError for files and folders that are missing.
    """
    here = invocation.here
    name = made.profile.name
    if engine.is_sudo:
        raise UsageError(
            f'{name} with sudo: the job would be root\'s', 'sudo takes away the variables that it is told by',
            advice=f'--engine {name}: it needs no root',
        )
    apptainer_refusals.refuse(made, here.machine)
    limits = {limit.name: surroundings.soft_limit(limit.name) for limit in made.ulimits}
    notices = apptainer_refusals.notices(made, here.machine, machine.memory(), limits)
    made = made._replace(image=_image(made, here, invocation.environ), notices=(*made.notices, *notices))
    exported = apptainer.exported(made, made.profile, invocation.environ)
    return checks.check(made, engine, invocation)._replace(export=exported, by_name=tuple(exported))


def _image(made: Plan, here: Host, environ: Mapping[str, str]) -> str:
    """The image, a file or folder by its absolute path. Raises ConfigError when it is not here."""
    image, origin = made.image, made.settings.sources['image']
    is_never = made.passed.get('pull') == 'never'
    if not is_file(image):
        own = sif_files.local_image(image, environ, here) if made.passed.get('pull') != 'always' else ''
        return own or (_cached(made, here, environ) if is_never else image)
    if '://' in image:
        return image
    path = f'{here.home}{image[1:]}' if image.startswith('~/') else image
    if not path.startswith('/'):
        if not here.cwd:
            raise ConfigError(
                f'{origin}: {path}: is relative to the current folder, which is gone',
                advice='cd to one that exists, or an absolute path',
            )
        path = f'{here.cwd.rstrip("/")}/{path[2:] if path.startswith("./") else path}'
    if 'no_check' not in made.settings.flags and host.look(path) is False:
        raise ConfigError(
            f'{origin}: {path}: no such file or folder', f'nearest existing folder: {unreadable.nearest_parent(path)}',
            advice=f'{made.profile.name} pull {quote(path)} docker://IMAGE makes it',
        )
    return path


def _cached(made: Plan, here: Host, environ: Mapping[str, str]) -> str:
    """The file of an image that is not to be asked for: what its digest is called in the cache.

    What a tag means only the registry knows. Raises ConfigError when it is not there.
    """
    name, digest = made.profile.name, made.image.partition('@sha256:')[2]
    folder = f'{cache(made.profile, environ, here.home)}/oci-tmp'
    for file in cached_names(digest, architecture(here.machine)) if digest else ():
        if host.look(f'{folder}/{file}'):
            return f'{folder}/{file}'
    why = f'it is not in {folder}' if digest else f'which image a tag means {name} asks the registry at each launch'
    fetch = f'{name} pull tao.sif {quote(apptainer.location(made.image))}, then --image ./tao.sif'
    if made.settings.sources['image'].kind == 'default':  # what a task of the catalogue needs
        fetch = f'tao pull {"/".join(made.job.split("/")[:2])}'
    raise ConfigError(
        f'{made.settings.sources["pull"]}: never: {made.image} would have to be pulled', why,
        advice=fetch,
    )
