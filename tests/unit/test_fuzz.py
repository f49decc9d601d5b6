"""Random words, files, bundles and answers of engines, through the whole program in this process.

Whatever comes in, the launcher ends in time, with one of its documented codes and without a traceback or a bug of its
own; and what a dry run prints is what is executed. TAO_TEST_FUZZ is how many seconds each test takes (`tests/run fuzz`
gives them); without it a few examples are tried. Every round has a seed of its own: a failure prints it, and
TAO_TEST_FUZZ_SEED=N begins with that one.
"""
from __future__ import annotations

import hashlib
import json
import os
import random
import shlex
import time
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any, Callable

import kubernetes_answers
import pytest
import status_lines
from cpu import takes_less
from engine_answers import ID, IMAGE, container
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from strategies import NASTY, command_lines, mounts_files
from support import CHECKOUT, FakeDocker, Result, tao

from tao_launcher.commands.progress.as_json import as_json
from tao_launcher.commands.progress.show import in_one_line, shown
from tao_launcher.commands.progress.sources import Reading, Seen, Subject
from tao_launcher.commands.progress.view import View
from tao_launcher.settings.options import OPTIONS
from tao_launcher.settings.programs import RUNNERS
from tao_launcher.status.parse import NotStatus, parse
from tao_launcher.status.status import brief

SECONDS = float(os.environ.get('TAO_TEST_FUZZ', '0'))
SEED = int(os.environ.get('TAO_TEST_FUZZ_SEED', '0')) or time.time_ns() % 10**9
ROUND = 40  # examples with one seed
IN_TIME = 30.0  # seconds for one example, on a busy machine
CODES = {0, 1, 2, 125, 126, 127}
CORPUS = CHECKOUT / 'tests' / 'corpus'
LINES = [json.loads(line) for line in (CORPUS / 'commands.jsonl').read_text(encoding='utf-8').splitlines()]
MOUNTS = [json.loads(line)['raw'] for line in (CORPUS / 'mounts.jsonl').read_text(encoding='utf-8').splitlines()]
ENGINES = json.loads((CHECKOUT / 'tests' / 'unit' / 'engines.json').read_text(encoding='utf-8'))
CATALOGUE = json.loads((CHECKOUT / 'tao_launcher' / 'data' / 'releases.json').read_text(encoding='utf-8'))

# An engine that answers every question with the file of its verb; it and the other programs are one script.
FAKE = """#!/bin/sh
folder=${0%/*} name=${0##*/}
case $name in docker | podman) name=$1 ;; esac
case $name in run) printf '%s\\0' "$(($# + 1))" "${0##*/}" "$@" >>"$folder/calls" ;; esac
[ ! -e "$folder/$name.err" ] || cat "$folder/$name.err" >&2
[ ! -e "$folder/$name.out" ] || cat "$folder/$name.out"
code=0
[ ! -e "$folder/$name.code" ] || read -r code <"$folder/$name.code"
exit "$code"
"""
PROGRAMS = ('docker', 'podman', 'sudo', 'nvidia-smi', 'sbatch', 'scontrol', 'kubectl')


class Fuzzed(FakeDocker):
    """Programs whose answers a test lays down."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        for name in PROGRAMS:
            (folder / name).write_text(FAKE)
            (folder / name).chmod(0o755)

    def answer(self, name: str, out: bytes, err: bytes = b'', code: int = 0) -> None:
        """What a verb of the engine, or another program, answers from now on."""
        for end, data in (('out', out), ('err', err), ('code', b'%d\n' % code)):
            (self.folder / f'{name}.{end}').write_bytes(data)


@pytest.fixture
def fuzzed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Fuzzed:
    """The programs, alone on PATH with those that scripts need."""
    made = Fuzzed(tmp_path / 'fuzzed')
    monkeypatch.setenv('PATH', f'{made.folder}:/usr/bin:/bin')
    monkeypatch.setattr('tao_launcher.commands.submit.to_slurm.SILENCE', 0.1)
    monkeypatch.setattr('tao_launcher.commands.submit.to_slurm.OFTEN', 0.05)
    for name, seconds in (('SILENCE', 0.1), ('OFTEN', 0.05), ('LOOK', 0.1)):
        monkeypatch.setattr(f'tao_launcher.commands.submit.kubernetes_wait.{name}', seconds)
    monkeypatch.setattr('tao_launcher.launch.supervise.IN_THE_MAKING', 0.0)
    monkeypatch.setattr('tao_launcher.launch.run.JUST_STARTED', 0.0)
    return made


def fuzz(body: Callable[..., None], **strategies: st.SearchStrategy[Any]) -> None:
    """Try a test with one seed after the other until its time is up."""
    until, number = time.monotonic() + SECONDS, SEED
    while True:
        print(f'TAO_TEST_FUZZ_SEED={number}')
        chosen = settings(
            max_examples=ROUND if SECONDS else 10, deadline=None, database=None, derandomize=False,
            phases=[Phase.generate, Phase.shrink], suppress_health_check=list(HealthCheck),
        )
        seed(number)(chosen(given(**strategies)(body)))()
        number += 1
        if time.monotonic() >= until:
            return


def is_fine(run: Callable[[], Result], codes: set[int]) -> Result:
    """Run, and see that it ended as every run has to."""
    begun = time.monotonic()
    done = run()
    assert time.monotonic() - begun < IN_TIME, 'it took too long'
    assert 'Traceback' not in done.err and 'a bug of the launcher' not in done.err, done.err[-2000:]
    assert done.code in codes, done
    return done


# Bytes and structures, spoiled.
SPOILS = [
    b'', b'\0', b'\xff', b'"', b'{', b'[' * 3000, b'9' * 5000, b'\xc2\xb2', b'-', b'\n', b'\x1b[31m', b'null',
    b'\\ud800',
]


@st.composite
def spoiled_bytes(draw: st.DrawFn, data: st.SearchStrategy[bytes]) -> bytes:
    """The data, mostly with a piece of it replaced, doubled or left out."""
    found = draw(data)
    for _ in range(draw(st.integers(0, 2))):
        start = draw(st.integers(0, len(found)))
        end = min(len(found), start + draw(st.sampled_from([0, 1, 3, 20, 10**6])))
        piece = draw(st.sampled_from([*SPOILS, found[start:end] * 2]) | st.binary(max_size=4))
        found = found[:start] + piece + found[end:]
    return found


LEAVES: list[Any] = [
    None, True, -1, 0, 2.5, 10**30, float('nan'), '', '²', 'x', '-x', '--all', '\ud800', 'a\0b', 'a\nb', '../..',
    '9' * 5000, [], [[]], {}, {'x': {}}, [[[[[[]]]]]], 'sha256:' + ID, '/', 'host', '\x1b[31m',
]


@st.composite
def spoiled_value(draw: st.DrawFn, value: Any) -> Any:
    """The JSON value, mostly with a part of it replaced, renamed or left out."""
    members = list(value) if isinstance(value, dict) else list(range(len(value))) if isinstance(value, list) else []
    if not members or draw(st.integers(0, 7)) == 0:
        return draw(st.sampled_from(LEAVES))
    key = draw(st.sampled_from(members))
    changed = value.copy()
    action = draw(st.sampled_from(['in', 'in', 'in', 'in', 'leave', 'add', 'none']))
    if action == 'in':
        changed[key] = draw(spoiled_value(value[key]))
    elif action == 'leave':
        del changed[key]
    elif action == 'add' and isinstance(changed, dict):
        changed[draw(st.sampled_from(['', '$x', 'Mounts', 'a' * 300, 'ünï', str(key) + 's', '²']))] = changed[key]
    elif action == 'add':
        changed.append(draw(st.sampled_from(LEAVES)))
    return changed


def text_of(value: Any) -> bytes:
    return json.dumps(value).encode()


def spoiled(*values: Any) -> st.SearchStrategy[bytes]:
    """JSON of one of the values, spoiled as a value or as bytes."""
    one = st.sampled_from(values).flatmap(spoiled_value).map(text_of)
    return one | spoiled_bytes(st.sampled_from([text_of(value) for value in values])) | spoiled_bytes(one)


names = [option.name for option in OPTIONS] + ['--', '-h', '--dry-run=json', '--gpus=²', '--gpus=free', '--explain']
real_lines = st.sampled_from(LINES).map(lambda line: str(line['line']).split()[1:])
some_word = st.sampled_from([
    *NASTY, *names, '9' * 5000, 'a' * 5000, 'gpu_ids=[' + '9' * 5000 + ']', '--shm_size=' + '9' * 400,
])


@st.composite
def words(draw: st.DrawFn) -> list[str]:
    """A command line found in public, with words changed, left out and put in; or a made one."""
    found = list(draw(real_lines | command_lines()))
    for _ in range(draw(st.integers(0, 3))):
        place = draw(st.integers(0, len(found)))
        found[place:place + draw(st.integers(0, 1))] = draw(st.lists(some_word, max_size=2))
    return [word.replace('\0', '') for word in found]


# In this process they would put the engine's client in our place, or read and write what is not the test's.
NOT_HERE = {'exec', 'logs', 'build', 'release', 'init', 'save', '--mounts_file', '--mounts-file'}


def test_any_words(fuzzed: Fuzzed) -> None:
    def body(line: list[str], program: str, code: int) -> None:
        if any(word.partition('=')[0] in NOT_HERE for word in line):
            return
        fuzzed.forget()
        fuzzed.answer('run', b'', code=code)
        dry = is_fine(lambda: tao('--dry-run', *line, program=program), CODES)
        done = is_fine(lambda: tao(*line, program=program), CODES | {code})
        runs = [call for call in fuzzed.calls if call[1] == 'run']
        if runs and dry.code == 0 and 'dry' not in ' '.join(line) and program == 'tao' and '--explain' not in line:
            assert shlex.split(dry.out) == runs[-1], (dry, done)

    program = st.sampled_from(['tao', 'tao', 'tao', *RUNNERS])
    fuzz(body, line=words(), program=program, code=st.sampled_from([0, 0, 3, 137]))


documents = st.sampled_from([raw.encode() for raw in MOUNTS if isinstance(raw, str)])
made_files = mounts_files.map(text_of)


def parsed_mounts() -> list[Any]:
    found = []
    for raw in MOUNTS:
        try:
            found.append(json.loads(raw))
        except ValueError:
            pass
    return found


def test_any_mounts_file(fuzzed: Fuzzed, home: Path) -> None:
    def body(data: bytes, words: list[str]) -> None:
        (home / '.tao_mounts.json').write_bytes(data)
        fuzzed.forget()
        dry = is_fine(lambda: tao('--no-check', '--dry-run', *words), CODES)
        is_fine(lambda: tao('--no-check', *words), CODES)
        runs = [call for call in fuzzed.calls if call[1] == 'run']
        assert (dry.code == 0) == bool(runs), (dry, runs)
        if runs:
            assert shlex.split(dry.out) == runs[-1]
        for verb in (['config', 'validate'], ['config', 'show'], ['--dry-run=json', 'dino', 'train'],
                     ['--explain', 'dino', 'train'], ['submit', 'kubernetes', '--dry-run', 'dino', 'train'],
                     ['submit', 'slurm', '--dry-run', 'dino', 'train']):
            is_fine(lambda verb=verb: tao(*verb), CODES)  # type: ignore[misc]

    data = spoiled(*parsed_mounts()) | spoiled_bytes(documents) | spoiled_bytes(made_files)
    fuzz(body, data=data, words=st.sampled_from([['dino', 'train', '-e', '/specs/x'], ['dino', 'run', 'ls', "a'b"]]))


def test_any_catalogue(fuzzed: Fuzzed, home: Path) -> None:
    (home / '.tao').mkdir()
    newest = list(CATALOGUE['releases'])[-1] if 'releases' in CATALOGUE else ''
    image = {'docker_registry': 'nvcr.io', 'tasks': ['dino', 'x']}
    small = {'dockers': {'nvidia/tao/tao-toolkit': {'7.1.0-pyt': image}}}
    old = {'dockers': {'a/b': {**image, 'docker_tag': 'c'}}, 'format_version': 1.0}
    new = {'task_group': {'model': small, 'deploy': {'dockers': {}}}, 'format_version': 3.0, 'toolkit_version': newest}

    def body(data: bytes) -> None:
        (home / '.tao' / 'config.json').write_bytes(data)
        for line in (['--dry-run', 'dino', 'train'], ['dino', 'train'], ['tasks'], ['info', '--verbose'], ['images'],
                     ['completion', '--complete', 'bash', 'tao di', '']):
            is_fine(lambda line=line: tao(*line), CODES)  # type: ignore[misc]

    fuzz(body, data=spoiled({**small, 'format_version': 2.0}, old, new, CATALOGUE))


def test_any_bundle(fuzzed: Fuzzed, tmp_path: Path) -> None:
    folder = tmp_path / 'bundle'
    folder.mkdir()
    image = {
        'reference': IMAGE, 'id': f'sha256:{ID}', 'config': f'sha256:{ID}', 'digests': [f'{IMAGE[:-10]}@sha256:{ID}'],
        'size': 3, 'release': '7.1.0', 'tasks': ['model/dino'],
    }
    files = {'images.tar': b'x', 'tao.pyz': b'y'}

    def body(manifest: bytes, sums: bytes, answer: bytes, is_right: bool) -> None:
        for name, data in {**files, 'manifest.json': manifest}.items():
            (folder / name).write_bytes(data)
        listed = ''.join(
            f'{hashlib.sha256((folder / name).read_bytes()).hexdigest()}  {name}\n'
            for name in ('images.tar', 'manifest.json', 'tao.pyz')
        )
        (folder / 'SHA256SUMS').write_bytes(listed.encode() if is_right else sums)
        fuzzed.answer('image', answer)
        for line in (['bundle', 'verify'], ['bundle', 'load', '--dry-run'], ['bundle', 'load']):
            is_fine(lambda line=line: tao(*line, str(folder)), CODES)  # type: ignore[misc]

    document = {'format': 1, 'images': [image], 'files': {
        name: {'size': len(data), 'sha256': hashlib.sha256(data).hexdigest()} for name, data in files.items()
    }}
    there = [{'Id': f'sha256:{ID}', 'RepoTags': [IMAGE], 'RepoDigests': [], 'Size': 3}]
    fuzz(body, manifest=spoiled(document), sums=spoiled_bytes(st.just(b'%s  images.tar\n' % (b'a' * 64))),
         answer=spoiled(there), is_right=st.booleans())


WHEN = '2026-01-31T10:20:30Z'
EVENTS = [{'id': ID, 'Action': name, 'timeNano': 10**18, 'Time': WHEN} for name in ('create', 'start', 'die')]
SMI = b'0, GPU-a, 81920, 550.54\n1, GPU-b, 81920, 550.54\n'
plain = st.sampled_from([
    b'', b'0\n', b'7\n', b'137\n', f'{ID}\n'.encode(), SMI, b'JobState=FAILED ExitCode=3:0\n', b'28.2.2',
    f'{ID} exited "{WHEN}" ["A=1"]\n'.encode(), b'false 3\n', b'service/x\n',
    b'Error: cannot connect to the Docker daemon: permission denied, newuidmap\n',
])
manifests = spoiled({'layers': [{'digest': f'sha256:{ID}', 'size': 5}]}, {'manifests': [
    {'digest': f'sha256:{ID}', 'platform': {'architecture': 'amd64'}}]})
ANSWERS: dict[str, st.SearchStrategy[bytes]] = {
    'ps': spoiled_bytes(plain) | st.just(f'{ID}\n'.encode()), 'run': spoiled_bytes(plain),
    'inspect': spoiled([container()], [container(state='exited', code=3)]) | spoiled_bytes(plain),
    'version': spoiled(*ENGINES['versions'].values()), 'info': spoiled(*ENGINES['infos'].values()),
    'image': spoiled([{'Id': f'sha256:{ID}', 'RepoTags': [IMAGE], 'RepoDigests': [], 'Size': 3}], []),
    'manifest': manifests, 'events': st.lists(spoiled(*EVENTS), max_size=4).map(b'\n'.join),
    **dict.fromkeys(('wait', 'stop', 'rm', 'logs', 'pull', 'kill', 'exec', 'nvidia-smi', 'sbatch', 'scontrol'),
                    spoiled_bytes(plain)),
    'kubectl': spoiled_bytes(plain) | spoiled({'items': [
        kubernetes_answers.job(end='Failed'), kubernetes_answers.pod(state=kubernetes_answers.ended(3)),
    ]}),
}
COMMANDS = [
    ['list', '-a'], ['list', '--format', 'json'], ['stop', 'dino'], ['stop', '--all', '--all-users', '--yes'],
    ['wait', 'dino'], ['attach', 'dino'], ['logs', '--dry-run', 'dino'],
    ['exec', '--dry-run', 'dino'], ['clean'], ['images', 'dino'],
    ['pull', 'dino'], ['doctor'], ['dino', 'train'], ['--detach', 'dino', 'train'], ['--gpus', 'free', 'dino', 'train'],
    ['--engine', 'podman', 'dino', 'train'], ['submit', 'slurm', '--wait', 'dino', 'train'],
    ['submit', 'kubernetes', '--nodes=2', 'dino', 'train'], ['submit', 'kubernetes', '--follow', 'dino', 'train'],
    ['completion', '--complete', 'fish', 'tao logs '],
    ['bundle', 'save', 'b', 'dino'],
    ['progress'], ['progress', '--watch', 'dino'], ['progress', '--format', 'json', 'x'],
]


def test_any_answer(fuzzed: Fuzzed, home: Path) -> None:
    (home / '.docker').mkdir()

    def body(line: list[str], answers: dict[str, bytes], codes: dict[str, int], error: bytes, config: bytes) -> None:
        for name, out in answers.items():
            fuzzed.answer(name, out, error if codes.get(name) else b'', codes.get(name, 0))
        (home / '.docker' / 'config.json').write_bytes(config)
        # the codes of jobs are anything a process can end with
        own = set(range(256)) if {'wait', 'attach', 'slurm', 'train', '--watch'} & set(line) else set()
        is_fine(lambda: tao(*line), CODES | own)

    some_code = st.sampled_from([0, 1, 3, 125, 127, 137, 255])
    numbers = st.dictionaries(st.sampled_from(sorted(ANSWERS)), some_code, max_size=3)
    config = spoiled({'auths': {'nvcr.io': {}}, 'credsStore': 'x', 'credHelpers': {'a': 'b'}, 'currentContext': 'gpu1'})
    fuzz(body, line=st.sampled_from(COMMANDS), answers=st.fixed_dictionaries(ANSWERS), codes=numbers,
         error=spoiled_bytes(plain), config=config)


NINE = 1795683600.0  # when the status files begin
STATUS_FILES = [
    status_lines.lightning(9, 10, kpi={'a': 0.5, 'b': '"[0.1, 0.2]"'}),
    status_lines.plain(5, 10, graphical={'loss': 'nan'}),
    b''.join(status_lines.line(cur_iter=i, time_per_iter='00:00:00.7', eta='1 day, 3:02:11') for i in range(9)),
]
PIECES = [
    *SPOILS, b'}', b'[', b'NaN', b'1e999', b'-1', b'"[0.1, NaN]"', b'{"a": [[]]}', b'0', b':', b'/', b' day, ',
    b'"FAILURE"', b'"message": "\\u001b[2J\\ud800", ', b'Infinity', b'1.7e308', b'-1.7e308',
]
MUTATED = 10_000 if SECONDS else 500
AT_ONCE = 0.1  # seconds of CPU for one file


def mutated(chance: random.Random) -> bytes:
    """A status file with pieces replaced, left out, or put into it."""
    data = chance.choice(STATUS_FILES)
    for _ in range(chance.randint(1, 6)):
        start = chance.randrange(len(data) + 1)
        data = data[:start] + chance.choice(PIECES) + data[start + chance.choice([0, 1, 3, 20, 300]):]
    return data


def everything_of(data: bytes, modified: float | None) -> None:
    """All that can be shown of a status file, if it is one."""
    with suppress(NotStatus):
        show(data, modified)


def show(data: bytes, modified: float | None) -> None:
    """All that can be shown of a status file. Raises NotStatus."""
    found = Reading(Subject('x', lambda: Seen('x', parse(b''))), Seen('x', parse(data, modified=modified)))
    assert found.seen
    views = [View(width, blocks, lambda text, color: text, NINE) for width, blocks in ((80, True), (20, False))]
    for view in views:
        lines = [*shown(found, view), *shown(found, view, 'a'), in_one_line(found, view)]
        lines.append(brief(found.seen.status, NINE))
        assert all(each.isprintable() for each in lines), lines
        '\n'.join(lines).encode()
    json.dumps(as_json(found, NINE), allow_nan=False)


def test_mutated_status_files(tmp_path: Path) -> None:
    """Whatever became of a file, there is an answer, in time; a few of them through the whole program."""
    print(f'TAO_TEST_FUZZ_SEED={SEED}')
    chance = random.Random(SEED)
    for number in range(MUTATED):
        data, modified = mutated(chance), chance.choice([None, NINE, -1e18, 1e18, NINE + 1800])
        takes_less(AT_ONCE, partial(everything_of, data, modified), data)
        if number % 100 == 0:
            (tmp_path / 'status.json').write_bytes(data)
            is_fine(lambda: tao('progress', str(tmp_path), '--plot', 'a'), {0, 2})
            is_fine(lambda: tao('progress', str(tmp_path), '--format', 'json'), {0, 2})
