"""The values of settings: what a mount, a port, a limit, a variable and a GPU request are."""
from __future__ import annotations

from ..base.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any


class Source(Record):
    """Where a value comes from.

    kind is option, variable, file, default, program (a developer runner's own) or setting (the launcher decided it
    because of that setting). name is the option, the variable, the file's path, the program or the setting; path is
    the place inside the file.
    """

    kind: str
    name: str = ''
    path: str = ''

    def __str__(self) -> str:
        return f'{self.path} of {self.name}' if self.kind == 'file' else self.name or self.kind


DEFAULT = Source('default')
OWN = Source('setting', 'launch')  # the launcher's own, whatever the settings are


class Gpus(Record):
    """A GPU request: kind is 'all', 'none', 'ids', 'count' (the `first` so many) or 'free' (as many idle ones)."""

    kind: str
    ids: tuple[str, ...] = ()
    first: int = 0


class HostPath(Record):
    """A folder that the daemon has at another path than we have."""

    here: str
    there: str
    origin: Source = DEFAULT


class Mount(Record):
    """A bind mount; mode as docker writes it ('' for its default), origin for messages.

    is_of_here tells that the source was written as relative to a folder of this machine. here is the source's path
    for us where the daemon has it at another.
    """

    source: str
    destination: str
    mode: str = ''
    origin: Source = DEFAULT
    is_of_here: bool = False
    here: str = ''

    @property
    def seen(self) -> str:
        """The path by which we find the source."""
        return self.here or self.source


class Port(Record):
    """A published port; host is '' for one that docker picks, ip '' for every address."""

    container: int
    protocol: str
    host: str
    ip: str = ''

    def __str__(self) -> str:
        container = f'{self.container}' + ('' if self.protocol == 'tcp' else f'/{self.protocol}')
        return ':'.join(part for part in (self.ip, self.host, container) if part)


class Ulimit(Record):
    """A resource limit; hard is None when only one number was given."""

    name: str
    soft: int
    hard: int | None = None

    def __str__(self) -> str:
        return f'{self.name}={self.soft}' + ('' if self.hard is None else f':{self.hard}')


class Variable(Record):
    """An environment variable of the container; value None passes the host's by name."""

    name: str
    value: str | None
    origin: Source = DEFAULT

    def given(self, environ: Mapping[str, str]) -> str:
        """Its value: the caller's, from `environ`, where it is handed over by name."""
        return environ.get(self.name, '') if self.value is None else self.value


class MountsFile(Record):
    """What a mounts file says; an option it does not set is absent from `options`. The notices do not name the file."""

    path: str = ''
    mounts: tuple[Mount, ...] = ()
    variables: tuple[Variable, ...] = ()
    options: Mapping[str, Any] = {}
    notices: tuple[str, ...] = ()


# What a variable holds that is to mean no, and yes, in lower case.
NO, YES = ('0', 'false', 'no', 'off'), ('1', 'true', 'yes', 'on')


def clean_path(path: str) -> str:
    """An absolute path normalised as text, as docker does it; no symbolic link is followed."""
    parts: list[str] = []
    for part in path.split('/'):
        if part == '..':
            del parts[-1:]
        elif part not in ('', '.'):
            parts.append(part)
    return '/' + '/'.join(parts)
