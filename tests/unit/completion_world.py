"""A world for completion: what it would ask the host, the engine and the files, with answers of its own."""
from __future__ import annotations

import json
from typing import Any, Sequence

from plans import CATALOGUE

from tao_launcher.base.host import package_data
from tao_launcher.commands.completion.offers import complete
from tao_launcher.commands.completion.types import World
from tao_launcher.settings.values import Mount

VERB_TABLE = json.loads(package_data('verbs.json'))
TREE = {
    '/data': [('a b', True), ('spec.yaml', False), ('.hidden', False), ('straße', True)],
    '/data/a b': [('x.yaml', False)],
    '/': [('data', True), ('file', False)],
    '.': [('here', True), ('it', False)],
    '/specs': [('dino.yaml', False)],
}
MOUNTS = (
    Mount('/data', '/workspace/tao/data'), Mount('/specs', '/workspace/tao/specs'),
    Mount('/specs/dino.yaml', '/one.yaml'), Mount('/specs', '/workspace/tao/data/inner'),
)
JOBS = [('f00dcafe0001', 'night: model/dino/train, Up 2 hours'), ('night', 'model/dino/train, Up 2 hours')]
GROUPS = ['model', 'dataset', 'deploy']


def world(environ: Any = None) -> World:
    """A world of its own."""
    def jobs(options: Any, *, ended: bool, everybody: bool) -> Sequence[tuple[str, str]]:
        return [*JOBS, *([('over', 'Exited (1)')] if ended else []), *([('theirs', '')] if everybody else [])]

    def mounts(options: Any) -> Sequence[Mount]:
        given = (text.split(':') for text in options.get('volume', []) if ':' in text)
        return [*MOUNTS, *(Mount(words[0], words[1]) for words in given)]

    return World(
        environ=environ or {'HOME': '/home/user', 'CUDA_VISIBLE_DEVICES': '0'}, verbs=lambda: VERB_TABLE,
        catalogue=lambda: CATALOGUE, mounts=mounts, jobs=jobs, contexts=lambda: ['default', 'far'],
        listing=lambda path: TREE.get(path.rstrip('/') or '/', []), is_folder=lambda path: path.rstrip('/') in TREE,
        launches=lambda: [('abcdef0123', 'model/dino/train: tao dino train')],
    )


def offered(*line: str, program: str = 'tao', environ: Any = None) -> list[str]:
    """The whole words that can stand in place of the last, and begin with it."""
    found = complete(program, line[:-1], line[-1], world(environ))
    words = [found.head + each.text for each in found.candidates]
    return [word for word in words if word.startswith(line[-1])]
