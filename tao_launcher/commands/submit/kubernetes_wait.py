"""A look at a Job after its creation, and the waiting for its end: its exit code, and meanwhile rank 0's log."""
from __future__ import annotations

from ...base.errors import EngineError
from ...base.output import OutputClosed
from ...base.record import Record
from ...engine import process
from ...engine.signals import Signals
from . import job_state
from .kubectl import EVENTS, is_forbidden, objects, said

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from ...base.output import Output
    from ...engine.child import Child
    from ...engine.process import Answer
    from .job_state import JobState, Pod
    from .kubectl import Kubectl

LOOK = 3.0  # seconds for the controller to make the pods, or to say why it cannot
OFTEN, SELDOM = 0.5, 10.0  # seconds between two looks at a job that is waited for, at first and later on
SILENCE = 600.0  # seconds without a word about a job that is waited for
FAILURES = 3  # looks one after the other that tell nothing, before people are told
ENDING = 30.0  # seconds for the rest of a log
ATTEMPTS = 3  # at a log that cannot be shown
MOST = 20  # different warnings that are told


class Submitted(Record):
    """A Job that the cluster has: its id ('' if kubectl printed none) and its digest, by which its pods are found."""

    name: str
    uid: str
    digest: str
    nodes: int


class Watch:
    """A Job as it is looked at; what the cluster warns of is told once."""

    def __init__(self, job: Submitted, kubectl: Kubectl, output: Output) -> None:
        self.job = job
        self.kubectl = kubectl
        self.output = output
        self._told: set[str] = set()
        self._came: list[int] = []  # signals
        self._failures = 0  # looks that told nothing, one after the other
        self._is_over: Callable[[], bool] | None = None  # kubectl no longer has to answer

    def look(self) -> None:
        """Tell why there is no pod, where the cluster says so soon."""
        deadline = process.clock() + LOOK
        while True:
            _, state = self._state()
            if not state or self.tell(state) or not state.lacks_pods or process.clock() >= deadline:
                return
            process.sleep(OFTEN)

    def wait(self, log: Log | None) -> int:
        """The exit code of the job once it has ended, or minus the signal by which the waiting was left.

        Leaving it does not end the job. Raises EngineError.
        """
        with Signals() as signals:  # as data: one that came while a log is begun would leave it behind
            try:
                ended = self._end(log, signals)
                if ended and log:
                    log.end(ENDING)
            finally:
                if log:
                    log.end(0)
        if ended:
            return self._code(*ended)
        self.output.notice(f'no longer waiting; job {self.job.name} goes on')
        return -self._came[0]

    def _end(self, log: Log | None, signals: Signals) -> tuple[JobState, dict[str, Pod]] | None:
        """The state of the job when it has ended and its pods, those that are gone too; None after a signal."""
        pause, known = OFTEN, process.clock()
        pods: dict[str, Pod] = {}
        self._is_over = lambda: self._has_come(signals)
        while not self._has_come(signals):
            answer, state = self._state()
            if self._came:
                break
            if state and not state.uid:
                why = 'someone has deleted it, or its time after the end (ttlSecondsAfterFinished) is up'
                raise EngineError(f'job {self.job.name} is gone, so how it ended is not known', why)
            if state:
                known = process.clock()
                pods.update((pod.uid, pod) for pod in state.pods)
                if log:
                    log.follow(state.first_rank())
                if state.end:
                    return state, pods
                self.tell(state)
            elif is_forbidden(answer) or process.clock() - known > SILENCE:
                raise EngineError(
                    f'Kubernetes does not say how job {self.job.name} ended', *said(answer),
                    advice=self.kubectl.line('describe', f'job/{self.job.name}'),
                )
            self._tell_silence(answer, is_known=state is not None)
            self._pause(pause, log, signals)
            pause = min(pause * 1.5, SELDOM)
        return None

    def _tell_silence(self, answer: Answer, *, is_known: bool) -> None:
        """Tell once that looks one after the other tell nothing."""
        self._failures = 0 if is_known else self._failures + 1
        if self._failures == FAILURES and '' not in self._told:
            self._told.add('')
            why = ' '.join(said(answer)) or ('not a list of objects' if answer.out.strip() else 'an empty answer')
            self.output.notice(f'kubectl gave no usable answer ({why}): still asking')

    def _has_come(self, signals: Signals, seconds: float = 0.0) -> bool:
        """Whether a signal ends the waiting; one is waited for, or for the end of a child."""
        self._came += signals.wait(seconds)
        return bool(self._came)

    def _pause(self, seconds: float, log: Log | None, signals: Signals) -> None:
        """Wait, but no longer than until a signal comes or the log breaks off."""
        until = process.clock() + seconds
        was_shown = bool(log and log.is_shown())
        while process.clock() < until and not self._has_come(signals, until - process.clock()):
            if log and was_shown and not log.is_shown():
                return

    def _code(self, state: JobState, pods: dict[str, Pod]) -> int:
        if state.end == 'Complete':
            return 0
        failed = job_state.exit_code(pods.values())
        if failed and failed.why:
            self.output.notice(f'{failed.name} ended with exit code {failed.code}: {failed.why}')
        if not failed:
            self.output.notice(f'job {self.job.name}: {state.why or state.end}')
            for pod in pods.values():
                if pod.why:
                    self.output.notice(f'{pod.name}: {pod.why}')
        return failed.code or 1 if failed else 1

    def tell(self, state: JobState) -> bool:
        """Tell what keeps the job from running, as far as it was not told yet; whether anything does."""
        pending = [pod for pod in state.pods if pod.is_pending]
        words = [f'{pod.name}: {pod.why}' for pod in pending if pod.why]
        if state.is_suspended:
            words.append(f'job {self.job.name} is suspended until a queue admits it, or someone resumes it')
        if state.lacks_pods or pending:
            words += self._events({state.uid: f'job {self.job.name}', **{pod.uid: pod.name for pod in pending}})
        for text in words:
            key = job_state.cause(text, self.job.name)
            if key not in self._told and len(self._told) < MOST:
                self._told.add(key)
                self.output.notice(text)
        return bool(words)

    def _events(self, names: dict[str, str]) -> list[str]:
        answer = self.kubectl.ask(*EVENTS, is_over=self._is_over)
        return job_state.warnings(answer.out, names) if answer.code == 0 else []

    def _state(self) -> tuple[Answer, JobState | None]:
        answer = self.kubectl.ask(*objects(self.job.digest), is_over=self._is_over)
        if answer.code != 0:
            return answer, None
        return answer, job_state.read(answer.out, self.job.name, self.job.uid, self.job.nodes)


class Log:
    """The log of rank 0, which kubectl shows in our place."""

    def __init__(self, kubectl: Kubectl) -> None:
        self._kubectl = kubectl
        self._child: Child | None = None
        self._pod = ''
        self._seen = 0.0  # when it was last known to be shown
        self._failures = 0

    def follow(self, pod: Pod | None) -> None:
        """Show the log of a pod whose job has started, from where it broke off. Raises OutputClosed."""
        if self.is_shown():
            self._seen = process.clock()
            return
        if self._child and self._child.returncode == -13:  # SIGPIPE: nobody reads it
            raise OutputClosed
        self._failures += bool(self._child and self._child.returncode)
        if not pod or (pod.code is None and not pod.is_running) or self._failures >= ATTEMPTS:
            return
        since: list[str] = []
        if self._child and pod.name == self._pod and self._child.returncode == 0:
            if pod.code is not None:
                return  # it has been shown whole
            since = [f'--since={int(process.clock() - self._seen) + 1}s']
        self._pod, self._seen = pod.name, process.clock()
        words = self._kubectl.words('logs', '-f', *since, '-c', job_state.CONTAINER, pod.name)
        self._child = process.start(
            words, self._kubectl.environ, own_session=True, has_input=False, captured=False,
        )

    def is_shown(self) -> bool:
        """Whether it is being shown."""
        return self._child is not None and self._child.poll() is None

    def end(self, seconds: float) -> None:
        """Give it so long to be shown whole."""
        if self._child:
            process.end(self._child, seconds)
