"""Every way the launcher can fail by itself, with its exit code."""
from __future__ import annotations


class Fatal(Exception):
    """An error that ends the launcher: one line, the reasons, and what to try.

    `what` is shown behind "error:", each of `why` on an indented line below it,
    `advice` behind "try:". None of them may hold a secret.
    """

    code = 70

    def __init__(self, what: str, *why: str, advice: str = '') -> None:
        super().__init__(what)
        self.what = what
        self.why = why
        self.advice = advice


class UsageError(Fatal):
    """The command line or a variable is wrong; nothing was started."""

    code = 2


class ConfigError(Fatal):
    """A file the launch depends on is wrong; nothing was started. `faults` are its faults, if it is a list of them."""

    code = 2
    faults: tuple[str, ...] = ()


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
