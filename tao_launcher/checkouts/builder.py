"""What builds the images of a checkout: docker's buildx, or the engine's own builder, and what these need."""
from __future__ import annotations

import re
from contextlib import ExitStack, contextmanager, suppress

from ..base import files, folders, host, machine, unreadable, users
from ..base.errors import ConfigError, EngineMissing
from ..base.lock import STATE, locked
from ..base.record import Record
from ..base.text import encoded
from ..engine import answers, profiles
from .platforms import is_own

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from typing import ContextManager

    from .checkout import Checkout

# Where docker's client looks for its plugins, beside the folders of the user's own configuration.
PLUGINS = (
    '/usr/local/lib/docker/cli-plugins', '/usr/local/libexec/docker/cli-plugins',
    '/usr/lib/docker/cli-plugins', '/usr/libexec/docker/cli-plugins',
)
FIRST_WITH_BUILDKIT, FIRST_TO_USE_IT = (18, 9), (23, 0)  # versions of docker's client


class Builder(Record):
    """How images are built: the words that begin a build, and where files of it are, as FOLDER/NAME.built.

    `is_exact` tells that the file of a build has the very id that the engine gives the image. With
    `has_buildx` the builder may be one that keeps its results, and is told to hand them over.
    """

    start: tuple[str, ...]
    folder: str
    name: str
    has_buildx: bool
    is_exact: bool

    @property
    def built(self) -> str:
        """The file that tells after a build what was built."""
        return f'{self.folder}/{self.name}.built'

    @property
    def digest(self) -> str:
        """The file that tells after a push what was pushed, of an engine that writes one."""
        return f'{self.folder}/{self.name}.digest'

    @contextmanager
    def files(self, found: Checkout) -> Iterator[None]:
        """While inside, the folder of these files is there, and nobody else's; afterwards they are gone.

        Meanwhile no other build of the caller's has images of the same repository, whose tags it would move: one waits
        for the other. Raises ConfigError.
        """
        if found.dry_run:
            if not host.is_folder(self.folder):
                found.output.notice(f'the build writes into {self.folder}, which is created first')
            yield
            return
        with ExitStack() as stack:
            try:
                folders.make_folders(self.folder, [], mode=0o700)
                stack.enter_context(self._alone(found))
                self._remove()
            except OSError as e:
                raise ConfigError(
                    f'{self.folder}: cannot be written ({e.strerror})', 'nothing was built or pushed',
                ) from None
            owner = users.foreign_owner(self.folder)
            if owner:
                raise ConfigError(f'{self.folder}: belongs to {owner}', 'nothing was built or pushed')
            try:
                yield
            finally:
                with suppress(OSError):
                    self._remove()

    def _alone(self, found: Checkout) -> ContextManager[None]:
        name = answers.text(host.json_file(found.manifest), 'repository')
        return locked(
            self.folder, f'{_hash(name)}.lock',
            lambda: found.output.say(f'another build of {name} is running: waiting for it to end'),
        )

    def _remove(self) -> None:
        for path in (self.built, self.digest):
            files.remove(path)


def builder(found: Checkout) -> tuple[Checkout, Builder]:
    """(the checkout, whose engine has the environment that a build needs; its builder).

    A dry run asks and makes nothing. Raises ConfigError when there is no folder that can be written.
    """
    engine = found.engine
    profile = engine.daemon.profile
    folder = _folder(found)
    variables = {**_client_home(found, folder)}
    for variable, value in variables.items():
        cannot = f'the configuration of {profile.name} cannot be written here'
        found.output.notice(f'{cannot}, so it gets {variable}={value}')
    if asks_version(found):
        variables.update(_buildkit(found))
    found = found._replace(engine=engine._replace(environ={**engine.environ, **variables}))
    return found, likely(found)


def likely(found: Checkout) -> Builder:
    """The builder, by files alone: nothing is asked, and nothing is said."""
    profile, has_buildx = found.engine.daemon.profile, bool(buildx(found))
    made = Builder((), _folder(found), _name(found), has_buildx, has_buildx or not profile.has_plugins)
    start = ('buildx', 'build', '--load', '--metadata-file') if has_buildx else ('build', '--iidfile')
    return made._replace(start=(*start, made.built))


def asks_version(found: Checkout) -> bool:
    """Whether the client's version tells how it has to build."""
    engine = found.engine
    has_plugins = engine.daemon.profile.has_plugins
    return has_plugins and not (buildx(found) or engine.daemon.is_sudo or 'DOCKER_BUILDKIT' in engine.environ)


def buildx(found: Checkout) -> str:
    """The path of docker's buildx, by files alone; '' where it is not found."""
    engine = found.engine
    if not engine.daemon.profile.has_plugins:
        return ''
    own: tuple[str, ...] = ()
    if not engine.daemon.is_sudo:  # which has a home of its own
        folder = _configuration(found)
        own = (*answers.texts(host.json_file(f'{folder}/config.json'), 'cliPluginsExtraDirs'), f'{folder}/cli-plugins')
    paths = (f'{place}/docker-buildx' for place in (*own, *PLUGINS))
    return next((path for path in paths if machine.which(path, engine.environ)), '')


def require_platforms(found: Checkout, platforms: Sequence[str]) -> None:
    """Raise EngineMissing where nothing is there that builds for these platforms: this machine's own needs nothing."""
    is_needed = found.engine.daemon.profile.has_plugins and any(
        not is_own(platform, found.here.machine) for platform in platforms
    )
    if not is_needed or buildx(found):
        return
    raise EngineMissing(
        f'{profiles.program(found.engine.words)}: has no buildx, which is needed to build for other platforms',
        'no docker-buildx is among the plugins of docker\'s client',
        advice='install docker-buildx-plugin (docker\'s own packages) or docker-buildx (Debian 13 and later, Ubuntu)',
    )


def _configuration(found: Checkout) -> str:
    """The folder of the client's own configuration."""
    return found.engine.environ.get('DOCKER_CONFIG') or f'{found.here.home}/.docker'


def _folder(found: Checkout) -> str:
    """A folder in the home that the engine's client can write, else one of the caller's among temporary files."""
    here, environ = found.here, found.engine.environ
    program = host.program(profiles.program(found.engine.words), environ.get('PATH', ''))
    if program.path.endswith('/bin/snap'):
        return f'{here.home}/snap/docker/common/tao'  # of a home's hidden folders it sees none
    own = f'{here.home}/{STATE}'
    if _can_be_written(own):
        return own
    return f'{environ.get("TMPDIR") or "/tmp"}/tao-{0 if here.is_root else here.uid}'


def _name(found: Checkout) -> str:
    """The name of this checkout's files."""
    return _hash(machine.real_path(found.manifest))


def _hash(text: str) -> str:
    import hashlib

    return hashlib.sha256(encoded(text)).hexdigest()[:12]


def _client_home(found: Checkout, folder: str) -> Mapping[str, str]:
    """What gives docker's client a folder for its buildx, where its own cannot be written."""
    environ = found.engine.environ
    if not found.engine.daemon.profile.has_plugins or found.engine.daemon.is_sudo or environ.get('BUILDX_CONFIG'):
        return {}
    own = _configuration(found)
    if _can_be_written(f'{own}/buildx'):
        return {}
    if environ.get('DOCKER_CONFIG') or host.is_folder(own):  # which may have logins
        return {'BUILDX_CONFIG': f'{folder}/buildx'}
    return {'HOME': folder}


def _can_be_written(folder: str) -> bool:
    """Whether a folder can be written into, or made."""
    return machine.may_write(folder if host.is_folder(folder) else unreadable.nearest_parent(folder))


def _buildkit(found: Checkout) -> Mapping[str, str]:
    """What makes a client use the BuildKit that it has and does not use by itself."""
    if found.dry_run:
        found.step(('--version',))
        found.then('before version 23, the build has DOCKER_BUILDKIT=1 in its environment')
        return {}
    answer = found.engine.ask('--version')
    version = re.match(r'Docker version ([0-9]{1,4})\.([0-9]{1,4})\.', answer.out)
    has_it = version and FIRST_WITH_BUILDKIT <= (int(version[1]), int(version[2])) < FIRST_TO_USE_IT
    return {'DOCKER_BUILDKIT': '1'} if has_it else {}
