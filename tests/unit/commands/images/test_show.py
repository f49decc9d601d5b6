"""The images that tasks need, which of them are here, and what is said when they can not be had."""
from __future__ import annotations

import json
import os
from pathlib import Path

import jsonschema
import pytest
from support import SCHEMAS, FakeDocker, tao

from tao_launcher.engine import references

SCHEMA = SCHEMAS['images']
ID, OTHER = f'sha256:{"a" * 64}', f'sha256:{"b" * 64}'
REPOSITORY = 'nvcr.io/nvidia/tao/tao-toolkit'
DINO = f'{REPOSITORY}:7.1.0-pyt'
# "image inspect", "info", "pull" and so on answer with the file of that name, where there is one.
SCRIPT = """#!/bin/sh
folder=${0%/*}
printf '%s\\0' "$(($# + 1))" "${0##*/}" "$@" >>"$folder/calls"
[ ! -e "$folder/$1.err" ] || cat "$folder/$1.err" >&2
[ ! -e "$folder/$1.out" ] || cat "$folder/$1.out"
[ ! -e "$folder/$1.code" ] || exit "$(cat "$folder/$1.code")"
"""


class Engine(FakeDocker):
    """A docker (and podman) that answers as told, and with nothing otherwise."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        for name in ('docker', 'podman'):
            (folder / name).write_text(SCRIPT)

    def answers(self, verb: str, out: str = '', err: str = '', code: int = 0) -> None:
        for name, text in (('out', out), ('err', err), ('code', str(code))):
            (self.folder / f'{verb}.{name}').write_text(text)

    def has(self, *found: dict[str, object]) -> None:
        """The images that there are. The code is 1 as soon as one of those asked for is missing."""
        self.answers('image', json.dumps(found), 'Error: No such image: x\n', 1)


@pytest.fixture
def engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Engine:
    made = Engine(tmp_path / 'engine')
    made.has()
    monkeypatch.setenv('PATH', f'{made.folder}:{os.environ["PATH"]}')
    return made


def image(*tags: str, id: str = ID, digests: tuple[str, ...] = (), size: int = 21_300_000_000) -> dict[str, object]:
    return {'Id': id, 'RepoTags': list(tags), 'RepoDigests': list(digests), 'Size': size}


@pytest.mark.parametrize(('reference', 'repository', 'tagged', 'mirrored', 'lasting', 'local'), [
    ('nvcr.io/a/b:1', 'nvcr.io/a/b', 'nvcr.io/a/b:t', 'h:5000/p/a/b:1', 'nvcr.io/a/b:1', False),
    (
        f'nvcr.io/a/b@{ID}', 'nvcr.io/a/b', 'nvcr.io/a/b:t', f'h:5000/p/a/b@{ID}',
        f'nvcr.io/a/b:bundle-{"a" * 12}', False,
    ),
    ('localhost/b:1', 'localhost/b', 'localhost/b:t', 'h:5000/p/b:1', 'localhost/b:1', True),
    ('127.0.0.1:5000/b', '127.0.0.1:5000/b', '127.0.0.1:5000/b:t', 'h:5000/p/b', '127.0.0.1:5000/b', True),
    ('a/b:1', 'a/b', 'a/b:t', 'h:5000/p/a/b:1', 'a/b:1', False),
    (f'h:1/a/b:1@{ID}', 'h:1/a/b', 'h:1/a/b:t', f'h:5000/p/a/b:1@{ID}', f'h:1/a/b:bundle-{"a" * 12}', False),
])
def test_references(reference: str, repository: str, tagged: str, mirrored: str, lasting: str, local: bool) -> None:
    assert references.repository(reference) == repository
    assert references.with_tag(reference, 't') == tagged
    assert references.with_registry(reference, 'h:5000/p') == mirrored
    assert references.lasting_tag(reference) == lasting
    assert references.is_local(reference) is local


def test_table(engine: Engine) -> None:
    engine.has(image(DINO, digests=(f'{REPOSITORY}@{OTHER}',)))
    assert tao('images', 'dino') == (0, (
        'IMAGE                                        HERE  SIZE     ID            DIGEST        RELEASE  TASKS\n'
        f'{DINO}     yes   21.3 GB  aaaaaaaaaaaa  bbbbbbbbbbbb  7.1.0    model/dino\n'
        f'{REPOSITORY}:7.1.0-deploy  no                                         7.1.0    deploy/dino\n'
    ), '')
    assert engine.calls == [['docker', 'image', 'inspect', DINO, f'{REPOSITORY}:7.1.0-deploy']]


@pytest.mark.parametrize(('words', 'references', 'err'), [
    (['model/dino'], [DINO], ''),
    (['model/dino', 'model/segformer', 'dino'], [DINO, f'{REPOSITORY}:7.1.0-deploy'], ''),
    (['model/dino', '--release', '5.5.0'], [f'{REPOSITORY}:5.5.0-pyt'], ''),
    (['model/dino', '--registry', 'h:5000/p/'], ['h:5000/p/nvidia/tao/tao-toolkit:7.1.0-pyt'], ''),
    (['model/detectnet_v2'], [f'{REPOSITORY}:5.0.0-tf1.15.5'], (
        'tao: notice: model detectnet_v2 is not in release 7.1.0; it is taken from 6.26.3, the last that has it\n'
    )),
])
def test_json(engine: Engine, words: list[str], references: list[str], err: str) -> None:
    engine.has(image(DINO, digests=(f'{REPOSITORY}@{OTHER}',)))
    done = tao('images', '--format', 'json', *words)
    assert (done.code, done.err) == (0, err)
    listed = json.loads(done.out)
    jsonschema.Draft202012Validator(SCHEMA).validate(listed)
    assert [entry['reference'] for entry in listed] == references
    for entry in listed:
        found = entry['reference'] == DINO
        assert (entry['present'], entry['size'], entry['id'], entry['digests']) == (
            (True, 21_300_000_000, ID, [f'{REPOSITORY}@{OTHER}']) if found else (False, None, None, [])
        )
        assert list(entry) == ['reference', 'present', 'size', 'id', 'digests', 'release', 'tasks']


def test_the_whole_catalogue(engine: Engine) -> None:
    """Every task once, from the newest release that has it; every image once."""
    listed = json.loads(tao('images', '--format', 'json').out)
    assert len({entry['reference'] for entry in listed}) == len(listed)
    tasks = [task for entry in listed for task in entry['tasks']]
    assert len(set(tasks)) == len(tasks)
    assert {'model/dino', 'deploy/dino', 'dataset/annotations', 'model/speech_to_text'} <= set(tasks)


def test_podman(engine: Engine) -> None:
    """It leaves "sha256:" out of ids and writes its registries out."""
    engine.has(image('docker.io/a/nvidia/tao/tao-toolkit:7.1.0-pyt', id='a' * 64))
    (entry,) = json.loads(tao(
        '--engine', 'podman', '--registry', 'docker.io/a', 'images', 'model/dino', '--format', 'json',
    ).out)
    assert (entry['present'], entry['id']) == (True, ID)
    engine.has(image('a/nvidia/tao/tao-toolkit:7.1.0-pyt'))  # docker leaves its own out
    (entry,) = json.loads(tao('--registry', 'docker.io/a', 'images', 'model/dino', '--format', 'json').out)
    assert entry['present']


def test_an_image_that_a_bundle_brought(engine: Engine, home: Path) -> None:
    """Its digest is lost, its id is known."""
    entry = {'docker_registry': 'nvcr.io', 'tasks': ['dino'], 'docker_digest': OTHER}
    groups = {'model': {'dockers': {'nvidia/tao/tao-toolkit': {'1': entry}}}}
    (home / '.tao').mkdir()
    (home / '.tao/config.json').write_text(json.dumps({'format_version': 3.0, 'task_group': groups}))
    (home / '.local/state/tao').mkdir(parents=True)
    (home / '.local/state/tao/images.json').write_text(json.dumps({f'{REPOSITORY}@{OTHER}': ID}))
    engine.has(image(f'{REPOSITORY}:bundle-1'))
    assert [entry['present'] for entry in json.loads(tao('images', '--format', 'json').out)] == [True]
    assert tao('pull', 'dino') == (0, '', 'tao: every image is here\n')
    assert tao('bundle', 'save', '--dry-run', 'b', 'dino').out == f'docker save {ID}\n'


def test_no_engine(engine: Engine) -> None:
    down = 'Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?\n'
    engine.answers('image', '[]\n', down, 1)
    engine.answers('version', '', down, 1)
    for words in (['images'], ['pull', 'dino'], ['bundle', 'save', 'b', 'dino']):
        done = tao(*words)
        assert (done.code, done.out) == (125, '')
        assert done.err.startswith('tao: error: the docker daemon is not running\n    try: ')


@pytest.mark.parametrize(('words', 'err'), [
    (['pull'], 'which images?\n    try: tao pull TASK…, or tao pull --all'),
    (['pull', '--all', 'dino'], 'which images?\n    try: tao pull TASK…, or tao pull --all'),
    (['images', 'dinoo'], 'no task dinoo\n    did you mean dino? (release 6.26.3, 6.25.11.1, 7.1.0)'),
    (['images', 'dino', '--registry', 'https://h'], '--registry: "https://h": expected HOST[:PORT][/PREFIX], without https://'),
    (['--release', '9', 'images'], 'unknown release 9\n    known: '),
    (['bundle', 'save', 'b', 'model/nothing'], 'no task nothing in group model\n'),
])
def test_usage(engine: Engine, words: list[str], err: str) -> None:
    done = tao(*words)
    assert (done.code, done.out, engine.calls) == (2, '', [])
    assert done.err.startswith(f'tao: error: {err.partition(" (release")[0]}')


@pytest.mark.parametrize(('said', 'advice'), [
    ('Error response from daemon: unauthorized: <html><title>401 Authorization Required</title></html>',
     "docker login nvcr.io -u '$oauthtoken'"),
    ('Error response from daemon: pull access denied for nvcr.io/x, repository does not exist or may require '
     "'docker login': denied: requested access to the resource is denied", "docker login nvcr.io -u '$oauthtoken'"),
    ('error pulling image configuration: download failed after attempts=6: dial tcp: i/o timeout',
     'the same again: what was fetched is kept'),
    ('Error response from daemon: manifest for nvcr.io/x not found: manifest unknown: manifest unknown', ''),
    ('failed to register layer: write /x: no space left on device', ''),
])
def test_pull_that_fails(engine: Engine, said: str, advice: str) -> None:
    engine.answers('pull', '', f'{said}\n', 1)
    done = tao('--quiet', 'pull', 'model/dino')
    tried = f'    try: {advice}\n' if advice else ''
    assert done == (125, '', f'tao: error: {DINO} could not be pulled\n    {said}\n{tried}')


def test_the_login_is_the_engines_and_the_registrys(engine: Engine) -> None:
    engine.answers('pull', '', 'unauthorized: authentication required\n', 125)
    done = tao('--quiet', '--engine', 'podman', '--registry', 'harbor.test:8443/p', 'pull', 'model/dino')
    assert done.err.endswith('\n    try: podman login harbor.test:8443\n')


MANIFEST = {'layers': [{'digest': 'sha256:1', 'size': 9_000_000_000}, {'digest': 'sha256:2', 'size': 500_000_000}]}


def test_pull_says_how_much(engine: Engine) -> None:
    engine.answers('manifest', json.dumps(MANIFEST))
    engine.answers('pull', f'{DINO}\n')
    done = tao('pull', 'model/dino')
    assert done == (0, '', f'tao: notice: 1 image to pull, 9.5 GB\ntao: pulling {DINO}\n')
    assert engine.calls[-1] == ['docker', 'pull', '--quiet', DINO]
    # never without verification to a registry that is not this machine's
    assert [call for call in engine.calls if call[1] == 'manifest'] == [['docker', 'manifest', 'inspect', DINO]]


def test_pull_looks_at_the_disk_first(engine: Engine) -> None:
    engine.answers('manifest', json.dumps({'layers': [{'digest': 'sha256:1', 'size': 10 ** 15}]}))
    engine.answers('info', json.dumps({'DockerRootDir': '/'}))
    done = tao('--quiet', 'pull', 'model/dino')
    assert (done.code, done.out) == (1, '')
    assert done.err.startswith('tao: error: not enough room in /\n    ')
    assert done.err.endswith(
        ' free, about 2200.0 TB needed\n    try: docker image prune, or tao --no-check pull …\n'
    )
    assert not [call for call in engine.calls if call[1] == 'pull']
    assert tao('--quiet', '--no-check', 'pull', 'model/dino').code == 0


def test_dry_runs(engine: Engine) -> None:
    assert tao('images', 'model/dino', '--dry-run') == (0, f'docker image inspect {DINO}\n', '')
    assert engine.calls == []
    done = tao('pull', 'model/dino', env={'TAO_DRY_RUN': '1'})
    assert done == (0, f'docker pull --quiet {DINO}\n', 'tao: notice: TAO_DRY_RUN is set: nothing is run\n')
    assert tao('pull', '--all', '--release', '6.0.1', '--dry-run').out.count('docker pull --quiet ') == 3
    assert {call[1] for call in engine.calls} == {'image', 'version'}
    engine.has(image(DINO))
    assert tao('pull', 'model/dino', env={'TAO_DRY_RUN': '0'}) == (0, '', 'tao: every image is here\n')


def test_all_asks_for_consent(engine: Engine) -> None:
    engine.answers('manifest', json.dumps(MANIFEST))
    done = tao('pull', '--all', '--release', '6.0.1')
    assert (done.code, done.out) == (1, '')
    assert done.err.splitlines()[-3:] == [
        'tao: notice: 3 images to pull, 9.5 GB', 'tao: error: not pulled', '    try: the same with --yes',
    ]
    assert not [call for call in engine.calls if call[1] == 'pull']
    assert tao('--quiet', 'pull', '--all', '--release', '6.0.1', '--yes') == (0, '', '')
    assert len([call for call in engine.calls if call[1] == 'pull']) == 3


def test_podman_saves_several_images_as_several(engine: Engine) -> None:
    engine.has(image(DINO), image(f'{REPOSITORY}:7.1.0-deploy', id=OTHER))
    save = ['bundle', 'save', '--dry-run', 'b', 'dino']
    names = f'{DINO} {REPOSITORY}:7.1.0-deploy'
    assert tao(*save).out == f'docker save {names}\n'
    assert tao('--engine', 'podman', *save).out == f'podman save --multi-image-archive {names}\n'


def test_a_save_that_the_engine_fails(engine: Engine, tmp_path: Path) -> None:
    """No bundle, and nothing half; what it said is shown."""
    engine.has(image(DINO))
    for out, err, code, said in (
        ('', 'Error response from daemon: open /x: input/output error\n', 1, (
            'the images could not be saved\n    Error response from daemon: open /x: input/output error\n'
        )),
        ('no archive', '', 0, f'the engine saved no docker archive\n    {tmp_path}/bundle/images.tar\n'),
    ):
        engine.answers('save', out, err, code)
        done = tao('--quiet', 'bundle', 'save', f'{tmp_path}/bundle', 'model/dino')
        assert (done.code, done.out, done.err) == (125 if code else 1, '', f'tao: error: {said}')
        assert not (tmp_path / 'bundle' / 'SHA256SUMS').exists()
