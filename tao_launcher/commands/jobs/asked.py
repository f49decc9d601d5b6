"""What the verbs that look after jobs have in common: how a job is named, which engine is meant, a dry run or not."""
from __future__ import annotations

import argparse

from ...settings.alone import dry_run_form, stop_timeout
from ...settings.chosen_engine import engine as find_engine

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ...engine.client import Engine
    from ...settings.invocation import Invocation

JOB = 'an id, its start, a name, or a task such as dino/train'


def asked(given: argparse.Namespace, invocation: Invocation) -> tuple[Engine, bool]:
    """(the engine that is meant, whether its commands are only printed). Raises UsageError."""
    options, environ = invocation.options, invocation.environ
    if not (given.dry_run or options.get('dry_run')) and dry_run_form(options, environ):
        invocation.output.say_dry_run()
    dry_run = bool(given.dry_run or dry_run_form(options, environ))
    return find_engine(invocation), dry_run


def patience(invocation: Invocation) -> int:
    """For how many seconds an engine is asked again that was lost. Raises UsageError."""
    return stop_timeout(invocation.options, invocation.environ)


def count(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise argparse.ArgumentTypeError(f'"{text}": expected a whole number')
    return int(text)


def tail(text: str) -> str:
    return text if text == 'all' else str(count(text))
