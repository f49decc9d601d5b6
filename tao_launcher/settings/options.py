"""The launcher's options: the one table that the parser, --help and all that is generated read."""
from __future__ import annotations

from ..base.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Dict, List, Union

    Values = Dict[str, Union[str, bool, List[str]]]  # what a command line sets, by Option.key

TAO = ('tao',)
VERBS = (
    'list', 'stop', 'logs', 'attach', 'wait', 'exec', 'clean', 'info', 'images', 'pull', 'bundle', 'doctor', 'config',
    'submit', 'completion',
)
RUNNERS = ('tao_pt', 'tao_tf', 'tao_tf2', 'tao_deploy', 'tao_ds')
SLURM, KUBERNETES = 'submit slurm', 'submit kubernetes'
SERVICES = ('tao_tf2', 'tao_ds')  # those whose checkout has a microservice
RUNNER_VERBS = ('build', 'release', 'check')


class Option(Record):
    """One option; without `value` (what --help calls its value) it is a flag."""

    name: str
    value: str = ''
    help: str = ''
    repeatable: bool = False
    programs: tuple[str, ...] = (*TAO, *RUNNERS)
    short: str = ''
    optional: bool = False  # the value may be left out, and is joined by "=" only

    @property
    def key(self) -> str:
        """The name as the parsed options have it: shm_size."""
        return self.name[2:].replace('-', '_')

    @property
    def example(self) -> str:
        """The words of a command line with it: --shm_size SIZE."""
        return self.name if self.optional else f'{self.name} {self.value}'.rstrip()


OPTIONS = (
    Option('--gpus', 'GPUS', 'all, none, 0,1, GPU-UUID, MIG-UUID, count=N, free or free:N (default: all)'),
    Option('--volume', 'SRC:DST[:MODE]', 'mount a host path', repeatable=True),
    Option('--env', 'NAME[=VALUE]', "set a variable; NAME alone passes the host's value", repeatable=True),
    Option('--mounts_file', 'PATH', 'the mounts file to use instead of ~/.tao_mounts.json'),
    Option('--shm_size', 'SIZE', 'size of /dev/shm, for example 16G'),
    Option('--ulimit', 'NAME=SOFT[:HARD]', 'a resource limit, for example memlock=-1', repeatable=True),
    Option('--port', 'HOST:CONTAINER[/PROTO]', 'publish a port of the container', repeatable=True),
    Option('--run_as_service', help="run the checkout's microservice, which listens at --port PORT (default: 8000)",
           programs=SERVICES),
    Option('--ip', 'ADDRESS', 'the address that the service listens on (default: 0.0.0.0)', programs=SERVICES),
    Option('--port_mapping', 'PORT', "publish the service at this port of the host, instead of network host",
           programs=SERVICES),
    Option('--network', 'NAME', 'network of the container, for example host'),
    Option('--user', 'UID:GID', 'user in the container; host is the caller'),
    Option('--run_as_user', help='run as the caller, not as root'),
    Option('--tag', 'TAG', 'another tag of the same image'),
    Option('--image', 'REF', 'another image'),
    Option('--cached', 'REF', 'the same as --image'),
    Option('--release', 'X.Y.Z', 'take the task from this TAO release', programs=TAO),
    Option('--registry', 'HOST[/PREFIX]', 'pull from this registry instead of nvcr.io'),
    Option('--pull', 'WHEN', 'missing, always or never (default: missing); podman knows newer too'),
    Option('--detach', help='start the job, print its container id and return'),
    Option('--name', 'NAME', 'name of the container'),
    Option('--tty', help='insist on a terminal for the job'),
    Option('--no-tty', help='no terminal for the job'),
    Option('--interactive', help="pass the launcher's input to the job"),
    Option('--stop-timeout', 'SECONDS', 'time a stopped job has to end before it is killed (default: 30)'),
    Option('--docker-arg', 'WORD', 'pass a word such as --cpus=8 to docker run', repeatable=True),
    Option('--engine', 'CMD', 'docker, podman, a path, or "sudo -n docker" (default: docker)'),
    Option('--context', 'NAME', "docker's context (podman's connection) whose daemon runs the job"),
    Option('--dry-run', 'FORM', 'print the command instead: shell, pretty or json', optional=True),
    Option('--explain', help='say where each argument of docker comes from, run nothing'),
    Option('--no-check', help='skip the checks of the host, such as that sources exist'),
    Option('--quiet', help='no notices', short='-q'),
    Option('--verbose', help='say what was read and decided'),
    Option('--color', 'WHEN', 'auto, always or never (default: auto)'),
    Option('--version', help='print the version'),
    Option('--help', help='print this help', short='-h'),
)
# `tao submit slurm` and `tao submit kubernetes` take these behind their name, and those of tao as well.
SUBMIT = (
    Option('--nodes', 'N', 'how many machines (default: 1)', programs=(SLURM, KUBERNETES)),
    Option('--gpus_per_node', 'G', 'GPUs on each of them, G or TYPE:G (default: 1)', programs=(SLURM,)),
    Option('--gpus_per_node', 'G', 'GPUs on each of them (default: 1)', programs=(KUBERNETES,)),
    Option('--time', 'LIMIT', 'time limit: minutes, H:M:S or D-H:M:S', programs=(SLURM,)),
    Option('--partition', 'NAME', 'partition of the cluster', programs=(SLURM,)),
    Option('--account', 'NAME', 'account that is charged', programs=(SLURM,)),
    Option('--sbatch-arg', 'WORD', 'pass a word such as --qos=low to sbatch', repeatable=True, programs=(SLURM,)),
    Option('--container', 'HOW', 'docker, or pyxis where its Slurm plugin is (default: docker)', programs=(SLURM,)),
    Option('--wait', help='wait until the job has ended, exit with its code', programs=(SLURM,)),
    Option('--namespace', 'NAME', "namespace (default: that of kubectl's context)", programs=(KUBERNETES,)),
    Option('--pvc', 'NAME:DEST', 'mount a persistent volume claim', repeatable=True, programs=(KUBERNETES,)),
    Option('--image_pull_secret', 'NAME', 'secret for the registry of the image', programs=(KUBERNETES,)),
)
# Understood after the task name as well: a dry run must never turn into a run, and NVIDIA's
# launcher takes --volume there.
ALSO_LATE = ('dry_run', 'volume')
# After a subtask these can only be slips; tasks have no options of these names.
NEVER_LATE = ('mounts_file', 'shm_size', 'run_as_user', 'docker_arg', 'no_check', 'engine', 'ulimit')
# Tasks have these themselves, so they are the task's wherever they stand behind its name.
TASKS_OWN = ('gpus', 'env')


def of(program: str) -> tuple[Option, ...]:
    """A program's options; `submit slurm` and `submit kubernetes` have tao's behind their own."""
    own = tuple(option for option in SUBMIT if program in option.programs)
    return (*own, *(option for option in OPTIONS if (TAO[0] if own else program) in option.programs))


class EnvVar(Record):
    """An environment variable that the launcher reads."""

    name: str
    help: str


VARIABLES = (
    EnvVar('LAUNCHER_MOUNTS', 'the mounts file, when --mounts_file is not given'),
    EnvVar('OVERRIDE_REGISTRY', 'as --registry'),
    EnvVar('TAO_GPUS', 'as --gpus'),
    EnvVar('TAO_RELEASE', 'as --release'),
    EnvVar('TAO_PULL', 'as --pull'),
    EnvVar('TAO_ENGINE', 'as --engine'),
    EnvVar('TAO_DRY_RUN', 'as --dry-run: 1, shell, pretty or json'),
    EnvVar('TAO_LAUNCHER_DEBUG', '1: as --verbose'),
    EnvVar('TAO_DEBUG', 'set: a bug of the launcher shows its traceback'),
    EnvVar('NO_COLOR', 'set: no colour'),
    EnvVar('SLURM_JOB_ID', 'set: without --gpus the Slurm job\'s own GPUs (SLURM_STEP_GPUS, SLURM_JOB_GPUS,'
                           ' UUIDs in CUDA_VISIBLE_DEVICES)'),
    EnvVar('DOCKER_HOST', "docker's own, as DOCKER_CONTEXT, DOCKER_CONFIG; a remote one skips the host checks"),
    EnvVar('CONTAINER_HOST', "podman's own, as CONTAINER_CONNECTION; a remote one skips the host checks"),
    EnvVar('NV_TAO_PYTORCH_TOP', 'the checkout of tao_pt; NV_TAO_TF_TOP, NV_TAO_TF2_TOP, NV_TAO_DEPLOY_TOP and'
                                 ' NV_TAO_DS_TOP those of its siblings'),
)


def spellings(names: Sequence[str]) -> list[str]:
    """An option's names without those that only spell one with - for _, or the other way round."""
    return list(reversed({name.replace('_', '-'): name for name in reversed(names)}.values()))


def is_debugging(environ: Mapping[str, str]) -> bool:
    """Whether TAO_LAUNCHER_DEBUG asks for what --verbose says."""
    return environ.get('TAO_LAUNCHER_DEBUG', '').lower() not in ('', '0', 'false', 'no')


def is_verbose(options: Values, environ: Mapping[str, str]) -> bool:
    """Whether options or TAO_LAUNCHER_DEBUG ask to be told what was read and decided."""
    return bool(options.get('verbose')) or (not options.get('quiet') and is_debugging(environ))
