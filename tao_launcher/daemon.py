"""Which daemon the engine will talk to, as far as variables and docker's files tell. No process is asked."""
from __future__ import annotations

from .record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence


class Daemon(Record):
    """What is known of the engine: is it podman, where is its daemon, whose user is it.

    address is '' for the local default.
    """

    is_podman: bool = False
    is_sudo: bool = False
    is_rootless: bool = False
    is_remote: bool = False
    is_ssh: bool = False
    address: str = ''


def find(engine: Sequence[str], environ: Mapping[str, str], home: str, read: Callable[[str], object]) -> Daemon:
    """What the engine's words, DOCKER_HOST, DOCKER_CONTEXT and docker's configuration say.

    read(path) gives a JSON file's value, or None.
    """
    programs = [word.rpartition('/')[2] for word in engine]
    is_podman = any(name.startswith('podman') for name in programs)
    is_sudo = programs[0] == 'sudo'
    if is_podman:
        address = environ.get('CONTAINER_HOST', '')
    else:
        address = _flag(engine, '-H', '--host') or _address(engine, environ, home, read)
    remote = address.startswith(('tcp:', 'ssh:', 'http:', 'https:'))
    return Daemon(
        is_podman=is_podman,
        is_sudo=is_sudo,
        is_rootless=not remote and any('rootless' in name or '/run/user/' in name for name in (address, *programs)),
        is_remote=remote,
        is_ssh=address.startswith('ssh:'),
        address=address,
    )


def _flag(engine: Sequence[str], short: str, long: str) -> str:
    """The value of an option among the engine's own words."""
    for word, following in zip(engine, (*engine[1:], '')):
        if word in (short, long):
            return following
        if word.startswith(f'{long}='):
            return word[len(long) + 1:]
    return ''


def _address(engine: Sequence[str], environ: Mapping[str, str], home: str, read: Callable[[str], object]) -> str:
    """The endpoint by docker's own precedence: --context, DOCKER_HOST, DOCKER_CONTEXT, its configuration."""
    folder = environ.get('DOCKER_CONFIG') or f'{home}/.docker'
    context = _flag(engine, '-c', '--context')
    if not context and environ.get('DOCKER_HOST'):
        return environ['DOCKER_HOST']
    context = context or environ.get('DOCKER_CONTEXT', '')
    if not context:
        configuration = read(f'{folder}/config.json')
        if isinstance(configuration, dict):
            context = str(configuration.get('currentContext') or '')
    if not context or context == 'default':
        return ''
    import hashlib  # docker stores a context under the digest of its name

    name = hashlib.sha256(context.encode('utf-8', 'surrogatepass')).hexdigest()
    meta = read(f'{folder}/contexts/meta/{name}/meta.json')
    try:
        return str(meta['Endpoints']['docker']['Host'])  # type: ignore[index]
    except (KeyError, TypeError):
        return context if context == 'rootless' else ''
