"""What is known after a failed launch."""
from __future__ import annotations

from ..base.record import Record
from ..engine.remedies import Machine

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from .driver import OldDriver


class Holder(Record):
    """A container that has what a launch wanted for its own: a name, a port."""

    id: str
    name: str
    state: str
    job: str = ''  # its label tao.job; '' for a container that the launcher has not started
    is_own: bool = False  # a job of the caller's

    @property
    def is_running(self) -> bool:
        """Whether it would have to be stopped."""
        return self.state in ('running', 'paused', 'restarting')


class Taken(Record):
    """A host port that the launch was to publish, the setting that it comes from, and the container that has it.

    Without a `holder` a process of this machine has it.
    """

    host: str
    container: str  # 80, 53/udp
    origin: str
    holder: Holder | None = None
    ip: str = ''  # the address that it was to be published at, where one was named


class Unknown(Record):
    """An option that the engine's client does not know, and the setting that it comes from."""

    name: str
    origin: str


class FailureFacts(Record):
    """What is known after a failure; an empty or None field was not asked or not answered."""

    code: int
    engine: tuple[str, ...]
    machine: Machine = Machine()
    environ: Mapping[str, str] = {}
    image: str = ''
    command: str = ''
    hidden_by: str = ''  # the mount over a folder in which an image may have its command
    pull: str = ''
    build: str = ''  # the command that makes the image here, of a developer runner's own
    wants_gpu: bool = False
    shm: str = ''  # the size that was asked for
    has_memory_limit: bool = False
    name: str = ''
    engine_code: int | None = 0
    engine_error: str = ''
    address: str = ''
    is_remote: bool = False
    shares_network: bool | None = True  # the engine reaches others as this machine's programs do
    image_is_here: bool | None = None
    is_logged_in: bool | None = None
    held_by: Holder | None = None  # the container that has the name
    disk_free: int | None = None
    disk: str = ''
    has_nvidia: bool | None = None  # the engine has a runtime or devices of NVIDIA's
    has_init: bool = False  # the command is started by the engine's init, and not by the engine
    most_files: int = 0  # that the kernel allows, where more open files were asked for
    is_unusual: bool = False  # options were asked for that engines often refuse when they start a container
    limits_above: tuple[str, ...] = ()  # names of limits that were asked for and are above what the engine may set
    is_podman: bool = False  # podman answers, whatever the program is called
    lacks_init: bool = False  # the engine has no program for --init, and none was found for it
    remaps_users: bool = False  # root in a container is another user (docker's userns-remap)
    is_service: bool = False  # the job is the microservice of a checkout
    network: str = ''
    network_from: str = ''  # the setting
    network_is_there: bool | None = None  # for container:NAME whether that container runs
    taken: tuple[Taken, ...] = ()
    unknown: tuple[Unknown, ...] = ()
    missing_sources: tuple[str, ...] = ()
    platform: str = ''  # that was asked for: linux/arm64
    platform_from: str = ''  # the setting or the variable
    image_machine: str = ''  # that the image is for, as images name it: amd64
    engine_machine: str = ''  # that the engine runs on, likewise
    emulates: bool = False  # programs for the image's machine run here all the same
    registry_said: str | None = None  # a client that looked for the image there, in its words; '' where it found it
    registry_machines: tuple[str, ...] = ()  # that its registry has the image for: linux/amd64
    helper: str = ''  # the credential helper for its registry that is not on PATH
    names_helper: str = ''  # what names it
    has_driver: bool | None = None
    old_driver: OldDriver | None = None  # where the release asks for a newer one
    events: tuple[str, ...] | None = None  # what the engine saw of the container: create, start, oom, kill, die
    lifetime: float | None = None  # seconds from its start to its end
    kernel_kills: int | None = None  # processes that the kernel ended in the meantime because memory ran out

    @property
    def has_started(self) -> bool:
        """Whether the engine saw the container start."""
        return 'start' in (self.events or ())

    @property
    def may_be_created(self) -> bool:
        """Whether there was a container, which could not be started, or nobody knows."""
        return self.events is None or 'create' in self.events
