"""The launcher's options: the one table that the parser, the settings, --help and all that is generated read."""
from __future__ import annotations

from .option import CODE, IGNORED, NOTICE, REFUSED, Option
from .programs import KUBERNETES, RUNNERS, SERVICES, SLURM, TAO

# In the order of --help. What docker is told comes in this order too (see launch/argv.py).
ROWS = (
    Option(
        '--gpus', 'GPUS', 'all, none, 0,1, GPU-UUID, MIG-UUID, count=N, free or free:N (default: all)', kind='gpus',
        file='gpus', file_help='all, none, indices or UUIDs joined by commas or as a list, count=N, free or free:N.',
        variable='TAO_GPUS', default=None, docker=CODE, pyxis=CODE, kubernetes=CODE, apptainer=CODE, here=CODE,
        choices=(
            ('all', 'every GPU'), ('none', 'no GPU'), ('free', 'a GPU that nobody uses'),
            ('free:', 'that many that nobody uses'), ('count=', 'that many, the first ones'),
        ),
    ),
    Option('--volume', 'SRC[:DST[:MODE]]', 'mount a host path; without DST at the same path', repeatable=True,
           docker=CODE, pyxis=CODE, kubernetes=CODE, apptainer=CODE, here=CODE),
    Option(
        '--same_paths', help='mount every source at its own path too, and work in the current folder',
        file='same_paths', file_kind='flag', default=False,
        file_help='true mounts every source at its own path too; the job works in the current folder if one has it.',
        docker=CODE, pyxis=CODE, kubernetes=CODE, apptainer=CODE, here=CODE,
    ),
    Option('--host-path', 'HERE=THERE', 'path of a folder for the daemon, if the launcher is in a container',
           repeatable=True, variable='TAO_HOST_PATH', docker=CODE, pyxis=CODE, kubernetes=CODE),
    Option('--env', 'NAME[=VALUE]', "set a variable; NAME alone passes the host's value", repeatable=True,
           docker=CODE, pyxis=CODE, kubernetes=CODE, apptainer=CODE, here=CODE),
    Option('--mounts_file', 'PATH', 'the mounts file to use instead of ~/.tao_mounts.json'),
    Option(
        '--shm_size', 'SIZE', 'size of /dev/shm, for example 16G', kind='size',
        file='shm_size', file_help='Size of /dev/shm, for example 16G, or a number of bytes.',
        docker='--shm-size', pyxis=NOTICE, kubernetes=CODE,
        choices=(('8G', ''), ('16G', 'recommended'), ('32G', ''), ('64G', '')),
    ),
    Option(
        '--ulimit', 'NAME=SOFT[:HARD]', 'a resource limit, for example memlock=-1', repeatable=True,
        file='ulimits', file_help='Resource limits by name; -1 is unlimited.', file_kind='ulimits',
        docker=CODE, pyxis=NOTICE, kubernetes=CODE,
        choices=(('memlock=-1', 'recommended'), ('stack=67108864', 'recommended')),
    ),
    Option(
        '--port', 'HOST:CONTAINER[/PROTO]', 'publish a port of the container', repeatable=True,
        file='ports', file_kind='ports',
        file_help='Published ports, container port to host port: {"8888": 9999} is docker\'s -p 9999:8888.',
        docker=CODE, pyxis=NOTICE, kubernetes=CODE,
    ),
    Option('--run_as_service', help="run the checkout's microservice, which listens at --port PORT (default: 8000)",
           programs=SERVICES, docker=CODE, pyxis=IGNORED, kubernetes=IGNORED, apptainer=CODE, here=CODE),
    Option('--ip', 'ADDRESS', 'the address that the service listens on (default: 0.0.0.0)', programs=SERVICES,
           docker=CODE, pyxis=IGNORED, kubernetes=IGNORED, apptainer=CODE, here=CODE),
    Option('--port_mapping', 'PORT', "publish the service at this port of the host, instead of network host",
           programs=SERVICES, docker=CODE, pyxis=IGNORED, kubernetes=IGNORED),
    Option(
        '--network', 'NAME', 'network of the container, for example host', kind='word',
        file='network', file_help='Network of the container, for example host.',
        docker='--network', pyxis=CODE, kubernetes=CODE, apptainer=CODE,
        choices=(('host', "the host's own"), ('bridge', "docker's default"), ('none', 'no network')),
    ),
    Option(
        '--user', 'UID:GID', 'user in the container; host is the caller', kind='user',
        file='user', file_help='UID:GID, a user name of the image, or host for the user who launches.',
        docker=CODE, pyxis=CODE, kubernetes=CODE, choices=(('host', 'whoever launches'),),
    ),
    Option(
        '--ipc', 'MODE', 'IPC mode, for example host', kind='word', file='ipc', file_help='IPC mode, for example host.',
        docker='--ipc', pyxis=CODE, kubernetes=CODE, apptainer=CODE,
        choices=(('host', "the host's own"), ('private', "the container's own"), ('shareable', 'others may join'),
                 ('none', 'no /dev/shm')),
    ),
    Option('', file='privileged', file_help='All devices and capabilities of the host.', file_kind='flag',
           default=False, docker='--privileged', pyxis=REFUSED, kubernetes='container.securityContext.privileged'),
    Option('--workdir', 'PATH', 'working directory in the container', kind='destination', file='workdir',
           file_help='Working directory in the container.', docker='--workdir', pyxis='--container-workdir',
           kubernetes='container.workingDir', apptainer='--pwd', here=CODE),
    Option('--hostname', 'NAME', 'host name in the container', kind='hostname', file='hostname',
           file_help='Host name in the container.', docker='--hostname', pyxis=REFUSED, kubernetes=REFUSED,
           apptainer='--hostname'),
    Option(
        '--memory', 'SIZE', 'memory limit of the container, for example 64G', kind='size',
        file='memory', file_help='Memory limit of the container, for example 64G, or a number of bytes.',
        docker='--memory', pyxis=REFUSED, kubernetes='container.resources.limits.memory', apptainer='--memory',
    ),
    Option(
        '--cpus', 'N', 'CPU limit of the container, for example 8 or 1.5', kind='cpus',
        file='cpus', file_help='CPU limit of the container, for example 8 or 1.5.',
        docker='--cpus', pyxis=REFUSED, kubernetes='container.resources.limits.cpu', apptainer='--cpus',
    ),
    Option(
        '--platform', 'OS/ARCH', 'platform of the image, for example linux/arm64', kind='platform',
        file='platform', file_help='Platform of the image, for example linux/arm64.',
        docker='--platform', pyxis=REFUSED, kubernetes=CODE, apptainer=CODE,
        choices=(('linux/amd64', 'x86_64'), ('linux/arm64', 'aarch64')),
    ),
    Option(
        '--entrypoint', 'PROGRAM', "program instead of the image's entry point; empty means none",
        kind='entrypoint', file='entrypoint', default=None,
        file_help="Program instead of the image's entry point; empty means none.",
        docker='--entrypoint', pyxis=CODE, kubernetes=CODE, apptainer=CODE, here=CODE,
    ),
    Option('', file='init', file_help='false runs the job as process 1 without an init process.', file_kind='flag',
           default=True, docker=CODE, pyxis=IGNORED, kubernetes=CODE, apptainer=CODE, here=IGNORED),
    Option('', file='group_add', file_help="Additional groups of the container's user.", file_kind='words',
           docker=CODE, pyxis=NOTICE, kubernetes=CODE),
    Option('--run_as_user', help='run as the caller, not as root', docker=CODE, pyxis=CODE, kubernetes=CODE,
           apptainer=IGNORED, here=IGNORED),
    Option('--tag', 'TAG', 'another tag of the same image', kind='tag', docker=CODE, pyxis=CODE, kubernetes=CODE,
           apptainer=CODE),
    Option('--image', 'REF', 'another image, for apptainer also a .sif file or a folder', kind='image', docker=CODE,
           pyxis=CODE, kubernetes=CODE, apptainer=CODE),
    Option('--cached', 'REF', 'the same as --image', docker=CODE, pyxis=CODE, kubernetes=CODE, apptainer=CODE),
    Option('--release', 'X.Y.Z', 'take the task from this TAO release', kind='word', variable='TAO_RELEASE',
           programs=TAO, docker=CODE, pyxis=CODE, kubernetes=CODE, apptainer=CODE, here=CODE),
    Option('--registry', 'HOST[/PREFIX]', 'pull from this registry instead of nvcr.io', kind='registry',
           variable='OVERRIDE_REGISTRY', docker=CODE, pyxis=CODE, kubernetes=CODE, apptainer=CODE),
    Option(
        '--pull', 'WHEN', 'missing, always or never (default: missing); podman knows newer too', kind='pull',
        variable='TAO_PULL', default='missing', docker='--pull', pyxis=IGNORED, kubernetes=CODE, apptainer=CODE,
        choices=(
            ('missing', 'when the image is not here'), ('always', 'before every launch'), ('never', 'not at all'),
            ('newer', 'when the registry has a newer one'),
        ),
    ),
    Option('--detach', help='start the job, print its container id and return', docker=CODE, pyxis=REFUSED,
           kubernetes=REFUSED, here=REFUSED),
    Option('--name', 'NAME', 'name of the container', kind='container_name', docker='--name', pyxis=CODE,
           kubernetes=CODE),
    Option('--tty', help='insist on a terminal for the job', default=True, file='tty', file_kind='flag',
           file_help='false never allocates a terminal; true leaves it to the terminals at hand.',
           docker=CODE, pyxis=REFUSED, kubernetes=REFUSED, apptainer=CODE, here=CODE),
    Option('--no-tty', help='no terminal for the job', docker=CODE, pyxis=REFUSED, kubernetes=REFUSED,
           apptainer=CODE, here=CODE),
    Option('--interactive', help="pass the launcher's input to the job", docker=CODE, pyxis=REFUSED,
           kubernetes=REFUSED, apptainer=CODE, here=CODE),
    Option('--stop-timeout', 'SECONDS', 'time a stopped job has to end before it is killed (default: 30)',
           kind='seconds', default=30, kubernetes=CODE),
    Option('--timeout', 'DURATION',
           'end the job after this time, with exit code 124: 12h, 1d12h, 90m, 30s, or H:M:S as in Slurm',
           kind='duration', variable='TAO_TIMEOUT', default=None, pyxis=CODE, kubernetes=REFUSED),
    Option('--docker-arg', 'WORD', 'pass a word such as --pid=host to docker run', repeatable=True,
           file='extra_args', file_help='Additional words for docker run, values joined by =: --cpus=8.',
           file_kind='docker_words', docker=CODE, pyxis=CODE, kubernetes=CODE),
    Option('--engine', 'CMD', 'docker (default), podman, docker:/path/of/it, "sudo -n docker", apptainer, or none',
           kind='engine', variable='TAO_ENGINE', default=('docker',), docker=CODE, pyxis=IGNORED, kubernetes=IGNORED,
           apptainer=CODE, here=CODE, choices=(
               ('docker', ''), ('podman', ''), ('sudo -n docker', 'as root, without a question'),
               ('apptainer', 'as a process of yours'), ('singularity', 'the same'),
               ('none', 'the command of this machine, in no container'),
           )),
    Option('--link', help="with --engine none: link a mount's missing destination to its source"),
    Option('--context', 'NAME', "docker's context (podman's connection) whose daemon runs the job", kind='word',
           docker=CODE, pyxis=IGNORED, kubernetes=IGNORED, here=REFUSED),
    Option('--dry-run', 'FORM', 'print the command instead: shell, pretty or json', kind='dry_run',
           variable='TAO_DRY_RUN', optional=True, choices=(
               ('shell', 'one line for a shell'), ('pretty', 'a line for each option'), ('json', 'for programs'))),
    Option('--explain', help='print the reason for each argument of docker; run nothing'),
    Option('--no-check', help='skip the checks of the host, such as that sources exist'),
    Option('--quiet', help='no notices', short='-q'),
    Option('--verbose', help='say what was read and decided'),
    Option('--color', 'WHEN', 'auto, always or never (default: auto)', kind='color', default='auto',
           choices=(('auto', 'on a terminal'), ('always', ''), ('never', ''))),
    Option('--envsetup', help='print the path of envsetup.sh, for a shell to source in a checkout', programs=RUNNERS),
    Option('--version', help='print the version'),
    Option('--help', help='print this help', short='-h'),
)
OPTIONS = tuple(row for row in ROWS if row.name)
BY_KEY = {row.key: row for row in ROWS}
# Two that cannot be given together.
CONTRADICTIONS = (
    ('run_as_user', 'user'), ('tag', 'image'), ('tag', 'cached'), ('image', 'cached'), ('tty', 'no_tty'),
    ('detach', 'tty'), ('detach', 'interactive'), ('quiet', 'verbose'), ('dry_run', 'explain'),
)
# Understood after the task name as well: a dry run must never turn into a run, and NVIDIA's
# launcher takes --volume there.
ALSO_LATE = ('dry_run', 'volume')
# After a subtask these can only be slips; tasks have no options of these names.
NEVER_LATE = ('mounts_file', 'shm_size', 'run_as_user', 'docker_arg', 'no_check', 'engine', 'ulimit')
# Tasks have these themselves, so they are the task's wherever they are after its name.
TASKS_OWN = ('gpus', 'env')


def of(program: str) -> tuple[Option, ...]:
    """A program's options; `submit slurm` and `submit kubernetes` have those of tao after their own."""
    if program not in (SLURM, KUBERNETES):
        return tuple(option for option in OPTIONS if program in option.programs)
    from .submit_options import SUBMIT

    return (*(option for option in SUBMIT if program in option.programs), *of(TAO[0]))
