"""What ended jobs themselves say of their failures."""
from __future__ import annotations

from ...base.output import shown
from ...base.text import cut
from ...launch.says import sentence
from .job import FEW
from .results import ours, told

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ...base.output import Output
    from ...engine.client import Engine
    from ...settings.invocation import Invocation
    from .job import Job
    from .results import Told


def explain(jobs: Sequence[Job], engine: Engine, invocation: Invocation) -> None:
    """Say what these jobs, which have ended or are gone, have said of their failures; of one without its name."""
    found = told(jobs, ours(engine, invocation))
    if len(jobs) > 1:
        say(jobs, found, invocation.output)
        return
    for job in jobs:
        if found[job.id].failure:
            invocation.output.say(sentence(found[job.id].failure))


def say(failed: Sequence[Job], told: Mapping[str, Told], output: Output) -> None:
    """Say what jobs have said, each on a line, the first few of many."""
    telling = [job for job in failed if told[job.id].failure]
    for job in telling[:FEW]:
        output.say(f'{job.id[:12]}  {shown(cut(job.task, 80))}: {sentence(told[job.id].failure)}')
    if len(telling) > FEW:
        output.say(f'and {len(telling) - FEW} more jobs say why: tao list -a --format json')
