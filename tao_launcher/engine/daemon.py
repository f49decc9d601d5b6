"""Which daemon the engine will talk to, as far as variables and docker's files tell. No process is asked."""
from __future__ import annotations

from ..base.record import Record
from . import answers, profiles
from .docker import DOCKER

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from .profile import Profile


# What the names of programs and sockets of daemons without root have in them. Without systemd's folder for
# the user (/run/user/UID) the socket is below the home.
ROOTLESS = ('rootless', '/run/user/', '/.docker/run/')


DAEMON_FILE = '/etc/docker/daemon.json'


class Daemon(Record):
    """What is known of the engine: which one it is, where its daemon is, whose user that is.

    address is '' for the local default, and as people read it. init is what --init is to use, '' for the engine's own.
    """

    profile: Profile = DOCKER
    is_sudo: bool = False
    is_rootless: bool = False
    is_remote: bool = False
    is_ssh: bool = False
    address: str = ''
    init: str = ''

    @property
    def maps_the_caller(self) -> bool:
        """Whether its own words for the caller's user are meant for it: they are not for root's engine."""
        return bool(self.profile.own_user) and not self.is_sudo and not self.is_remote

    @property
    def shown_address(self) -> str:
        """The address without a password."""
        from ..base.masking import masked

        return masked(self.address)


def find(engine: Sequence[str], environ: Mapping[str, str], home: str, read: Callable[[str], object]) -> Daemon:
    """What the engine's words, its variables (DOCKER_HOST, …) and docker's configuration say.

    read(path) gives a JSON file's value, or None.
    """
    first = profiles.index(engine)
    before = engine[:first]
    is_sudo = _is_sudo(before)
    keeps = any(word == '-E' or word.startswith('--preserve-env') for word in before)
    if is_sudo and not keeps:  # it starts the engine as root, with root's files
        read = _nothing
    known = reaching(engine, environ)
    profile = profiles.profile(engine)
    if profile.is_child:
        return Daemon(profile=profile, is_sudo=is_sudo)
    if profile.has_contexts:
        address = _with_scheme(profiles.flag(engine, profile.address)) or _docker(engine, known, home, read)
        connection = ''
    else:
        address, connection = _named(engine, profile, known)
    remote = bool(connection) or address.startswith(('tcp:', 'ssh:', 'http:', 'https:'))
    name = profiles.program(engine).rpartition('/')[2]
    return Daemon(
        profile=profile,
        is_sudo=is_sudo,
        is_rootless=not remote and any(part in text for part in ROOTLESS for text in (address, name)),
        is_remote=remote,
        is_ssh=bool(connection) or address.startswith('ssh:'),  # which may ask for a passphrase
        address=f'connection {connection}' if connection else address,
    )


def reaching(engine: Sequence[str], environ: Mapping[str, str]) -> dict[str, str]:
    """The variables that the engine's client gets: sudo keeps back what it is not told to hand on."""
    before = engine[:profiles.index(engine)]
    known = dict(environ)
    if _is_sudo(before) and not {'-E', '--preserve-env'} & {*before}:
        lists = [word.partition('=')[2].split(',') for word in before if word.startswith('--preserve-env=')]
        known = {name: value for name, value in environ.items() if any(name in each for each in lists)}
    known.update((name, value) for name, equals, value in (word.partition('=') for word in before) if equals)
    return known


def _is_sudo(before: Sequence[str]) -> bool:
    """Whether it is sudo that starts the engine's program, by the words before that."""
    return bool(before) and before[0].rpartition('/')[2] == 'sudo'


def remaps_users(daemon: Daemon, read: Callable[[str], object]) -> bool:
    """Whether docker's configuration maps the users of containers to others, which rules out the host's network."""
    if not daemon.profile.has_contexts or daemon.is_remote or daemon.is_rootless:
        return False
    found = read(DAEMON_FILE)
    return bool(found.get('userns-remap')) if isinstance(found, dict) else False


def _nothing(path: str) -> object:
    return None


def _named(engine: Sequence[str], profile: Profile, environ: Mapping[str, str]) -> tuple[str, str]:
    """(the address that words or variables give, or '', the name of a connection where they give that alone)."""
    address = profiles.flag(engine, profile.address)
    connection = profiles.flag(engine, profile.place)
    if not address and not connection:
        address, connection = (environ.get(name, '') for name in profile.variables)
    own = engine[profiles.index(engine) + 1:]
    is_remote = profiles.program(engine).endswith('-remote') or any(word in profile.remote for word in own)
    if is_remote and not address and not connection:
        connection = 'by default'
    return address, '' if address else connection


def _with_scheme(address: str) -> str:
    """An address as docker's client understands it: without a scheme it is a TCP one, of this machine for a path."""
    if not address or '://' in address:
        return address
    return f'tcp://localhost:2375{address}' if address.startswith('/') else f'tcp://{address}'


def _docker(engine: Sequence[str], environ: Mapping[str, str], home: str, read: Callable[[str], object]) -> str:
    """The endpoint by docker's own precedence: --context, DOCKER_HOST, DOCKER_CONTEXT, its configuration."""
    folder = profiles.flag(engine, ('--config', '--config')) or environ.get('DOCKER_CONFIG') or f'{home}/.docker'
    context = profiles.flag(engine, DOCKER.place)
    if not context and environ.get('DOCKER_HOST'):
        return _with_scheme(environ['DOCKER_HOST'])
    context = context or environ.get('DOCKER_CONTEXT', '')
    if not context:
        context = answers.text(read(f'{folder}/config.json'), 'currentContext')
    if not context or context == 'default':
        return ''
    import hashlib  # docker stores a context under the digest of its name

    name = hashlib.sha256(context.encode('utf-8', 'surrogatepass')).hexdigest()
    meta = read(f'{folder}/contexts/meta/{name}/meta.json')
    address = answers.text(meta, 'Endpoints', 'docker', 'Host')
    return address or (context if context == 'rootless' else '')
