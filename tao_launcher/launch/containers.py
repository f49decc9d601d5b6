"""Finds the container of a launch on the engine, and ends it. Never another one."""
from __future__ import annotations

from ..base.record import Record
from ..engine import answers, process
from ..engine.docker import DOCKER
from .variables import LAUNCH_ID

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping

ANSWER = 20.0  # seconds that an engine under load may take for a question
FORM = '{{.Id}} {{.State.Status}} {{json .Created}} {{json .Config.Env}}'  # what `inspect` is asked of a container


class Container(Record):
    """A container of ours: its full id, its state (created, running, exited, …), and its variables, NAME=VALUE each."""

    id: str
    state: str
    environment: tuple[str, ...] = ()


class Launch(Record):
    """How to recognise the container of one launch.

    launch_id is the value that only this launch's container has in its environment. Where the engine's
    command does not pass it on ('' with sudo, or a program of docker's name that drops the environment)
    the container must be the only one without such a value that was created since `started`.
    """

    engine: tuple[str, ...]
    env: Mapping[str, str]
    plan: str
    owner: str
    launch_id: str
    started: str  # UTC, as the engine writes times: 2026-01-31T10:20:30
    removal: tuple[tuple[str, ...], ...] = DOCKER.removal  # the commands that remove a container

    @property
    def is_remote(self) -> bool:
        """Whether the daemon is on another machine, whose clock may differ; its owner labels are NAME@HOST."""
        return '@' in self.owner

    def find(self, timeout: float = ANSWER) -> list[Container] | None:
        """The launch's container; empty when it is gone, several when they cannot be told apart.

        None when the engine does not say.
        """
        return self.search(timeout)[0]

    def search(self, timeout: float = ANSWER) -> tuple[list[Container] | None, process.Answer]:
        """The same, and the engine's answer to the question which containers there are."""
        listed = self.ask(*self.listing, timeout=timeout)
        if listed.code != 0:
            return None, listed
        ids = answers.ids(listed.out)
        # one that was removed meanwhile costs the exit code, not the others
        told = [self.ask('inspect', '-f', FORM, *some, timeout=timeout).out for some in answers.batches(ids)]
        return self.ours_among([line for text in told for line in text.splitlines()], ids), listed

    @property
    def listing(self) -> tuple[str, ...]:
        """The words that list the ids of the containers that may be the launch's."""
        labels = (f'label=tao.plan={self.plan}', f'label=tao.user={self.owner}')
        return ('ps', '-aq', '--no-trunc', *(word for label in labels for word in ('--filter', label)))

    def ours_among(self, lines: Iterable[str], ids: Collection[str]) -> list[Container]:
        """The launch's container among those of these ids, of which the engine told a line of FORM each."""
        found, unmarked = [], []
        for line in lines:
            fields = line.split(' ', 3)
            if len(fields) < 4 or fields[0] not in ids:
                continue
            container = Container(fields[0], fields[1], answers.texts(answers.parsed(fields[3])))
            if self.owns(container):
                found.append(container)
            elif self._may_be_ours(fields[2].strip('"'), container.environment):
                unmarked.append(container)
        return found if found or (self.launch_id and not self.is_wrapped()) else unmarked

    def owns(self, container: Container) -> bool:
        """Whether a container has this launch's value, and so is surely its own."""
        return bool(self.launch_id) and f'{LAUNCH_ID}={self.launch_id}' in container.environment

    def _may_be_ours(self, created: str, environment: tuple[str, ...]) -> bool:
        """Whether a container has no launch's value, and is not older than this launch."""
        from ..base.times import seconds

        has_none = not any(word.startswith(f'{LAUNCH_ID}=') and word != f'{LAUNCH_ID}=' for word in environment)
        return (not self.launch_id or has_none) and (seconds(created) or 0) >= (seconds(self.started) or 0)

    def is_wrapped(self) -> bool:
        """Whether the engine's program is another one than its client, which may drop the environment."""
        from ..engine import alias

        return alias.is_wrapped(self.engine, self.env)

    def ask(
        self, *words: str, timeout: float = ANSWER, is_over: Callable[[], bool] | None = None,
    ) -> process.Answer:
        """Ask the engine; the answer's code is None when there is none in time."""
        from ..engine.ask import ask

        return ask((*self.engine, *words), self.env, timeout, is_over)

    def signal(self, container: Container, number: int) -> None:
        """Have the engine send the job a signal."""
        self.ask('kill', '--signal', str(int(number)), container.id)

    def end(self, container: Container, grace: int | None, is_over: Callable[[], bool]) -> bool:
        """Stop the container within `grace` seconds (None: it had its time) and remove it.

        `is_over` ends that time early. Returns whether the container is gone.
        """
        if grace is not None and container.state == 'running':
            self.ask('stop', '-t', str(grace), container.id, timeout=grace + ANSWER, is_over=is_over)
        removed = [self.ask(*words, container.id) for words in self.removal]
        for _ in range(20 if removed[-1].code is not None else 0):
            left = self.ask('ps', '-aq', '--filter', f'id={container.id}')
            if left.code == 0 and not left.out.strip():
                return True
            process.sleep(0.25)  # with --rm the engine may be removing it itself
        return False
