"""What several checks of `tao doctor` share, and what a probe may start from."""
from __future__ import annotations

from ...base.record import Record
from ...engine.remedies import Machine
from ...tasks.requirements import Requirements

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from ...base.errors import EngineError
    from ...engine.daemon import Daemon
    from ...settings.invocation import Invocation
    from ...settings.settings import Settings


class MachineFacts(Record):
    """What several checks judge by; None where something does not apply or got no answer."""

    engine: tuple[str, ...]
    machine: Machine = Machine()
    environ: Mapping[str, str] = {}
    program: str = ''  # the engine's program, with its path
    address: str = ''
    is_remote: bool = False
    version: Mapping[str, Any] = {}  # docker version, as JSON
    engine_code: int | None = 0
    engine_error: str = ''
    unstarted: EngineError | None = None  # why the engine's program, which is there, could not be started
    info: Mapping[str, Any] = {}  # docker info, as JSON
    nvidia_smi: str | None = None  # index, name, memory in MiB, driver, a line each; None: no such program
    is_tegra: bool = False
    system: Mapping[str, str] = {}  # /etc/os-release
    settings_error: str = ''
    mounts_path: str = ''
    mounts_error: str = ''
    requirements: Requirements = Requirements()  # of the release that a launch uses
    releases: tuple[str, ...] = ()  # that are known


class Gathered(Record):
    """What a probe may start from."""

    facts: MachineFacts
    invocation: Invocation
    settings: Settings
    daemon: Daemon
