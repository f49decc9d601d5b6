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
TOPICS = ('options', 'environment', 'exit-codes')
DESCRIPTION = (
    'Runs NVIDIA TAO containers: one exact docker run, printed (--dry-run) or run.',
    'Options go before the task name; what follows it belongs to the task.',
)
DETAILS = (
    'GROUP is model, dataset or deploy; it may be left out. A task comes from the newest TAO release that has it,'
    ' unless --release names another. tao tasks lists all tasks; tao TASK --help shows the subtasks, the image and'
    ' the releases of one, without docker; tao TASK SUBTASK --help is the help of the program in the container.',
    'The folders, variables and docker options of the mounts file apply to every launch: see tao_mounts(5).',
    '--dry-run and --volume are understood after the task name too, up to a bare --. A subtask that looks like a'
    ' slip of a known one is refused: tao TASK -- SUBTASK runs it as it is.',
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
MOUNTS_FILES = ('~/.tao_mounts.json',)
MOUNTS_DESCRIPTION = (
    'JSON that tells tao(1) and tao_pt(1) what the container of every launch gets. It is read from'
    ' ~/.tao_mounts.json, or instead of it from the file of --mounts_file or of $LAUNCHER_MOUNTS. Under sudo, when'
    ' root has none, that of whoever called sudo is read, with a notice. All of it is optional. An option or a'
    ' TAO_ variable overrides the file; --volume overrides a mount with the same destination.',
    'Keys that start with $ or _ are comments. An unknown key is an error, but in an entry of Mounts or Envs, where'
    ' it is a notice. tao config schema prints the JSON Schema of the file, which editors understand: a key "$schema"'
    ' tells them where it is.',
)
MOUNTS_NOTES = (
    'A source that is missing is an error, because docker would create it as an empty folder of root. Of two entries'
    ' for one destination the later wins. Every fault of a file is said at once.',
    'A variable whose name looks secret (a word of it is KEY, TOKEN, SECRET, PASSWORD, ...) is passed to docker by'
    ' name: its value is in no command line.',
)
MOUNTS_EXAMPLE = """\
{
  "Mounts": [
    {"source": "~/data", "destination": "/data"},
    {"source": "$HOME/results", "destination": "/results"},
    {"source": "specs", "destination": "/specs", "mode": "ro"}
  ],
  "Envs": [
    {"variable": "CUDA_DEVICE_ORDER", "value": "PCI_BUS_ID"}
  ],
  "DockerOptions": {
    "shm_size": "16G",
    "ulimits": {"stack": 67108864}
  }
}"""
EXIT_CODES = (
    ("the job's own", 'returned unchanged'),
    ('124', 'the job was ended because the time of --timeout was over'),
    ('125', 'the engine is missing, unreachable or refuses: the container never started'),
    ('126, 127', 'the command in the container cannot be executed, or is not there'),
    ('128+n', 'ended by signal n; 130 is Ctrl-C'),
    ('1', 'a check failed, no job matched, or the result could not be written'),
    ('2', 'the command line, the mounts file or another file is wrong; nothing was started'),
    ('70', 'a bug of the launcher'),
)
FILES = (
    ('~/.tao_mounts.json', 'the mounts file: see tao_mounts(5); ~/.tlt_mounts.json is read where it is the only one'),
    ('~/.tao/config.json', 'a catalogue that replaces the built-in one (NVIDIA\'s formats 1.0, 2.0 and 3.0)'),
    ('~/.tao/releases.d/*.json', 'releases beside the built-in ones: see tao catalogue'),
    ('~/.local/state/tao/history.jsonl', 'what ran: see tao history; $TAO_HISTORY names another file'),
    ('~/.local/state/tao/images.json', 'the ids of the images that tao bundle load has loaded'),
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
    'A variable whose name looks secret (a word of it is KEY, TOKEN, SECRET, PASSWORD, ...) is passed by name: its'
    ' value is in no command line.',
    "NVIDIA's own launcher (package nvidia-tao) installs a program tao as well; tao doctor says when the two meet.",
)
RUNNER_EXAMPLES = (
    ('A shell in the developer container:', 'export NV_TAO_PYTORCH_TOP=~/tao-pytorch\ntao_pt'),
    ('A command in it:', 'tao_pt --gpus 0 --env PYTHONUNBUFFERED=1 -- pytest tests/cv'),
    ('What would run:', 'tao_pt --dry-run=pretty -- python setup.py develop'),
    ('What is missing, then a new base image and a release image with the wheel in it:',
     'tao_pt check\ntao_pt build --push\ntao_pt release --tag 7.1.0-pyt --wheel'),
)
