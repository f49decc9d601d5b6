"""A daemon that the caller's environment names, and that sudo does not tell the engine's client of. Pure."""
from __future__ import annotations

from . import daemon, profiles

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


def variable(engine: Sequence[str], environ: Mapping[str, str]) -> str:
    """The variable that names a daemon and does not reach a client that has none named otherwise; '' for none."""
    profile = profiles.profile(engine)
    if profile.is_child or profiles.names_a_daemon(engine):
        return ''
    known = daemon.reaching(engine, environ)
    if any(known.get(name) for name in profile.variables):
        return ''
    return next((name for name in profile.variables if environ.get(name)), '')


def explained(name: str) -> str:
    """What sudo does with a variable."""
    return f'sudo does not pass {name} on, unless sudoers keeps it'


def remedy(engine: Sequence[str], environ: Mapping[str, str]) -> str:
    """How the launcher is called so that the client is told; '' where nothing is kept from it."""
    name = variable(engine, environ)
    if not name:
        return ''
    is_address = name == profiles.profile(engine).variables[0]
    # a name is looked up in the caller's own files
    files = [] if is_address else ['HOME', *(['DOCKER_CONFIG'] if environ.get('DOCKER_CONFIG') else [])]
    keep = f'--preserve-env={",".join((name, *files))}'
    return f'{profiles.tao((engine[0], keep, *engine[1:]))} …'


def notices(engine: Sequence[str], environ: Mapping[str, str]) -> list[str]:
    """What is to be said before the engine is asked."""
    name = variable(engine, environ)
    return [f'{explained(name)}; to do so: {remedy(engine, environ)}'] if name else []
