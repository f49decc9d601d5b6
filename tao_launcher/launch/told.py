"""Whether a signal has reached a job, and how the job ended: only the engine's events show it."""
from __future__ import annotations

from ..base.record import Record
from ..engine import answers

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from .containers import Launch
    from .plan import Plan

# Seconds. What ends a whole service, a job step or a session signals the client as well as the launcher: by then it
# has told the job, which must not be told twice.
TOGETHER = 0.1
FORWARDED = 1.5  # a client that passes signals on has done so by then
PATIENCE = 2.0  # for an answer: the signal is waiting
LATE = 1.0  # an engine may tell the end of a job a moment after it is over
EARLIER = 0.5  # the client may have been signalled a moment before the launcher
OVER = ('exited', 'stopped', 'removing', 'dead')  # states of a container whose job has ended


class Untold(Record):
    """A signal of which it is not known yet that it has reached the job; `came` in seconds since 1970."""

    number: int
    came: float
    look_at: float  # by process.clock()
    is_passed_on: bool = False


def was_told(launch: Launch, plan: Plan, container: str, signal: Untold, now: float) -> bool | None:
    """Whether the engine has seen the job (by its container's id) get that signal; None when it does not say.

    `now` is in seconds since 1970.
    """
    seen = [_named(event, plan.profile.events) for event in _events(launch, container, now)]
    if not seen:
        return None  # not kept, or too long ago
    numbers = ('', str(int(signal.number)))  # podman does not say which
    return any(name == 'kill' and number in numbers and at >= signal.came - EARLIER for name, number, at in seen)


def exit_code(launch: Launch, container: str, now: float) -> int | None:
    """The exit code that the engine has seen a job end with, which may be removed by now; None for none."""
    codes = [answers.text(event, 'Actor', 'Attributes', 'exitCode') for event in _events(launch, container, now)]
    found = [answers.exit_code(code) for code in codes if code]
    return found[-1] if found else None


def own_code(launch: Launch, container: str, now: float) -> int | None:
    """The exit code of a job that has ended, or is just ending, by its container or what the engine has seen of it."""
    state, _, code = launch.ask('inspect', '-f', '{{.State.Status}} {{.State.ExitCode}}', container).out.partition(' ')
    if state in OVER:
        return answers.exit_code(code)
    found = exit_code(launch, container, now)
    return exit_code(launch, container, now + LATE) if found is None else found


def _events(launch: Launch, container: str, now: float) -> list[object]:
    """What the engine has seen of a container. A remote engine's clock may be another, so it is not asked."""
    if launch.is_remote:
        return []
    answer = launch.ask(
        'events', '--since', f'{launch.started}Z', '--until', f'{now:.6f}', '--format', '{{json .}}',
        '--filter', 'type=container', '--filter', f'container={container}', timeout=PATIENCE,
    )
    return list(answers.lines(answer.out)) if answer.code == 0 else []


def _named(event: object, names: Mapping[str, str]) -> tuple[str, str, float]:
    """An event's name in docker's words, its signal's number or '', and its time in seconds since 1970."""
    from ..base.times import seconds

    name = answers.text(event, 'Action') or answers.text(event, 'Status')
    at = answers.number(event, 'timeNano') / 1e9 or seconds(answers.text(event, 'Time')) or 0
    return names.get(name, name), answers.text(event, 'Actor', 'Attributes', 'signal'), at
