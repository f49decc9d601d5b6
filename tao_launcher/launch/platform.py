"""The platform of a launch's image: whether this machine runs it."""
from __future__ import annotations

from ..engine import platforms

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..engine.daemon import Daemon
    from ..settings.settings import Settings


def other_machine(settings: Settings, daemon: Daemon, machine: str, environ: Mapping[str, str]) -> str:
    """A notice that an image for another machine than this one (`machine`, as uname has it) is asked for, or ''."""
    given = str(settings.passed.get('platform', ''))
    asked, by = platforms.asked(given, settings.engine, environ)
    wanted = platforms.architecture(asked)
    if daemon.is_remote or wanted in ('', platforms.architecture(machine)):
        return ''
    if given:
        by = str(settings.sources['platform'])
    return f'{by} asks for {asked}, and this machine is {machine}: such an image runs only with an emulator'
