"""What a program called docker is in truth: podman, or a program that starts docker's client."""
from __future__ import annotations

from ..base import host
from ..base.late import re
from . import profiles
from .docker import DOCKER
from .podman import PODMAN
from .profiles import Program

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ..base.host import ProgramFile
    from .profile import Profile

# Where it exists, podman's own docker script keeps quiet about being podman.
QUIET_PODMAN = '/etc/containers/nodocker'
# A line that starts one of them with the words of its caller: exec /usr/bin/podman "$@"
STARTS = r'(?m)^(?!\s*#)(?:[^\n]*[\s/"\'])?{}[\w.-]*["\']?\s[^\n]*[$]\{{?[@*]'


def actual(engine: tuple[str, ...], environ: Mapping[str, str]) -> tuple[tuple[str, ...], str]:
    """(the engine's words, a notice or ''): with podman's ways where the program called docker is podman.

    A word of a kind that was said (docker:/opt/x/run-docker) is taken as it was said. Only the program's
    file is looked at; nothing is started.
    """
    at = profiles.index(engine)
    word = engine[at]
    profile = None if isinstance(word, Program) else profiles.known(word)
    if profile and profile.gpu_option:
        return (*engine[:at], _daemonless(word, profile, environ), *engine[at + 1:]), ''
    if profile is not DOCKER:
        return engine, ''
    found = host.program(word, environ.get('PATH', ''))
    if is_podman(found):
        says = f'podman:{word}' if '/' in word else PODMAN.name
        return (*engine[:at], Program(word, PODMAN), *engine[at + 1:]), (
            f'{word} is podman here ({found.path}), and is given podman\'s options, for GPUs too; '
            f'--engine {says} (or TAO_ENGINE={says}) says so'
        )
    if found.script and host.exists(QUIET_PODMAN) and not _starts(found.script, DOCKER.name):
        return engine, f'{word} ({found.path}) may be podman: {QUIET_PODMAN} exists; if it is, --engine podman'
    return engine, ''


def _daemonless(word: str, profile: Profile, environ: Mapping[str, str]) -> str:
    """The program, of the kind that its file is: Apptainer brings a link along that is called singularity."""
    actual = profiles.known(host.program(word, environ.get('PATH', '')).path)
    return Program(word, actual) if actual and actual.gpu_option and actual is not profile else word


def is_podman(found: ProgramFile) -> bool:
    """Whether a program is podman, by its file's own name or because it is a script that starts podman alone."""
    if found.script:
        return _starts(found.script, PODMAN.name) and not _starts(found.script, DOCKER.name)
    return found.path.rpartition('/')[2].startswith(PODMAN.name)


def is_wrapped(engine: Sequence[str], environ: Mapping[str, str]) -> bool:
    """Whether the engine's program is not its client itself, but may start it: a script, or one of another name."""
    found = host.program(profiles.program(engine), environ.get('PATH', ''))
    return bool(found.script) or (bool(found.path) and not profiles.known(found.path))


def _starts(script: str, name: str) -> bool:
    return name in script and bool(re.search(STARTS.format(name), script))
