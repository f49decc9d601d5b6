"""What is wrong with an engine, from its own words; and what `info` says of it. Pure."""
from __future__ import annotations

import re

from ..base.shell import quote
from . import answers, profiles, remedies, withheld
from .remedies import Machine
from .tried import asks_elsewhere

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from .profile import Profile

LONGEST = 1000  # characters of a line, and lines, that are looked at
NO_ANSWER = 'cannot connect|error during connect|connection refused|no such host|no such file'


def engine_failure(
    engine: Sequence[str], code: int | None, error: str, address: str = '', machine: Machine = Machine(),  # noqa: B008
    environ: Mapping[str, str] = {},
) -> tuple[str, str] | None:
    """What is wrong with the engine, from its answer to any question; None when nothing is.

    The texts looked for are those of docker's and podman's command line programs.
    """
    if code == 0:
        return None
    profile = profiles.profile(engine)
    program = profiles.program(engine).rpartition('/')[2]
    text = '\n'.join(line[:LONGEST].lower() for line in error.splitlines()[:LONGEST])
    where = f' at {address}' if address else ''
    elsewhere = remedies.other_endpoint(engine, environ)
    if code is None:
        state = remedies.state(machine) if profile.service and not address else ''
        return f'the {program} engine{where} does not answer ({_first(error)})', elsewhere or state
    if 'password is required' in text or 'a terminal is required' in text:
        return 'sudo wants a password', 'sudo -v'
    found = _ssh(text, address) or _version(text, profile, environ) or _tls(text, error, address, environ)
    found = found or asks_elsewhere(profile, program, error, address)
    if found:
        return found
    if 'permission denied' in text and ('connect' in text or 'socket' in text):
        allow = remedies.join_docker_group(machine) if profile.service else elsewhere
        return f'no permission to talk to the {program} daemon{where}', allow
    if re.search('new[ug]idmap', text):
        fix = remedies.as_root(machine, 'apt-get install -y uidmap')
        return f'{program} is not permitted to map user IDs here ({_first(error)})', fix
    if re.search(r'(context|destination) .*(not found|does not exist)|connection "[^"]*" not found', text):
        place = profile.place[1][2:]
        return f'the {profile.name} {place} does not exist ({_first(error)})', elsewhere or profile.default_place
    if re.search(r'invalid bind address|unable to parse docker host|connection is not valid|unable to resolve', text):
        return f'{address or "the address"} is not a valid daemon address ({_first(error)})', elsewhere
    if (address or profile.service) and re.search(NO_ANSWER, text):
        name = withheld.variable(engine, environ)
        if name:
            return f'the {program} daemon is not running, and {withheld.explained(name)}', elsewhere
        return _no_daemon(profile, program, address, machine, elsewhere)
    said = f': {_first(error)}' if _first(error) else f' with exit code {code} and no message'
    return f'the {program} engine{where} fails{said}', ''


REFUSED_LOGIN = r'permission denied \(|host key verification failed|too many authentication failures'
DROPPED = r'kex_exchange_identification|not allowed at this time|connection (reset|closed) by'


def _ssh(text: str, address: str) -> tuple[str, str] | None:
    if not address.startswith('ssh:'):
        return None
    try_it = f'ssh {quote(address)} docker version'
    if re.search(REFUSED_LOGIN, text):
        return f'ssh cannot log in to {address}', try_it
    if re.search(DROPPED, text):
        return (
            f'{address} drops the connection, as servers do for a while after a refused login; if ssh said "Permission '
            'denied" before, it cannot log in there', try_it,
        )
    return None


def _version(text: str, profile: Profile, environ: Mapping[str, str]) -> tuple[str, str] | None:
    """A client and a daemon that have no version of their API in common."""
    found = re.search(r'client version ([\d.]+) is too (old|new)\. \w+ supported api version is ([\d.]+)', text)
    if not found:
        return None
    own, how, theirs = found.groups()
    if environ.get('DOCKER_API_VERSION'):
        return f'DOCKER_API_VERSION is {own}, and the daemon wants {theirs}', 'unset DOCKER_API_VERSION'
    if how == 'old':
        return (
            f'this {profile.name} client speaks API {own} and is too old for the daemon, which wants {theirs}',
            f'install a newer client ({profile.manual})',
        )
    return (
        f'this {profile.name} client speaks API {own} and is too new for the daemon, which knows {theirs}',
        f'install a newer daemon there ({profile.manual})',
    )


TLS = ('DOCKER_TLS_VERIFY', 'DOCKER_TLS', 'DOCKER_CERT_PATH')


def _tls(text: str, error: str, address: str, environ: Mapping[str, str]) -> tuple[str, str] | None:
    """A client that speaks TLS to a daemon that does not, or the other way round, or without its certificates."""
    if not re.search(r'\b(ca|cert|key)\.pem|x509|\btls\b|http response to https|http request to an https', text):
        return None
    names = [name for name in TLS if environ.get(name)]
    if not names:
        certificates = 'export DOCKER_TLS_VERIFY=1 DOCKER_CERT_PATH=FOLDER'
        return f'the daemon at {address or "the address"} wants TLS ({_first(error)})', certificates
    verb = 'is' if len(names) == 1 else 'are'
    where = f' at {address}' if address else ''
    what = f'{" and ".join(names)} {verb} set, and the daemon{where} cannot be reached that way ({_first(error)})'
    return what, f'unset {" ".join(names)}'


def _no_daemon(
    profile: Profile, program: str, address: str, machine: Machine, elsewhere: str,
) -> tuple[str, str]:
    """Nobody answers there."""
    if not address and not machine.has_daemon:
        return f'the {profile.name} daemon is not installed', remedies.install(machine, profile)
    if not address:
        return f'the {program} daemon is not running', remedies.start(machine)
    own = remedies.start_own(machine, address) if profile.service else ''
    if own:
        return f'your own {program} daemon is not running at {address}', own
    is_local = address.startswith(('unix:', '/'))
    what = f'the {program} daemon is not running' if is_local else f'no {program} daemon answers'
    # neither a flag nor a variable has named it, so a context has
    return f'{what} at {address}', elsewhere or profile.default_place


def has_nvidia(info: Mapping[str, object]) -> bool:
    """Whether `docker info` shows an nvidia runtime or CDI device."""
    devices = (answers.text(device, 'ID') for device in answers.entries(info, 'DiscoveredDevices'))
    return 'nvidia' in answers.fields(info, 'Runtimes') or any(id.startswith('nvidia.com/gpu') for id in devices)


def has_no_init(info: Mapping[str, object]) -> bool:
    """Whether `docker info` shows that docker's program for --init cannot be started."""
    return answers.text(info, 'InitCommit', 'ID') == 'N/A'


def remaps_users(info: Mapping[str, object]) -> bool:
    """Whether `docker info` shows that root in a container is another user here (userns-remap)."""
    return any(option.split(',')[0] == 'name=userns' for option in answers.texts(info, 'SecurityOptions'))


def is_rootless(info: Mapping[str, object]) -> bool:
    """Whether `docker info` or `podman info` shows an engine without root."""
    if 'host' in info:
        return answers.at(info, 'host', 'security', 'rootless') is True
    return any(option.split(',')[0] == 'name=rootless' for option in answers.texts(info, 'SecurityOptions'))


def has_way_of_its_own(info: Mapping[str, object]) -> bool:
    """Whether `docker info` shows a proxy or a mirror: the daemon may reach a registry that its client does not."""
    proxies = (answers.text(info, name) for name in ('HttpProxy', 'HttpsProxy'))
    return any(proxies) or bool(answers.texts(info, 'RegistryConfig', 'Mirrors'))


def wants_tls(info: Mapping[str, object], registry: str) -> bool | None:
    """Whether `docker info` shows that the daemon goes to a registry with TLS and a certificate that it trusts alone.

    None where that is not known: a name may be one of a network for which the daemon does without.
    """
    secure = answers.at(info, 'RegistryConfig', 'IndexConfigs', registry, 'Secure')
    if isinstance(secure, bool):
        return secure
    networks = answers.texts(info, 'RegistryConfig', 'InsecureRegistryCIDRs')
    if not networks:
        return None
    import ipaddress  # slow to load, and only a refusal needs it

    host = registry.rpartition(':')[0] if re.search(r':\d+$', registry) else registry
    try:
        address = ipaddress.ip_address('127.0.0.1' if host == 'localhost' else host.strip('[]'))
        return not any(address in ipaddress.ip_network(network, strict=False) for network in networks)
    except ValueError:  # a name
        return True if all(network.startswith(LOOPBACK) for network in networks) else None


LOOPBACK = ('127.', '::1/')


def image_folder(info: Mapping[str, object]) -> str:
    """The folder of this machine that `docker info` or `podman info` says images are kept in, or ''."""
    if 'store' in info:
        return answers.text(info, 'store', 'graphRoot')
    if answers.text(info, 'OperatingSystem').startswith('Docker Desktop'):
        return ''  # in its own virtual machine
    root = answers.text(info, 'DockerRootDir')
    if has_containerd_store(info):
        address = answers.text(info, 'Containerd', 'Address')
        # with a containerd of its own dockerd keeps them below its root; older releases do not tell which it is
        if address in SYSTEM_CONTAINERD or (not address and root == '/var/lib/docker'):
            return '/var/lib/containerd'
    return root


SYSTEM_CONTAINERD = ('/run/containerd/containerd.sock', '/var/run/containerd/containerd.sock')


def has_containerd_store(info: Mapping[str, object]) -> bool:
    """Whether `docker info` shows containerd's image store, the default since docker 29."""
    status = [word for pair in answers.entries(info, 'DriverStatus') for word in answers.texts(pair)]
    return any('io.containerd.snapshotter' in word for word in status)


def _first(text: str) -> str:
    """The line that tells most: podman writes warnings before its error."""
    lines = text.strip().splitlines() or ['']
    return next((line for line in lines if line.startswith('Error: ')), lines[0])[:200]
