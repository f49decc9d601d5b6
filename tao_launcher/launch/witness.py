"""Which container a launch has, and which image it was made of: asked while the job runs, and never waited for."""
from __future__ import annotations

from ..engine import answers, process
from ..engine.question import Question
from ..engine.references import repository
from .containers import FORM

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Sequence
    from typing import Union

    from ..engine.process import Answer
    from .containers import Launch
    from .plan import Plan

    # what is yielded is a question's words, or seconds until it goes on; what comes back is the answer
    Course = Generator[Union[Sequence[str], float], Union[Answer, None], None]

FIRST = 1.0  # seconds after which a running job is asked for: until then it is in the making, or over at once
LAST = 256.0  # between two looks for a container; an image that takes longer is still being pulled
PATIENCE = 20.0  # for an answer
SHARE, LEAST, MOST = 0.02, 0.05, 1.0  # of its seconds that the end of a launch may wait for an answer, and their limits
LOOK = ('image', 'inspect', '-f', '{{.Id}}{{range .RepoDigests}} {{.}}{{end}}')
HEX = frozenset('0123456789abcdef')
FRESH = ('always', 'newer')  # with these the image may still be replaced when the engine is first asked


class Witness:
    """Learns the full id of a launch's container, and its image's id and digests, '' and none until they are known."""

    def __init__(self, plan: Plan, launch: Launch, before: Callable[[], None]) -> None:
        """`before` is called when the client has been started, before any question."""
        self._plan = plan
        self._launch = launch
        self._before = before
        self._question: Question | None = None
        self._course = self._questions()
        self.container = ''
        self.is_sure = False  # that container is this launch's own
        self.image_id = ''
        self.digests: tuple[str, ...] = ()
        self.look_at: float | None = process.clock()

    @property
    def pipes(self) -> Sequence[int]:
        """What is to be waited for."""
        return self._question.pipes if self._question else ()

    def look(self) -> None:
        """Take the answer that is there, and ask what is next, if it is time."""
        if self._question:
            answer = self._question.answer()
            if answer is not None:
                self._go_on(answer)
        elif self.look_at is not None and process.clock() >= self.look_at:
            self._go_on(None)

    def _go_on(self, answer: Answer | None) -> None:
        self._question = self.look_at = None
        try:
            wanted = self._course.send(answer)
        except StopIteration:
            return
        if isinstance(wanted, float):
            self.look_at = process.clock() + wanted
        else:
            self._question = self._asked(wanted, PATIENCE)
            self.look_at = self._question.until

    @property
    def _may_ask(self) -> bool:
        """Whether no question can become one for a password."""
        return not self._plan.is_sudo or '-n' in self._plan.engine

    def _asked(self, words: Sequence[str], seconds: float) -> Question:
        env = {**self._launch.env, 'SSH_ASKPASS_REQUIRE': 'never'}
        return Question((*self._launch.engine, *words), env, seconds)

    def _questions(self) -> Course:
        self._before()
        if not self._may_ask:
            return
        if self._plan.passed.get('pull') not in FRESH:
            self._take_image((yield (*LOOK, self._plan.image)))
        pause = FIRST
        while not self.container and pause <= LAST:
            yield pause
            pause *= 2
            listed = yield self._launch.listing
            ids = answers.ids(listed.out)[:answers.BATCH] if listed else []
            if ids:
                self._take_container((yield ('inspect', '-f', f'{{{{.Image}}}} {FORM}', *ids)), ids)
        if self.image_id and not self.digests:
            self._take_image((yield (*LOOK, self.image_id)))

    def _take_container(self, answer: Answer | None, ids: Sequence[str]) -> None:
        told = [line.partition(' ') for line in answer.out.splitlines()] if answer else []
        found = self._launch.ours_among([line for _, _, line in told], ids)
        if len(found) != 1:
            return
        self.container, self.is_sure = found[0].id, self._launch.owns(found[0])
        image = next(image_id(image) for image, _, line in told if line.startswith(self.container))
        if image and image != self.image_id:  # another has its name by now, or it was not here before
            self.image_id, self.digests = image, ()

    def _take_image(self, answer: Answer | None) -> None:
        id, *digests = (answer.out.split() if answer and answer.code == 0 else []) or ['']
        if not image_id(id):
            return
        self.image_id = image_id(id)
        own = repository(self._plan.image)
        known = dict.fromkeys(digest for digest in digests if '@sha256:' in digest)
        self.digests = tuple(sorted(known, key=lambda digest: digest.partition('@')[0] != own))

    def finish(self, seconds: float, *, has_run: bool) -> None:
        """Take what is there at the end of a launch that took so many seconds, and leave no question behind."""
        patience = min(MOST, max(LEAST, SHARE * seconds))
        until = process.clock() + patience
        if self._question:
            answer = self._question.answer(patience)
            question, self._question = self._question, None
            question.drop()
            if answer is not None:
                try:
                    self._course.send(answer)
                except StopIteration:
                    pass
        left = until - process.clock()
        if has_run and not self.image_id and SHARE * seconds >= LEAST and left > 0 and self._may_ask:
            question = self._asked((*LOOK, self._plan.image), left)
            self._take_image(question.answer(left))
            question.drop()
        self.look_at = None


def image_id(text: str) -> str:
    """An image's id, sha256:…, as an engine writes it; '' for none. podman leaves the first part out."""
    digits = text[text.startswith('sha256:') and len('sha256:'):]
    return f'sha256:{digits}' if len(digits) == 64 and HEX.issuperset(digits) else ''
