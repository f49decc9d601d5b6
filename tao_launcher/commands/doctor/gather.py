"""Asks what several checks of `tao doctor` share; every question to a program has a time limit."""
from __future__ import annotations

from ...base import host, machine
from ...base.errors import ConfigError, FileError, UsageError
from ...engine import daemon, installed, profiles
from ...engine.ask import ask
from ...engine.init import with_init
from ...settings.locate import read_mounts_file
from ...settings.settings import merge
from ...settings.values import MountsFile
from .engine import asked
from .facts import Gathered, MachineFacts

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from ...settings.invocation import Invocation
    from ...settings.settings import Settings

PATIENCE = 10.0  # seconds for one question
GPU_QUERY = ('nvidia-smi', '--query-gpu=index,name,memory.total,driver_version', '--format=csv,noheader,nounits')


def gather(invocation: Invocation) -> Gathered:
    """Ask what the checks share. Raises UsageError for options that are wrong themselves."""
    environ, here = invocation.environ, invocation.here
    settings, faults = _settings(invocation)
    found = with_init(daemon.find(settings.engine, environ, here.home, host.json_file))
    facts = MachineFacts(
        engine=settings.engine, machine=installed.for_remedies(here, environ), environ=environ,
        program=machine.which(profiles.program(settings.engine), environ), address=found.address,
        is_remote=found.is_remote, nvidia_smi=_nvidia_smi(environ), is_tegra=here.is_tegra,
        system=machine.os_release(), **_requirements(settings, invocation), **faults,
    )
    return Gathered(_engine(facts), invocation, settings, found)


def _settings(invocation: Invocation) -> tuple[Settings, dict[str, Any]]:
    """The settings without what is refused, and what is to be said of that."""
    options, environ, here, _ = invocation
    faults: dict[str, Any] = {}
    try:
        file, _ = read_mounts_file(invocation)
        faults['mounts_path'] = file.path
    except FileError as e:
        file = MountsFile()
        faults.update(mounts_path=e.path, mounts_error=e.on_one_line())
    try:
        return merge(options, environ, file, {}, here.cwd, here.home), faults
    except UsageError as e:
        kept = {name: value for name, value in environ.items() if not name.startswith(('TAO_', 'OVERRIDE_'))}
        settings = merge(options, kept, file, {}, here.cwd, here.home)
        return settings, {**faults, 'settings_error': e.on_one_line()}


def _requirements(settings: Settings, invocation: Invocation) -> dict[str, Any]:
    """What is asked of the host by the release that a launch with these settings uses."""
    from ...tasks.load import builtin_catalogue, host_requirements, load_catalogue
    from ...tasks.requirements import release_used

    try:
        known = load_catalogue(invocation.here, invocation.output)
    except ConfigError:  # which has a check of its own
        known = builtin_catalogue()
    releases = tuple(known.releases)
    release = release_used(settings.image, settings.tag, settings.release or releases[-1])
    return {'requirements': host_requirements(release), 'releases': releases}


def _nvidia_smi(environ: Mapping[str, str]) -> str | None:
    answer = ask(GPU_QUERY, environ, PATIENCE) if machine.which('nvidia-smi', environ) else None
    return (answer.out or answer.err) if answer else None


def _engine(facts: MachineFacts) -> MachineFacts:
    """The facts with the engine's own answers."""
    if profiles.profile(facts.engine).is_child:
        return facts
    facts = asked(facts, PATIENCE)
    if not facts.program or facts.engine_code != 0:
        return facts
    return facts._replace(info=ask((*facts.engine, 'info', '--format', '{{json .}}'), facts.environ, PATIENCE).json())
