"""Starts a job that is a command of this machine."""
from __future__ import annotations

from ..base.errors import CannotExecute, CommandMissing
from ..base.late import subprocess
from ..base.text import encoded
from .child import Child, encoded_environment

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


def start(
    argv: Sequence[str], env: Mapping[str, str], workdir: str, *, own_session: bool, has_input: bool,
) -> Child:
    """Start it in that folder, '' for the current one; the rest is as in process.start.

    Raises CommandMissing or CannotExecute.
    """
    try:
        made = subprocess.Popen(
            [encoded(word) for word in argv], env=encoded_environment(env), cwd=encoded(workdir) if workdir else None,
            start_new_session=own_session, stdin=None if has_input else subprocess.DEVNULL,
        )
    except FileNotFoundError as e:
        if workdir and e.filename in (workdir, encoded(workdir)):
            raise CommandMissing(f'--workdir {workdir}: no such folder') from None
        raise CommandMissing(f'{argv[0]}: no such program, or none of the name in its first line') from None
    except OSError as e:
        raise CannotExecute(f'{argv[0]}: cannot be started ({e.strerror})') from None
    made.returncode = 0  # it is waited for by another
    return Child(made.pid, None)
