"""The text of `tao --help`, on one screen. It needs no catalogue, so that it is there at once."""
from __future__ import annotations

from ...settings.programs import RUNNERS, VERB_GROUPS
from .topics import DESCRIPTION, GUIDES, USAGE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

COLUMN = 49  # where the explanations begin
IN_A_ROW = 9  # guides
EXAMPLES = (
    ('tao --dry-run dino train -e /specs/dino.yaml', 'print the docker command'),
    ('tao --gpus 0,1 dino train -e /specs/dino.yaml', 'train on two GPUs'),
    ('tao dino run nvidia-smi', 'a command in the container'),
    ('tao dino', 'a shell in the container'),
    ('tao --detach dino train -e /specs/dino.yaml', 'a job that needs no terminal'),
)
FIRST_STEPS = (
    ('tao doctor', 'what this machine lacks'),
    ('tao config init', 'say which folders a job sees'),
    ('tao pull dino', 'fetch the images of a task'),
)
ENGINES = {'submit': 'submit slurm|kubernetes'}
MORE = (
    ('tao tasks', 'all tasks'),
    ('tao model --help, tao dino --help', 'a group, a task'),
    ('tao help options', 'every option of a launch'),
    ('tao help environment, tao help exit-codes', 'variables and files; codes'),
    ('tao_pt --help', 'run a checkout of a backend'),
    (f'  and {", ".join(RUNNERS[1:])}', 'the same for other backends'),
    ('man tao', 'all of it'),
)


def overview() -> str:
    """The text, with its line end."""
    commands = [
        (' '.join(ENGINES.get(verb, verb) for verb in verbs), about) for about, verbs in VERB_GROUPS.items()
    ]
    lines = [f'{"       " if i else "usage: "}{words}' for i, words in enumerate((*USAGE, 'tao COMMAND [ARGS...]'))]
    lines += ['', *DESCRIPTION, '']
    for title, pairs in (
        ('examples:', EXAMPLES), ('first steps:', FIRST_STEPS), ('commands (tao COMMAND --help):', commands),
        ('more:', MORE),
    ):
        lines += [title, *_pairs(pairs), '']
    guides = [*GUIDES]
    lines += ['guides (tao help GUIDE, tao help topics):']
    lines += [f'  {" ".join(guides[i:i + IN_A_ROW])}' for i in range(0, len(guides), IN_A_ROW)]
    return '\n'.join(lines) + '\n'


def _pairs(pairs: Iterable[tuple[str, str]]) -> list[str]:
    return [f'  {words:<{COLUMN}}{about}' for words, about in pairs]
