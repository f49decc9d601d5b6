"""The program that --init makes PID 1: whether the engine has one, or this machine one for it."""
from __future__ import annotations

from ..base import host

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .daemon import Daemon


def with_init(engine: Daemon) -> Daemon:
    """The engine with a program for --init, where it has none of its own and there is one on this machine."""
    if not lacks_init(engine):
        return engine
    return engine._replace(init=next(filter(host.exists, engine.profile.other_inits), ''))


def lacks_init(engine: Daemon) -> bool:
    """Whether there is no program for --init on the engine's machine, which is this one."""
    inits = engine.profile.own_inits
    return bool(inits) and not engine.init and not engine.is_remote and not any(map(host.exists, inits))
