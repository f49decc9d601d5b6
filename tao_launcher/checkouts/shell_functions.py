"""Shell functions that a shell runs in place of the developer runners. Pure."""
from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

EXPORTED = 'BASH_FUNC_'  # bash exports the function f as BASH_FUNC_f%%


def hiding(programs: Iterable[str], environ: Mapping[str, str]) -> list[str]:
    """Those of the programs that bash runs an exported function for, as the backends' scripts/envsetup.sh has one.

    A function that calls the program itself, as someone's own wrapper does, hides nothing.
    """
    bodies = ((name, environ.get(f'{EXPORTED}{name}%%', '')) for name in programs)
    return [name for name, body in bodies if body and f'command {name}' not in body and f'bin/{name}' not in body]


def told(program: str) -> str:
    """What to say of such a function."""
    return (
        f'a shell function {program} is exported, as the scripts/envsetup.sh of a checkout does: '
        'your shell runs it in place of this program'
    )


def remedy(program: str) -> str:
    """The command that helps."""
    return f'unset -f {program}'
