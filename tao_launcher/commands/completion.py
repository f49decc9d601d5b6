"""tao completion: what a shell needs to complete the launcher's command lines."""
from __future__ import annotations

import os

from .. import completion_scripts
from ..errors import UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..output import Output

SHELLS = ('bash', 'zsh', 'fish')


def completion(shell: str, install: bool, environ: Mapping[str, str], output: Output) -> int:
    """Print the script of a shell ('': the caller's), or put it into its place. Returns 0; raises UsageError."""
    shell = shell or _own_shell(environ)
    output.result(completion_scripts.script(shell))
    return 0


def _own_shell(environ: Mapping[str, str]) -> str:
    """The shell that the launcher was called from, else the one of $SHELL. Raises UsageError."""
    try:
        import shellingham  # type: ignore

        found = [str(shellingham.detect_shell()[0])]
    except Exception:  # not installed, or it found none; any other trouble of it is none of the user's
        found = []
    found.append(os.path.basename(environ.get('SHELL', '')))
    for name in found:
        if name in SHELLS:
            return name
    raise UsageError(
        'which shell? ' + (f'it is not one of these: {", ".join(filter(None, found))}' if any(found) else ''),
        advice=f'tao completion {"|".join(SHELLS)}',
    )
