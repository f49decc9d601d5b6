"""The engines that are known, and what of an engine's command is its program.

Nowhere else does anything depend on an engine's name. Pure.
"""
from __future__ import annotations

from .docker import DOCKER
from .podman import PODMAN
from .profile import NO_ENGINE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from .profile import Profile

PROFILES = (DOCKER, PODMAN)
# The programs of another kind, whose profiles are read only where they are asked for.
DAEMONLESS = ('apptainer', 'singularity')
PULL = tuple(dict.fromkeys(policy for profile in PROFILES for policy in profile.pull))

# What starts a program with words that a shell splits again, and what to do instead.
JOINS: Mapping[str, str] = {
    **dict.fromkeys(('ssh', 'autossh', 'sshpass', 'mosh'), 'for an engine on another machine: DOCKER_HOST=ssh://HOST'),
    'sg': 'for a new group: sg GROUP -c "tao …", or newgrp GROUP first',
    'newgrp': 'for a new group: newgrp GROUP first, and tao in its shell',
    'su': 'for another user: sudo -u USER',
    **dict.fromkeys(('watch', 'parallel'), 'let it call tao'),
}
# What starts a program and ends before it, and its options that make it wait.
LEAVES: Mapping[str, tuple[str, ...]] = {
    'setsid': ('-w', '--wait'), 'systemd-run': ('--scope', '--wait'), 'screen': (), 'tmux': (),
}


class Program(str):
    """The word of an engine's command that is its program, of a kind that was said: docker:/opt/x/run-docker."""

    profile: Profile

    def __new__(cls, path: str, profile: Profile) -> Program:
        program = super().__new__(cls, path)
        program.profile = profile
        return program


def named(word: str) -> Program | None:
    """The program of a word such as docker:/opt/x/run-docker or podman:my-podman; None for any other word."""
    name, colon, path = word.partition(':')
    for known in PROFILES:
        if colon and path and name == known.name:
            return Program(path, known)
    if colon and path and name in DAEMONLESS:
        return Program(path, _daemonless(name))
    return None


def at_home(words: tuple[str, ...], home: str) -> tuple[str, ...]:
    """The engine's words with the home for the "~" of its program, which no shell sees in docker:~/x."""
    word = program(words)
    if not home or not word.startswith('~/'):
        return words
    path = home.rstrip('/') + word[1:]
    i = index(words)
    return (*words[:i], Program(path, word.profile) if isinstance(word, Program) else path, *words[i + 1:])


def _daemonless(name: str) -> Profile:
    from .apptainer import named

    return named(name)


def known(word: str) -> Profile | None:
    """The profile of a program, by what was said of it or by its name: docker, /usr/bin/podman-remote."""
    if isinstance(word, Program):
        return word.profile
    if word == NO_ENGINE:
        from .none import NONE  # only where it is asked for

        return NONE
    name = word.rpartition('/')[2]
    if name.startswith(DAEMONLESS) and ':' not in name:
        return _daemonless(name)
    return next((profile for profile in PROFILES if name.startswith(profile.name) and ':' not in name), None)


def index(words: Sequence[str]) -> int:
    """Which of the engine's words is its program; what comes before it (sudo -n) starts it."""
    return next((i for i, word in enumerate(words) if known(word)), len(words) - 1)


def program(words: Sequence[str]) -> str:
    """The word of the engine's command that is its program: docker, /usr/bin/podman."""
    return words[index(words)]


def runs_nothing(words: Sequence[str]) -> bool:
    """Whether the engine's own words end it with its help or version, code 0 and no job, whatever follows them.

    So does a shell's `-c docker`, which gives docker none of the words that follow. And with no engine there is no
    program that other words could be for.
    """
    ends, first = ('--help', '-h', '--version', '-v'), index(words)
    is_script = '-c' in words[:first]
    if words[first] == NO_ENGINE and len(words) > 1:
        return True
    return words[0].startswith('-') or is_script or any(word.partition('=')[0] in ends for word in words[first + 1:])


def check_starters(words: Sequence[str]) -> None:
    """Raise ValueError where a program before the engine's does not hand it its words, or its exit code."""
    for word in words[:index(words)]:
        starter = word.rpartition('/')[2]
        if starter in JOINS:
            raise ValueError(f'{starter} gives its words to a shell, which splits them again; {JOINS[starter]}')
        if starter in LEAVES and not any(word in words for word in LEAVES[starter]):
            raise ValueError(f'{starter} does not wait for what it starts, so that the exit code is lost')


def profile(words: Sequence[str]) -> Profile:
    """The profile of an engine's command, as parsers.engine took it. Raises ValueError for one of no known kind."""
    found = known(program(words))
    if not found:
        raise ValueError(f'{program(words)}: not a known engine')
    return found


def flag(words: Sequence[str], names: tuple[str, str]) -> str:
    """The value of an option after the engine's program; '' where it is not given."""
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
    return not found.is_child and bool(flag(words, found.place) or flag(words, found.address))


def at(words: tuple[str, ...], name: str) -> tuple[str, ...]:
    """The engine's words with the context (podman: connection) of that name; without a name as they are.

    Raises ValueError when they name a daemon already.
    """
    if not name:
        return words
    if profile(words).is_child:
        raise ValueError(f'with {profile(words).title} there is no daemon to choose')
    if names_a_daemon(words):
        raise ValueError('the engine command already names a daemon')
    i = index(words) + 1
    return (*words[:i], profile(words).place[1], name, *words[i:])


def tao(words: Sequence[str]) -> str:
    """How the launcher is called for the same engine."""
    if tuple(words) == (DOCKER.name,):
        return 'tao'
    import shlex

    from ..base.shell import quote

    shown = (f'{word.profile.name}:{word}' if isinstance(word, Program) else word for word in words)
    return f'tao --engine {quote(shlex.join(shown))}'
