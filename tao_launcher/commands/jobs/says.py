"""What ended jobs themselves say of their failures, and what their engine has seen of them."""
from __future__ import annotations

from ...base.errors import EngineError, Fatal
from ...base.output import shown
from ...base.text import cut
from ...launch.says import sentence
from .job import FEW
from .reason import reason
from .results import ours, told
from .starting import as_they_are

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ...base.output import Output
    from ...engine.client import Engine
    from ...settings.invocation import Invocation
    from .job import Job
    from .results import Told


def explain(jobs: Sequence[Job], engine: Engine, invocation: Invocation) -> None:
    """Say what is known of these jobs' failures, which have ended or are gone; of one without its name."""
    ended = _ended(jobs, engine)
    found = told(ended, ours(engine, invocation))
    if len(ended) > 1:
        say(ended, found, engine, invocation.output)
        return
    for job in ended:
        what, remedy = reason(job, engine.words)
        if what:
            invocation.output.error(Fatal(what, advice=remedy))
        if found[job.id].failure:
            invocation.output.say(sentence(found[job.id].failure))


def _ended(jobs: Sequence[Job], engine: Engine) -> Sequence[Job]:
    """These jobs as they are after their end; as they were where they are gone, or nobody answers."""
    known = {job.id: job for job in jobs}
    running = [job for job in jobs if not job.has_ended]
    try:
        known.update((job.id, job) for job in as_they_are(running, engine))
    except EngineError:
        pass
    return list(known.values())


def say(failed: Sequence[Job], told: Mapping[str, Told], engine: Engine, output: Output) -> None:
    """Say what is known of jobs' failures, each on a line, the first few of many."""
    known = [(job, ' '.join(_sentences(job, told, engine))) for job in failed]
    telling = [(job, text) for job, text in known if text]
    for job, text in telling[:FEW]:
        output.say(f'{job.id[:12]}  {shown(cut(job.task, 80))}: {text}')
    if len(telling) > FEW:
        output.say(f'and {len(telling) - FEW} more jobs say why: tao list -a --format json')


def _sentences(job: Job, told: Mapping[str, Told], engine: Engine) -> list[str]:
    what, failure = shown(reason(job, engine.words)[0]), told[job.id].failure
    return [*([f'{what};' if failure else what] if what else []), *([sentence(failure)] if failure else [])]
