"""Why the kernel has found no program to start: none of that name, or not the one that it is to be started with."""
from __future__ import annotations

from ..base import host
from ..base.errors import EngineError
from ..base.shell import quote

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping


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
