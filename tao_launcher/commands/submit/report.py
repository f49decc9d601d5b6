"""What is said of a job that a cluster has."""
from __future__ import annotations

from ...base.errors import ResultLost
from ...base.output import OutputClosed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ...base.output import Output
    from .submission import Submission


def submitted(job: str, wanted: Submission, output: Output) -> None:
    """Print what a cluster calls a job that it has by now, and tell the submission; on stderr where nobody reads it."""
    if wanted.tell:
        wanted.tell(job)
    try:
        output.result(f'{job}\n')
    except (OutputClosed, ResultLost):
        output.say(f'the job is submitted: {job}')
