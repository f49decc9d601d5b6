"""What the engines take and say each in their own way: a profile for docker and one for podman.

Nowhere else does anything depend on an engine's name. Pure.
"""
from __future__ import annotations

from ..base.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


class Profile(Record):
    """One engine's ways; the words of commands without the engine's own."""

    name: str  # of its program, and in messages
    title: str
    package: str  # that Debian and Ubuntu have it in
    manual: str  # how it is installed elsewhere
    place: tuple[str, str]  # the option for the name of a daemon's address, short and long: a context, a connection
    address: tuple[str, str]  # the option for the address itself
    variables: tuple[str, str]  # of the environment: for the address, for its name
    default_place: str  # the command that goes back to the local daemon
    service: str  # its daemon, and the group that may talk to it; '' for: it has none
    uses_cdi: bool  # GPUs are devices (nvidia.com/gpu=0), not --gpus
    own_user: tuple[str, ...]  # what makes the job's user the caller where the engine runs without root
    own_inits: tuple[str, ...]  # where it finds its program for --init by itself; () for: it brings one along
    other_inits: tuple[str, ...]  # statically linked ones that --init-path can name instead
    pull: tuple[str, ...]  # the values of --pull
    removal: tuple[tuple[str, ...], ...]  # the commands that kill and remove a container, its id behind each
    several: tuple[str, ...]  # what `save` needs for more than one image
    insecure: tuple[str, ...]  # what `manifest inspect` needs for a registry without TLS
    digest_file: str  # the option of `push` that writes the digest into a file; '' where RepoDigests has it
    pull_talks_on_stderr: bool  # its progress, not only its errors
    attach_tells_code: bool  # the exit code of `attach` is the job's
    events: Mapping[str, str]  # docker's names for its events, where they differ
    logins: tuple[str, ...]  # the files that may hold logins to registries, variables for folders in them
    storage: str  # the setting for the folder that images are kept in
    job_label: str  # the label tao.job in the --format of `ps`


DOCKER = Profile(
    name='docker',
    title='Docker Engine',
    package='docker.io',
    manual='https://docs.docker.com/engine/install/',
    place=('-c', '--context'),
    address=('-H', '--host'),
    variables=('DOCKER_HOST', 'DOCKER_CONTEXT'),
    default_place='docker context use default',
    service='docker',
    uses_cdi=False,
    own_user=(),
    own_inits=(),
    other_inits=(),
    pull=('missing', 'always', 'never'),
    removal=(('rm', '-f', '-v'),),
    several=(),
    insecure=('--insecure',),
    digest_file='',
    pull_talks_on_stderr=False,
    attach_tells_code=True,
    events={},
    logins=('$DOCKER_CONFIG/config.json', '$HOME/.docker/config.json'),
    storage='data-root in /etc/docker/daemon.json',
    job_label='{{.Label "tao.job"}}',
)
PODMAN = Profile(
    name='podman',
    title='Podman',
    package='podman',
    manual='https://podman.io/docs/installation',
    place=('-c', '--connection'),
    address=('--url', '--url'),
    variables=('CONTAINER_HOST', 'CONTAINER_CONNECTION'),
    default_place='podman system connection list',
    service='',
    uses_cdi=True,
    own_user=('--userns=keep-id',),
    own_inits=tuple(
        f'{folder}/catatonit' for folder in
        ('/usr/libexec/podman', '/usr/lib/podman', '/usr/local/libexec/podman', '/usr/local/lib/podman')
    ),
    other_inits=(
        '/usr/bin/catatonit', '/usr/bin/tini-static', '/usr/bin/docker-init', '/usr/libexec/docker/docker-init',
    ),
    pull=('missing', 'always', 'never', 'newer'),
    # its `rm -f` alone gives a job ten seconds, and older releases know no option against it
    removal=(('kill',), ('rm', '-f', '-v')),
    several=('--multi-image-archive',),  # without it the names behind the first are further tags of that one
    insecure=(),  # registries.conf says so, and its pull knows nothing else
    digest_file='--digestfile',  # its RepoDigests has what the image would have uncompressed, which no registry knows
    pull_talks_on_stderr=True,
    attach_tells_code=False,
    events={'died': 'die', 'stop': 'kill'},
    logins=(
        '$REGISTRY_AUTH_FILE', '$XDG_RUNTIME_DIR/containers/auth.json', '$HOME/.config/containers/auth.json',
        '$HOME/.docker/config.json',
    ),
    storage='graphroot in storage.conf',
    job_label='{{index .Labels "tao.job"}}',
)
PROFILES = (DOCKER, PODMAN)
PULL = tuple(dict.fromkeys(policy for profile in PROFILES for policy in profile.pull))


def index(words: Sequence[str]) -> int:
    """Which of the engine's words is its program; what stands before it (sudo -n) starts it."""
    for i, word in enumerate(words):
        if word.rpartition('/')[2].startswith(('docker', 'podman', 'nerdctl')):
            return i
    return len(words) - 1


def program(words: Sequence[str]) -> str:
    """The word of the engine's command that is its program: docker, /usr/bin/podman."""
    return words[index(words)]


def profile(words: Sequence[str]) -> Profile:
    """The profile of an engine; one of an unknown name is docker's."""
    is_podman = program(words).rpartition('/')[2].startswith('podman')
    return PODMAN if is_podman else DOCKER


def flag(words: Sequence[str], names: tuple[str, str]) -> str:
    """The value of an option behind the engine's program; '' where it is not given."""
    own = words[index(words) + 1:]
    short, long = names
    for word, following in zip(own, (*own[1:], '')):
        if word in names:
            return following
        if word.startswith(f'{long}='):
            return word[len(long) + 1:]
        if word.startswith(short) and not word.startswith('--'):  # -Htcp://gpu1:2375
            return word[len(short):].lstrip('=')
    return ''


def names_a_daemon(words: Sequence[str]) -> bool:
    """Whether the engine's own words say which daemon is meant."""
    found = profile(words)
    return bool(flag(words, found.place) or flag(words, found.address))


def at(words: tuple[str, ...], name: str) -> tuple[str, ...]:
    """The engine's words with the context (podman: connection) of that name; without a name as they are.

    Raises ValueError when they name a daemon already.
    """
    if not name:
        return words
    if names_a_daemon(words):
        raise ValueError('the engine\'s own words name a daemon already')
    i = index(words) + 1
    return (*words[:i], profile(words).place[1], name, *words[i:])


def tao(words: Sequence[str]) -> str:
    """How the launcher is called for the same engine."""
    return 'tao' if tuple(words) == ('docker',) else f'tao --engine "{" ".join(words)}"'
