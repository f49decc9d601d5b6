"""Why a launch failed, in words: pure, from the exit code and what the engine answered."""
from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence


def engine_failure(engine: Sequence[str], code: int | None, err: str) -> tuple[str, ...]:
    """What is wrong with the engine and the remedy, from its answer to `version`; empty when nothing is.

    The texts looked for are those of docker's and podman's command line programs.
    """
    program = engine[-1].rpartition('/')[2]
    text = err.lower()
    if code == 0:
        return ()
    if code is None:
        return (f'the engine does not answer: {_first(err)}', f'try: {" ".join(engine)} version')
    if 'permission denied' in text and 'connect' in text:
        return (
            f'no permission to talk to the {program} daemon',
            'try: sudo usermod -aG docker "$USER", then log in again (or --engine "sudo docker")',
        )
    if 'password is required' in text or 'a terminal is required' in text:
        return ('sudo wants a password', 'try: sudo -v first, or allow docker without one in sudoers')
    if 'cannot connect to the docker daemon' in text or 'error during connect' in text or 'connection refused' in text:
        return (
            f'the {program} daemon is not running, or not where it is looked for',
            'try: sudo systemctl start docker',
        )
    return ()


def _first(text: str) -> str:
    return (text.strip().splitlines() or [''])[0][:200]
