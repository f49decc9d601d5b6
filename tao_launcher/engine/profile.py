"""What an engine takes and says in its own way. A profile is one module; engine/profiles.py lists them."""
from __future__ import annotations

from ..base.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

NO_ENGINE = 'none'  # the name for the one that is no engine: a task is then a command of this machine
APPTAINER_KIND = 'apptainer'  # of those without a daemon, whose containers are processes of their callers


class Profile(Record):
    """One engine's ways; the words of commands without the engine's own."""

    name: str  # of its program, and in messages
    title: str
    package: str  # that Debian and Ubuntu have it in
    manual: str  # how it is installed elsewhere
    place: tuple[str, str]  # the option for the name of a daemon's address, short and long: a context, a connection
    address: tuple[str, str]  # the option for the address itself
    variables: tuple[str, str]  # of the environment: for the address, for its name
    default_place: str  # the command that goes back to the local daemon
    service: str  # its daemon, and the group that may talk to it; '' for: it has none
    uses_cdi: bool  # GPUs are devices (nvidia.com/gpu=0), not --gpus
    own_user: tuple[str, ...]  # what makes the job's user the caller where the engine runs without root
    own_inits: tuple[str, ...]  # where it finds its program for --init by itself; () for: it brings one along
    other_inits: tuple[str, ...]  # statically linked ones that --init-path can name instead
    pull: tuple[str, ...]  # the values of --pull
    removal: tuple[tuple[str, ...], ...]  # the commands that kill and remove a container, followed by its id
    several: tuple[str, ...]  # what `save` needs for more than one image
    insecure: tuple[str, ...]  # what `manifest inspect` needs for a registry without TLS
    raw_manifest: tuple[tuple[str, ...], ...]  # what prints a registry's document byte for byte, or nearly so
    verbose_manifest: tuple[str, ...]  # what says the platform of an image that is no index, () for nothing
    platform_variable: str  # of the environment: the platform of images, '' for none
    digest_file: str  # the option of `push` that writes the digest into a file; '' where RepoDigests has it
    pull_talks_on_stderr: bool  # its progress, not only its errors
    attach_tells_code: bool  # the exit code of `attach` is the job's
    unended: tuple[str, ...]  # what has `ps` list at least all that run or will: by itself it leaves some of them out
    stops_paused: bool  # `stop` ends a job that is paused
    events: Mapping[str, str]  # docker's names for its events, where they differ
    has_plugins: bool  # the client may have further commands: docker's buildx
    has_contexts: bool  # names for daemons in files of its own: docker's contexts
    logins: tuple[str, ...]  # the files that may hold logins to registries, variables for folders in them
    storage: str  # the setting for the folder that images are kept in
    job_label: str  # the label tao.job in the --format of `ps`, as JSON: it may hold line breaks
    kind: str = ''  # how a job is run where that is not docker's way: a name that launch/kinds.py knows
    remote: tuple[str, ...] = ()  # the options that make it talk to another machine's daemon, without its name
    unqualified: str = 'on Docker Hub'  # where it looks for an image whose name begins with no registry
    gpu_option: str = ''  # what gives the GPUs to a job that is in a container and yet a process of ours

    @property
    def is_child(self) -> bool:
        """Whether a job is a process of the launcher's own: the caller's user and GPUs are its too."""
        return bool(self.kind)
