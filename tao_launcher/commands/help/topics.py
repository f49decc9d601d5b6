"""What --help and the manual pages say beside the options: the one place of those texts."""
from __future__ import annotations

from ...settings.programs import VERB_GROUPS

USAGE = (
    'tao [options] [GROUP] TASK SUBTASK [ARGS...]',
    'tao [options] [GROUP] TASK run COMMAND [ARGS...]',
    'tao [options] [GROUP] TASK',
)
SYNOPSIS = (
    *USAGE,
    *(
        f'tao {"|".join(verbs)}' + ' slurm|kubernetes TASK ...' * ('submit' in verbs) for verbs in VERB_GROUPS.values()
    ),
    'tao help [TOPIC|NAME]',
)
TOPICS = {
    'topics': 'what there is help on',
    'options': 'the options of the launcher',
    'environment': 'the variables and files that are read',
    'exit-codes': 'what an exit code means',
}
# The guides of data/guides, each a page of the manual too: tao-mounts(5), tao-jobs(7), ...
GUIDES = {
    'mounts': 'the mounts file: folders, variables and options for docker',
    'jobs': 'run, watch and stop jobs, and look up what ran',
    'gpus': 'which GPUs a job gets',
    'airgap': 'images, and machines without a network',
    'podman': 'podman, and other engines than docker',
    'remote': 'a daemon on another machine',
    'slurm': 'run tasks on a Slurm cluster',
    'kubernetes': 'run tasks on a Kubernetes cluster',
    'apptainer': 'Apptainer, or no container at all',
    'developers': 'tao_pt and its siblings: work on a TAO backend',
    'recipes': 'make, notebooks, CI, systemd, TensorBoard, Jupyter',
    'releases': 'other TAO releases, and images of your own',
    'trouble': 'when something goes wrong, by symptom',
}
DESCRIPTION = (
    'Runs NVIDIA TAO containers: one exact docker run, printed (--dry-run) or run.',
    'Options go before the task name; what follows it belongs to the task.',
)
DETAILS = (
    'GROUP is model, dataset or deploy; it may be left out. A task comes from the newest TAO release that has it,'
    ' unless --release names another. tao tasks lists all tasks; tao TASK --help shows the subtasks, the image and'
    ' the releases of one, without docker; tao TASK SUBTASK --help is the help of the program in the container.',
    'The folders, variables and docker options of the mounts file apply to every launch: see tao-mounts(5).',
    '--dry-run and --volume are understood after the task name too, up to a bare --. A subtask that looks like a'
    ' typo of a known one is refused: tao TASK -- SUBTASK runs it as it is.',
    'The result of a command goes to the standard output; notices, progress and errors go to the standard error.',
)
COMMANDS = (
    'Each shows its help with --help. The options above, such as --engine, go before the command, its own'
    ' go after it.',
)
RUNNER_DESCRIPTION = (
    'Runs COMMAND, or a shell, in the developer container of a backend checkout. The checkout is the folder in the'
    ' variable below, or else the nearest folder from the current one upwards that has docker/manifest.json, which'
    ' names the base image. It is mounted, and is on PYTHONPATH. What follows -- is passed on as it is.',
    'The same program has a name for every backend:',
)
EXIT_CODES = (
    ("the job's own", 'returned unchanged'),
    ('124', 'the job was ended because the time of --timeout was up'),
    ('125', 'the engine is missing, unreachable or refuses: the container never started'),
    ('126, 127', 'the command in the container cannot be executed, or was not found'),
    ('128+n', 'ended by signal n; 130 is Ctrl-C'),
    ('1', 'a check failed, no job matched, or the result could not be written'),
    ('2', 'the command line, the mounts file or another file is wrong; nothing was started'),
    ('70', 'a bug of the launcher'),
)
FILES = (
    ('~/.tao_mounts.json', 'the mounts file: see tao-mounts(5); ~/.tlt_mounts.json is read if it is the only one'),
    ('~/.tao/config.json', 'a catalogue that replaces the built-in one (NVIDIA\'s formats 1.0, 2.0 and 3.0)'),
    ('~/.tao/releases.d/*.json', 'releases beside the built-in ones: see tao catalogue'),
    ('~/.local/state/tao/history.jsonl', 'what ran: see tao history; $TAO_HISTORY names another file'),
    ('~/.local/state/tao/images.json', 'the ids of the images that tao bundle load has loaded'),
    ('~/.local/share/tao/sif/*.sif', 'Apptainer\'s images: see tao pull; $TAO_SIF_DIR names another folder'),
)
# A comment, then the command.
EXAMPLES = (
    ('What would run, and on which folders:', 'tao --dry-run=pretty dino train -e /specs/dino.yaml'),
    ('Train on two GPUs; what the job writes belongs to you:',
     'tao --gpus 0,1 --run_as_user dino train -e /specs/dino.yaml'),
    ('Any command in a task\'s container, and its exit code:', 'tao dino run nvidia-smi; echo $?'),
    ('A job that survives the terminal, and its log:',
     'tao --detach --name night dino train -e /specs/dino.yaml\ntao logs -f night'),
    ('A task of an older release:', 'tao --release 5.5.0 classification_tf2 train -e /specs/a.yaml'),
    ('Where each word of that docker command comes from:', 'tao --explain dino train -e /specs/dino.yaml'),
    ('The same task on two nodes of a cluster:', 'tao submit slurm --nodes 2 dino train -e /specs/dino.yaml'),
    ('Images for a host without a network:', 'tao bundle save /media/usb/tao dino'),
    ('What is missing on this machine, and a first mounts file:', 'tao doctor\ntao config init'),
)
NOTES = (
    'A job ends when the launcher ends, unless it was started with --detach: the first Ctrl-C goes to the job, a'
    ' second one ends it. What comes back to the shell is the exit code of the job.',
    'A variable whose name looks secret (one of its words is KEY, TOKEN, SECRET, PASSWORD, ...) is passed by name: its'
    ' value is in no command line.',
    "NVIDIA's own launcher (package nvidia-tao) installs a program tao as well; tao doctor says if both are"
    ' installed in one place.',
)
RUNNER_EXAMPLES = (
    ('A shell in the developer container:', 'export NV_TAO_PYTORCH_TOP=~/tao-pytorch\ntao_pt'),
    ('A command in it:', 'tao_pt --gpus 0 --env PYTHONUNBUFFERED=1 -- pytest tests/cv'),
    ('What would run:', 'tao_pt --dry-run=pretty -- python setup.py develop'),
    ('What is missing, then a new base image and a release image with the wheel in it:',
     'tao_pt check\ntao_pt build --push\ntao_pt release --tag 7.1.0-pyt --wheel'),
)


def guide_named(word: str) -> str:
    """The guide that a word names, also as guides name each other (tao-jobs); '' for none."""
    name = word[len('tao-'):] if word.startswith('tao-') else word
    return name if name in GUIDES else ''
