"""Why an engine's program could not be started, and what to do about it."""
from __future__ import annotations

import errno

from ..base import host
from ..base.errors import EngineError, EngineMissing
from ..base.shell import quote
from . import profiles

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping


def unstarted(program: str, error: OSError, env: Mapping[str, str]) -> EngineError:
    """The error for an engine's program that could not be started: nobody was asked. `error` is the system's."""
    if isinstance(error, FileNotFoundError):
        return not_found(program, env) or missing(program, 'no such program')
    if isinstance(error, PermissionError):
        return missing(program, 'is not executable (permission denied)')
    if error.errno == errno.ENOEXEC:
        return missing(program, 'is not an executable (exec format error)', is_first=True)
    return EngineError(f'{program}: cannot be started ({error.strerror or error})')


def missing(program: str, reason: str, *, is_first: bool = False) -> EngineMissing:
    """The error for an engine's program that cannot be started, with what to install.

    With `is_first` PATH may have others of that name, after the one that cannot be started.
    """
    from ..base import machine

    there = '' if is_first else machine.usual_place(program)
    if there:
        return EngineMissing(
            f'{program}: {reason}', f'there is {there}, in a folder that is not on PATH',
            advice=f'--engine {quote(there)}, or that folder on PATH',
        )
    found = profiles.known(program) or profiles.PROFILES[0]
    other = next(one.name for one in profiles.PROFILES if one is not found)
    return EngineMissing(
        f'{program}: {reason}',
        f'the launcher runs containers through the {found.name} command line program',
        advice=f'install {found.title} ({found.manual}), or name another engine: --engine {other}',
    )


def not_found(program: str, environ: Mapping[str, str]) -> EngineError | None:
    """The error for an engine's program that is there, and could not be started, as something else was not.

    None where there is no such program.
    """
    found = host.program(program, environ.get('PATH', ''))
    if not found.path:
        return None
    first = found.script.partition('\n')[0][2:]
    interpreter = first.strip().partition(' ')[0]
    if first.endswith('\r'):
        return EngineError(
            f'{program}: the lines of {found.path} end as those of Windows, so that its interpreter is not found',
            advice=f"sed -i 's/\\r$//' {quote(found.path)}",
        )
    if interpreter and not host.exists(interpreter):
        return EngineError(
            f'{program}: the interpreter of {found.path} is not there: {interpreter}',
            advice='install it, or correct the first line of the script',
        )
    return EngineError(
        f'{program}: {found.path} is there, but not what it is to be started with',
        'as with a program for another system', advice=f'file {quote(found.path)}',
    )
