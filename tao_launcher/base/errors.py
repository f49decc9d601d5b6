"""Every way the launcher can fail by itself, with its exit code."""
from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import TypeVar

    T = TypeVar('T')


class Fatal(Exception):
    """An error that ends the launcher: one line, the reasons, and what to try.

    `what` is shown after "error:", each of `why` on an indented line below it,
    `advice` after "try:". None of them may hold a secret.
    """

    code = 70

    def __init__(self, what: str, *why: str, advice: str = '') -> None:
        super().__init__(what)
        self.what = what
        self.why = why
        self.advice = advice

    def on_one_line(self) -> str:
        """What and why, where there is one line for both."""
        return '; '.join((self.what, *self.why))


class UsageError(Fatal):
    """The command line or a variable is wrong; nothing was started."""

    code = 2


class EmptyWord(UsageError):
    """A word is empty that has to name something."""

    def __init__(self, what: str, advice: str) -> None:
        super().__init__(f'{what} is an empty word: was a variable not set?', advice=advice)


class UnknownRelease(UsageError):
    """A release is asked for that is not known."""

    def __init__(self, release: str, what: str, *why: str, advice: str = '') -> None:
        super().__init__(what, *why, advice=advice)
        self.release = release


class ConfigError(Fatal):
    """A file the launch depends on is wrong; nothing was started."""

    code = 2


class Fault:
    """One thing wrong with a file: the path inside it ('' for the top level), the value there, what to write.

    value is as a message shows it, '' where it is not to be shown or the fault is not about it.
    """

    def __init__(self, path: str, message: str, *, structural: bool = True, value: str = '') -> None:
        self.path = path
        self.value = value
        self.message = message
        self.structural = structural  # a JSON Schema can see it too

    def __str__(self) -> str:
        return ': '.join(part for part in (self.path, self.value, self.message) if part)


class FileError(ConfigError):
    """A file cannot be used: its `path`, what is `wrong`, the line and column of that; its `faults` if it is JSON, and
    `notices`, which do not refuse it.

    `at` is (line, column), (line,) or (): the place in the form that editors look for is `place`.
    """

    def __init__(
        self, path: str, wrong: str, *why: str, at: Sequence[int] = (), faults: Sequence[Fault] = (),
        notices: Sequence[str] = (), advice: str = '',
    ) -> None:
        self.path = path
        self.wrong = wrong
        self.place = ''.join(f':{number}' for number in at)
        self.faults = tuple(faults)
        self.notices = tuple(notices)
        super().__init__(f'{path}{self.place}: {wrong}', *why, advice=advice)


class Several(UsageError):
    """Several things are wrong at once: each with its own reasons and advice, where any has some."""

    def __init__(self, errors: Sequence[Fatal]) -> None:
        self.errors = tuple(errors)
        if any(e.why or e.advice for e in errors):
            lines = [line for e in errors for line in (
                e.what, *(f'  {why}' for why in e.why), *([f'  try: {e.advice}'] if e.advice else []),
            )]
            super().__init__(f'{len(errors)} problems', *lines)
        else:
            super().__init__(*(e.what for e in errors))


def together(errors: Sequence[Fatal]) -> Fatal:
    """One error that says all of these, of which there is one at least."""
    return errors[0] if len(errors) == 1 else Several(errors)


def tried(errors: list[Fatal], do: Callable[[], T], otherwise: T) -> T:
    """What `do` returns; `otherwise` where it finds something wrong with the input, which goes to `errors`."""
    try:
        return do()
    except Several as e:
        errors += e.errors
    except (UsageError, ConfigError) as e:
        errors.append(e)
    return otherwise


class NothingMatched(Fatal):
    """No job is named by what was asked for."""

    code = 1


class ResultLost(Fatal):
    """The result could not be written."""

    code = 1


class CheckFailed(Fatal):
    """Something was looked at and is not as it should be."""

    code = 1


class Unanswered(Fatal):
    """A question got no answer, or no; nothing was changed."""

    code = 1


class EngineError(Fatal):
    """The engine is missing, unreachable or refused; the container never started."""

    code = 125


class EngineMissing(EngineError):
    """The engine's program is not there or cannot be executed."""


class CannotExecute(Fatal):
    """The command of a job is a file that cannot be executed."""

    code = 126


class CommandMissing(Fatal):
    """The command of a job is not there."""

    code = 127
