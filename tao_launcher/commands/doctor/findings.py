"""What `tao doctor` gathers, and what a check makes of it."""
from __future__ import annotations

import re

from ...base.record import Record
from ...engine.remedies import Machine

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

GIB = 1 << 30


class Rivals(Record):
    """Programs on PATH before and behind ours, and the package that installs one in the very same place."""

    first: str = ''
    behind: tuple[str, ...] = ()
    package: str = ''
    remedy: str = ''


class MachineFacts(Record):
    """What was gathered; None where a probe does not apply or got no answer."""

    engine: tuple[str, ...]
    machine: Machine = Machine()
    environ: Mapping[str, str] = {}
    program: str = ''  # the engine's program, with its path
    real_program: str = ''  # the same, links followed
    address: str = ''
    is_remote: bool = False
    lacks_init: bool = False  # the engine has no program for --init, and none was found for it
    has_daemon: bool = True  # a dockerd is installed
    version: Mapping[str, Any] = {}  # docker version, as JSON
    engine_code: int | None = 0
    engine_error: str = ''
    info: Mapping[str, Any] = {}  # docker info, as JSON
    disk: str = ''  # the folder of this machine that images are kept in
    disk_free: int | None = None  # bytes
    memory: int = 0  # bytes
    cores: int = 0
    has_gpu: bool = False  # the PCI bus has one of NVIDIA's
    nvidia_smi: str | None = None  # index, name, memory in MiB, driver, a line each; None: no such program
    has_toolkit: bool = False  # the toolkit's hook is installed, which dockerd looks for
    has_cdi: bool = False  # a file describes the GPUs as devices
    has_toolkit_setup: bool = False  # nvidia-ctk is installed
    kernel: str = ''
    is_tegra: bool = False
    selinux: bool = False
    system: Mapping[str, str] = {}  # /etc/os-release
    python: tuple[int, ...] = ()
    pip: str = ''
    packages: tuple[str, ...] = ()  # names of old NVIDIA packages that are installed
    settings_error: str = ''
    mounts_path: str = ''
    mounts_error: str = ''
    missing: tuple[str, ...] = ()
    can_create: bool = True  # the caller may create what is missing
    unwritable: tuple[str, ...] = ()
    job_user: str = ''
    registry: str = 'nvcr.io'
    login: bool | None = None
    catalogue: str = ''
    catalogue_error: str = ''
    rivals: Rivals = Rivals()
    variables: Mapping[str, str] = {}


class Finding(Record):
    """One check's result; status is ok, warn, fail (a launch will not work) or info."""

    name: str
    status: str
    found: str
    fix: str = ''


def numbers(text: str) -> tuple[int, ...]:
    """The numbers of a version: "535.104.05" is (535, 104, 5)."""
    return tuple(int(n) for n in re.findall(r'\d+', text.partition('-')[0].partition('+')[0]))


def gpu_rows(text: str) -> list[list[str]]:
    """Index, name, memory in MiB and driver version of every GPU, out of nvidia-smi's answer."""
    rows = [[field.strip() for field in line.split(',')] for line in text.splitlines()]
    return [row for row in rows if len(row) == 4 and row[0].isdigit()]
