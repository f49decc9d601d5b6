"""The parser of a verb: its help, and what it says of a slip."""
from __future__ import annotations

import re
from pathlib import Path

import pytest
from support import FakeDocker, tao

from tao_launcher.settings.programs import VERBS


def shown(*words: str, program: str = 'tao') -> str:
    done = tao(*words, program=program)
    assert (done.code, done.err) == (0, '')
    return done.out


@pytest.mark.parametrize('verb', VERBS)
def test_verb(verb: str, fake_docker: FakeDocker) -> None:
    text = shown('help', verb)
    assert text.startswith(f'usage: tao {verb} ')
    assert text == shown(verb, '--help') == shown('--help', verb)
    assert not re.search('--dry_run|--all_users|--container-id|--shm-size', text)  # the other spelling
    assert fake_docker.calls == []


@pytest.mark.parametrize(('words', 'meant'), [
    (['help', 'optoins'], 'no help for optoins\n    did you mean options?\n    try: tao help topics\n'),
    (['help', 'tao_pt'], 'tao_pt is a program of its own\n    try: tao_pt --help\n'),
    (['lst'], 'no task lst\n    did you mean list?\n    try: tao tasks\n'),
    (['hlep'], 'no task hlep\n    did you mean help?\n    try: tao tasks\n'),
    (['bundle'], 'tao bundle: which step? save, verify, load\n    try: tao bundle --help\n'),
    (['config', 'shwo'], 'tao config: action "shwo": expected init, validate, show, path, schema\n'
                         '    did you mean show?\n    try: tao config --help\n'),
    (['config', '--mounts_file', 'x', 'validate'], '--mounts_file is an option of the launcher and goes before config\n'
                                                   '    try: tao --mounts_file PATH config …\n'),
    (['config', '--format', 'json', 'show'], 'config: unexpected "--format"\n'
                                             '    options go after the word that follows config\n'
                                             '    try: tao config --help\n'),
    (['submit', '--nodes', '2', 'slurm', 'dino'], 'submit: unexpected "--nodes"\n'
                                                  '    options go after the word that follows submit\n'
                                                  '    try: tao submit --help\n'),
    (['list', '--format', 'xml'], 'tao list: --format "xml": expected table, json, ids\n    try: tao list --help\n'),
    (['ps'], 'no task ps\n    did you mean list?\n    try: tao list --help\n'),
    (['kill', '0123'], 'no task kill\n    did you mean stop?\n    try: tao stop --help\n'),
    (['rm'], 'no task rm\n    did you mean clean?\n    try: tao clean --help\n'),
    (['status'], 'no task status\n    did you mean progress?\n    try: tao progress --help\n'),
    (['model', 'ps'], 'no task ps in group model\n    try: tao tasks\n'),
    (['modle'], 'no task modle\n    did you mean the group model?\n    try: tao tasks\n'),
    (['--', 'list'], 'no task list\n    it is a command\n    try: tao list\n'),
    (['--', 'help', 'dino'], 'no task help\n    it is a command\n    try: tao help\n'),
    (['help', ''], 'no help for an empty word: was a variable not set?\n    try: tao help topics\n'),
    (['--', '--help', '--gpus', 'all'], 'no help for --gpus\n    did you mean gpus?\n    try: tao help topics\n'),
])
def test_slips(words: list[str], meant: str) -> None:
    assert tao(*words) == (2, '', f'tao: error: {meant}')


@pytest.mark.parametrize(('words', 'name'), [
    ('bundle save --dry-run @ model/dino', 'DIR'), ('bundle save --sign @ x model/dino', '--sign'),
    ('bundle verify @', 'DIR'), ('bundle load @', 'DIR'), ('config validate @', 'FILE'), ('config path /x @', 'PATH'),
    ('config init --user @', '--user'), ('config init --shm_size=@', '--shm_size/--shm-size'),
    ('config init --data @', '--data'), ('catalogue validate @', 'FILE'), ('catalogue show @', 'X.Y.Z'),
    ('catalogue remove 1.0 @', 'RELEASE'), ('catalogue add @', 'FILE'), ('catalogue add x --name @', '--name'),
    ('catalogue probe @', 'IMAGE'), ('history @', 'LAUNCH'), ('history --task @', '--task'),
    ('history --since=@', '--since'), ('history -n @', '-n/--number'), ('again @', 'LAUNCH'), ('info @', 'TASK'),
    ('tasks @', 'GROUP'), ('tasks --release @', '--release'), ('images dino @', 'TASK'),
    ('pull --registry @', '--registry'), ('stop @', 'JOB'),
    ('logs @', 'JOB'), ('logs --tail @ x', '--tail'), ('wait x @', 'JOB'), ('attach @', 'JOB'),
    ('exec @ x', 'JOB'), ('progress @', 'JOB|PATH'), ('progress --plot @', '--plot'),
])
def test_an_empty_word(words: str, name: str, fake_docker: FakeDocker) -> None:
    """As a path it would be the current folder or the root, as a name none at all."""
    done = tao(*(word.replace('@', '') for word in words.split()))
    assert (done.code, done.out) == (2, '')
    assert f'argument {name}: it is an empty word: was a variable not set?' in done.err.splitlines()[0]
    assert fake_docker.calls == []


@pytest.mark.parametrize('words', [
    'build --tag @', 'build --platform @', 'build --build-arg @', 'build --build-secret=@', 'release --tag @',
    'release --tag 1 --build-arg=@',
])
def test_an_empty_word_of_a_runner(words: str, checkout: Path, fake_docker: FakeDocker) -> None:
    env = {'NV_TAO_PYTORCH_TOP': str(checkout)}
    done = tao(*(word.replace('@', '') for word in words.split()), program='tao_pt', env=env)
    assert (done.code, done.out) == (2, '') and 'it is an empty word: was a variable not set?' in done.err
    assert fake_docker.calls == []
