"""What Slurm's programs say of a job: pure."""
from __future__ import annotations

import re

from ...base.record import Record
from ...engine import answers

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

ENDED = (
    'COMPLETED', 'FAILED', 'CANCELLED', 'TIMEOUT', 'NODE_FAIL', 'OUT_OF_MEMORY', 'PREEMPTED', 'BOOT_FAIL', 'DEADLINE',
    'REVOKED', 'LAUNCH_FAILED',
)
NO_REASON = ('', 'None', '(null)')


class State(Record):
    """How a job is doing; `state` is '' where nothing is said of it, `code` is its exit code as a shell sees it."""

    state: str = ''
    code: int | None = None
    reason: str = ''  # why it waits, or has ended, in Slurm's word for it

    @property
    def has_ended(self) -> bool:
        """Whether it will do no more."""
        return self.state in ENDED

    def __str__(self) -> str:
        return f'{self.state} ({self.reason})' if self.reason else self.state


def state(answer: str) -> State:
    """What `scontrol --oneliner show job` says."""
    found = re.search(r'\bJobState=([A-Z_]+)', answer)
    ended = re.search(r'\bExitCode=([0-9]+:[0-9]+)\b', answer)
    reason = re.search(r'\bReason=([^\s=]+)(?= |$)', answer)
    why = reason.group(1) if reason else ''
    return State(
        found.group(1) if found else '', exit_code(ended.group(1)) if ended else None, '' if why in NO_REASON else why,
    )


def accounted(answer: str) -> State:
    """What `sacct --parsable2 --noheader --format=State,ExitCode` says, one line for a job."""
    found = re.match(r'([A-Z_]+)[^|\n]*\|([0-9]+:[0-9]+)$', answer, re.MULTILINE)
    return State(found.group(1), exit_code(found.group(2))) if found else State()


def exit_code(text: str) -> int | None:
    """CODE:SIGNAL as a shell sees it; None for what is none."""
    code, number = map(answers.exit_code, text.split(':'))
    return min(128 + number, 255) if code == 0 and number else code


def log_path(answer: str, given: Mapping[str, str], job: str, folder: str) -> str:
    """Where the output of a job goes, as `scontrol show job` says.

    Where it does not: where sbatch was told to write, which was given these options in `folder`. %j and its kin are
    filled in.
    """
    found = re.search(r'^ *StdOut=(/.*)$', answer, re.MULTILINE)
    name = found.group(1) if found else given.get('--output', '')
    for sign, value in (('%j', job), ('%A', job), ('%J', job), ('%x', given.get('--job-name', ''))):
        name = name.replace(sign, value)
    return name if name.startswith('/') else f'{given.get("--chdir", folder)}/{name}'
