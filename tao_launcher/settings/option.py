"""What is known of one option or one key of the mounts file."""
from __future__ import annotations

from ..base.record import Record
from .programs import RUNNERS, TAO
from .values import NO

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Dict, List, Union

    Values = Dict[str, Union[str, bool, List[str]]]  # what a command line sets, by Option.key

# What one way to run a job does with an option, where it is not the way's own word for it:
CODE = 'code'  # code of its own writes it
REFUSED = 'refused'  # an error says that it cannot be had there
NOTICE = 'notice'  # a notice says that the machine's own is used instead
IGNORED = 'ignored'  # it has no meaning there


class Option(Record):
    """One option of the command line, one key of the mounts file, or both: all that any module knows of it.

    Without `value` (what --help calls its value) it is a flag. `docker` is what docker and podman are told: their
    own option (--memory), CODE, or '' for an option that steers the launcher alone. `pyxis` is the same for srun's
    pyxis; `kubernetes` is a path in the pod (container.resources.limits.memory), CODE or another of the words above.
    `here` is what becomes of an option of docker's where there is no engine, `apptainer` with an engine that has no
    daemon.
    """

    name: str  # '' for a key that only the mounts file has
    value: str = ''
    help: str = ''
    kind: str = ''  # how one value is written: a name in parsers.KINDS; '' for a flag and for what may be repeated
    file: str = ''  # its key among the DockerOptions of the mounts file
    file_help: str = ''  # a sentence for the schema, which editors show and the manual prints
    file_kind: str = ''  # how the file writes it, where that is not `kind`: a name in docker_options.KINDS
    variable: str = ''  # the environment variable that sets it too
    default: object = ''
    docker: str = ''
    pyxis: str = ''
    kubernetes: str = ''
    here: str = NOTICE
    apptainer: str = REFUSED
    choices: tuple[tuple[str, str], ...] = ()  # for completion: (value, what it means)
    repeatable: bool = False
    programs: tuple[str, ...] = (*TAO, *RUNNERS)
    short: str = ''
    optional: bool = False  # the value may be left out, and is joined by "=" only

    @property
    def key(self) -> str:
        """The name that its value has everywhere inside: shm_size."""
        return self.name[2:].replace('-', '_') or self.file

    @property
    def shown(self) -> str:
        """What a user calls it: --shm_size, DockerOptions.privileged."""
        return self.name or f'DockerOptions.{self.file}'

    @property
    def example(self) -> str:
        """The words of a command line with it: --shm_size SIZE."""
        return self.name if self.optional else f'{self.name} {self.value}'.rstrip()


def spellings(names: Sequence[str]) -> list[str]:
    """An option's names without those that only spell one with - for _, or the other way round."""
    return list(reversed({name.replace('_', '-'): name for name in reversed(names)}.values()))


def is_debugging(environ: Mapping[str, str]) -> bool:
    """Whether TAO_LAUNCHER_DEBUG asks for what --verbose says."""
    return environ.get('TAO_LAUNCHER_DEBUG', '').lower() not in ('', *NO)


def is_verbose(options: Values, environ: Mapping[str, str]) -> bool:
    """Whether options or TAO_LAUNCHER_DEBUG ask to be told what was read and decided."""
    return bool(options.get('verbose')) or (not options.get('quiet') and is_debugging(environ))
