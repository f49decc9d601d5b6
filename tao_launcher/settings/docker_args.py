"""The escape hatch: which words for docker run may be passed through, and which have their own option."""
from __future__ import annotations

from ..base.text import DIGITS, LETTERS, LOWER, consists_of, has_line_break
from .options import ROWS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

# Options of docker run and podman run that take no value; every other needs "=VALUE",
# or it would swallow the image.
WITHOUT_VALUE = {
    '--disable-content-trust', '--env-host', '--http-proxy', '--init', '--no-healthcheck',
    '--no-hosts', '--oom-kill-disable', '--privileged', '--publish-all', '-P', '--quiet', '-q',
    '--read-only', '--read-only-tmpfs', '--rmi', '--use-api-socket',
}
# What the launcher decides itself, and its option for it.
OWN = {
    '--detach': '--detach', '-d': '--detach', '--rm': '--detach', '--interactive': '--interactive',
    '-i': '--interactive', '--tty': '--tty', '-t': '--tty', '-it': '--tty', '-ti': '--tty',
    '-dit': '--detach', '--name': '--name', '--replace': '--name', '--env': '--env', '-e': '--env',
    '--env-merge': '--env', '--cidfile': '', '--sig-proxy': '',
}
# What would end without a job, and code 0, or show a secret; and why, or what there is instead.
REFUSED = {
    '--help': 'it would end without a job', '--version': 'it would end without a job',
    '--creds': 'its value would be seen in ps; log in instead',
}
SHORT = {
    '-v': '--volume', '-e': '--env', '-p': '--publish', '-u': '--user', '-w': '--workdir',
    '-l': '--label', '--net': '--network', '-P': '--publish-all', '-m': '--memory', '-h': '--hostname',
    '-c': '--cpu-shares', '-a': '--attach',
}
# The launcher's own option for what docker calls otherwise.
OUR_NAME = {
    **{row.docker: row.shown for row in ROWS if row.docker.startswith('-')},
    '--publish': '--port', '--init': 'DockerOptions.init', '--group-add': 'DockerOptions.group_add',
    '--runtime': '--gpus', '--device': '--gpus', '--userns': '--user',
}
REPEATABLE = {
    '--add-host', '--annotation', '--attach', '--blkio-weight-device', '--cap-add', '--cap-drop', '--device',
    '--device-cgroup-rule', '--device-read-bps', '--device-read-iops', '--device-write-bps', '--device-write-iops',
    '--dns', '--dns-opt', '--dns-option', '--dns-search', '--env-file', '--expose', '--group-add', '--hooks-dir',
    '--label', '--label-file', '--link', '--link-local-ip', '--log-opt', '--mount', '--network-alias', '--publish',
    '--secret', '--security-opt', '--storage-opt', '--sysctl', '--tmpfs', '--ulimit', '--volume', '--volumes-from',
}


def check_word(word: str) -> str:
    """One word for docker run: an option, its value joined by "=", none that the launcher decides.

    Returns the word; raises ValueError.
    """
    name, equals, value = word.partition('=')
    if not _is_option(name) or '\0' in word or has_line_break(word):
        raise ValueError('expected one option with its value joined by "=", such as --cpus=8')
    if name in OWN:
        raise decided(OWN[name])
    if name in REFUSED:
        raise ValueError(REFUSED[name])
    if len(name) > 2 and name[1] != '-':
        raise ValueError('expected one option to a word, its value joined by "="')
    if SHORT.get(name, name) == '--label' and value.startswith('tao.'):
        raise ValueError('labels that start with "tao." are the launcher\'s own')
    if SHORT.get(name, name) == '--volume' and value.startswith('/'):
        raise ValueError('expected --volume instead, whose source is checked')
    if not equals and name not in WITHOUT_VALUE:
        raise ValueError(f'expected its value in the same word: {name}=VALUE')
    return word


def _is_option(name: str) -> bool:
    """Whether a word is the name of an option: --cpus, -m, and several of one letter."""
    if name.startswith('--'):
        return name[2:3] in tuple(LOWER) and consists_of(name[3:], LOWER + DIGITS + '-')
    return name.startswith('-') and consists_of(name[1:], LETTERS)


def decided(own: str) -> ValueError:
    """The error for a word that sets what the launcher decides, by its option `own` or ('') by itself."""
    return ValueError(f'expected {own} instead' if own else 'the launcher decides this itself')


def word_name(word: str) -> str:
    """The option of a word for messages, without what follows it: that may be a secret."""
    name = word.partition('=')[0]
    return '' if name[:1].isspace() else ''.join(name.split(maxsplit=1)[:1])


def clashes(words: Sequence[str], argv: Sequence[str]) -> list[tuple[str, str]]:
    """(word, what is wrong) of those of `words` that cannot be passed beside the options that `argv` sets already."""
    found = []
    taken = set()
    for word, following in zip(argv, (*argv[1:], '')):
        name, equals, value = word.partition('=') if word.startswith('--') else (word, '', '')
        taken.add(_key(name, value if equals else following))
    given: set[tuple[str, str]] = set()
    for word in words:
        name, key = word_name(word), word_key(word)
        if key in taken:
            own = OUR_NAME.get(key[0], key[0])
            twice = f'{name}: given twice'
            found.append((word, twice if key in given else f'{name}: set by the launcher already; use {own}'))
        given.add(key)
        taken.add(key)
    attached = [word for word in words if word_key(word)[0] == '--attach']
    if {word_key(word)[1].lower() for word in attached} == {'stdin'}:
        found.append((attached[-1], (
            f'{word_name(attached[-1])}: with stdin alone docker may not wait for the job; add --attach=stdout, or use '
            '--interactive instead'
        )))
    return found


def word_key(word: str) -> tuple[str, str]:
    """What of a --docker-arg word may be there once."""
    name, _, value = word.partition('=')
    return _key(name, value)


def _key(name: str, value: str) -> tuple[str, str]:
    """What may be there once: an option; of a repeatable one its destination, name or port."""
    name = SHORT.get(name, name)
    if name not in REPEATABLE:
        return name, ''
    if name == '--volume':
        return name, value.split(':')[1] if ':' in value else value
    if name == '--publish':
        return name, value.rpartition(':')[2]
    return name, value.partition('=')[0] if name in ('--ulimit', '--label', '--sysctl') else value
