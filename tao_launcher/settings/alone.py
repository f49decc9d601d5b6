"""One setting of the options and variables alone, for commands that launch nothing."""
from __future__ import annotations

from ..base.errors import UsageError
from .options import BY_KEY
from .repeatable import Problems
from .settings import candidates, placed, single

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from .option import Values
    from .values import Source


def engine_words(options: Values, environ: Mapping[str, str]) -> tuple[str, ...]:
    """The engine's words alone, for commands that launch nothing. Raises UsageError."""
    problems = Problems()
    engine, context = (
        single(BY_KEY[key], options, environ, None, {}, {}, problems) for key in ('engine', 'context')
    )
    found = placed(engine, context, environ, problems)
    if problems.found:
        raise UsageError(problems.found[0], *problems.found[1:])
    return found


def dry_run_form(options: Values, environ: Mapping[str, str]) -> str:
    """The form of a dry run alone, '' for none. Raises UsageError."""
    return str(alone('dry_run', options, environ))


def stop_timeout(options: Values, environ: Mapping[str, str]) -> int:
    """The seconds of --stop-timeout alone. Raises UsageError."""
    return int(alone('stop_timeout', options, environ))


def registry_and_release(options: Values, environ: Mapping[str, str]) -> tuple[str, str]:
    """These two alone, '' where they are not given. Raises UsageError."""
    return str(alone('registry', options, environ)), str(alone('release', options, environ))


def alone(key: str, options: Values, environ: Mapping[str, str]) -> Any:
    """One setting, by its Option.key, of the options and variables. Raises UsageError."""
    problems = Problems()
    found = single(BY_KEY[key], options, environ, None, {}, {}, problems)
    if problems.found:
        raise UsageError(*problems.found)
    return found


def source_of(key: str, options: Values, environ: Mapping[str, str]) -> Source:
    """Where one setting comes from, without a mounts file."""
    return next(candidates(BY_KEY[key], options, environ, None, {}))[0]
