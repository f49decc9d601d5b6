"""The engine that options and variables name, for commands that launch nothing."""
from __future__ import annotations

from ..base import host
from ..engine import alias, daemon
from ..engine.client import Engine
from .settings import engine_words

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .invocation import Invocation


def engine(invocation: Invocation) -> Engine:
    """The engine that --engine, TAO_ENGINE and docker's own settings name. Raises UsageError."""
    options, environ, here, _ = invocation
    words, _ = alias.actual(engine_words(options, environ), environ)
    found = daemon.find(words, environ, here.home, host.json_file)
    owner = host.name_at_host(here) if found.is_remote else str(here.uid)
    return Engine(words, environ, found, owner)
