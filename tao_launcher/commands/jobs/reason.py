"""Why a job failed, as far as its container shows it: only what its engine itself has seen. Pure."""
from __future__ import annotations

from ...base.masking import masked_text
from ...base.text import cut
from ...launch import causes
from ...launch.facts import FailureFacts
from .job import CLEAN

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from .job import Job

LONGEST = 500  # characters of an engine's words
SAID_BY_ITSELF = (135, 139)  # exit codes that name the signal which the job died of


def reason(job: Job, engine: Sequence[str]) -> tuple[str, str]:
    """(what has happened, what to do), as after a launch that waited for it; ('', '') for what is not known."""
    if job.is_unstarted and job.error:
        return f'the engine could not start it: {cut(masked_text(job.error), LONGEST)}', CLEAN
    if not job.has_ended or not job.exit_code:
        return '', ''
    if not job.ran_out and job.exit_code not in SAID_BY_ITSELF:
        return '', ''
    facts = FailureFacts(
        # a job can end with another code after the kernel has killed one of its processes
        code=137 if job.ran_out else job.exit_code, engine=tuple(engine), image=job.image,
        events=('start', 'oom') if job.ran_out else ('start',),
        has_memory_limit=job.memory > 0 and job.exit_code == 137,
        shm=f'{job.shm >> 20} MiB' if job.shm else '',
    )
    return (*causes.failures(facts), ('', ''))[0]
