"""Whatever an engine answers: one sentence and 125 or 1, the job's own code, and never a bug of ours."""
from __future__ import annotations

import copy
import io
import json
import sys
from pathlib import Path
from typing import Any, Iterator

import pytest
from archives import Tar
from engine_answers import ID, MINE, Engine, container, ids
from fake_kubectl import FakeKubectl
from support import CHECKOUT, Result, tao

from tao_launcher.commands.doctor import engine as engine_checks
from tao_launcher.commands.doctor import gpus as gpu_checks
from tao_launcher.commands.doctor.facts import MachineFacts
from tao_launcher.commands.images.archive import read
from tao_launcher.commands.images.store import _names
from tao_launcher.commands.jobs import job as jobs
from tao_launcher.engine import failures
from tao_launcher.launch.free_gpus import pick_free

WRONG: list[Any] = [
    None, True, -1, 2.5, float('nan'), float('inf'), 10**400, '', '²', 'x', '\ud800', '9' * 5000, [], [[]],
    ['²', None, 1], {}, {'x': {}},
]
ENGINES = json.loads((CHECKOUT / 'tests' / 'unit' / 'engines.json').read_text(encoding='utf-8'))
IMAGE = {
    'Id': f'sha256:{ID}', 'RepoTags': ['a/b:c'], 'RepoDigests': [f'a/b@sha256:{ID}'], 'Size': 3,
    'Architecture': 'amd64',
}


def spoiled(value: Any) -> Iterator[Any]:
    """The value with each of its parts, and all of it, replaced by what should not be there."""
    yield from WRONG
    members = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, member in members:
        for wrong in spoiled(member):
            changed = copy.copy(value)
            changed[key] = wrong
            yield changed


def test_any_container_is_a_job() -> None:
    for found in spoiled(container()):
        if isinstance(found, dict):
            (job,) = jobs.parse(json.dumps([found]))
            json.dumps(jobs.as_json(job))
            assert f'{job.exit_code}' and jobs.line(job) is not None
        else:
            with pytest.raises(ValueError, match='not a list of containers'):
                jobs.parse(json.dumps([found]))


def test_any_image() -> None:
    for found in spoiled(IMAGE):
        assert all(here.id.startswith('sha256:') for here in _names(found).values())


ENTRY = {'Config': f'{ID}.json', 'RepoTags': ['a:1'], 'Layers': ['l']}
INDEX = {'manifests': [{'digest': f'sha256:{ID}', 'annotations': {'io.containerd.image.name': 'a:1'}}]}


@pytest.mark.parametrize(('name', 'listed'), [
    ('manifest.json', ENTRY), ('index.json', INDEX), ('repositories', {'a': {'1': ID}}),
])
def test_any_list_of_an_archive(name: str, listed: Any) -> None:
    for found in spoiled(listed):
        for value in (found, [found]):
            archive = Tar().file('manifest.json', '[]') if name != 'manifest.json' else Tar()
            assert read(io.BytesIO(archive.file(name, json.dumps(value)).data())).unpacked > 0


def judge(facts: MachineFacts) -> None:
    """Whatever doctor makes of these answers."""
    engine_checks.client(facts, '')
    engine_checks.server(facts)
    engine_checks.rootless(facts)
    gpu_checks.driver(facts, gpu_checks.Bus())
    gpu_checks.gpus(facts)
    gpu_checks.toolkit(facts, gpu_checks.Toolkit())


@pytest.mark.parametrize('name', ENGINES['infos'])
def test_any_info(name: str) -> None:
    for info in spoiled(ENGINES['infos'][name]):
        if isinstance(info, dict):
            failures.has_nvidia(info)
            assert isinstance(failures.image_folder(info), str)
            judge(MachineFacts(('docker',), program='/usr/bin/docker', info=info, nvidia_smi='0, x, 1, 1'))


@pytest.mark.parametrize('name', ENGINES['versions'])
def test_any_version(name: str) -> None:
    for version in spoiled(ENGINES['versions'][name]):
        if isinstance(version, dict):
            judge(MachineFacts(('docker',), program='/usr/bin/docker', version=version))


@pytest.mark.parametrize('row', [
    '²', '²,²,²,²', '1,x,²,1', '1,x,' + '9' * 5000 + ',' + '9' * 5000, '\0', ',,,', 'a,b,c,d',
])
def test_any_row_of_nvidia_smi(row: str) -> None:
    judge(MachineFacts(('docker',), nvidia_smi=row))
    picked = pick_free(1, f'{row}\n--x, y\n0", GPU-1\n0, GPU-a\n0, GPU-a\n7, GPU-b\n', f'{row}\nGPU-a, ../x, y\n')
    assert set(picked.ids) <= {'1', '7'}


@pytest.mark.parametrize('said', ['²', '256', '-1', '9' * 5000, 'x', '', '1 2', '\udcff'])
@pytest.mark.parametrize('words', [('wait', 'dino'), ('attach', 'dino')])
def test_an_exit_code_that_is_none(words: tuple[str, ...], said: str, engine: Engine) -> None:
    engine.has(container())
    engine.answers('wait', f'{said}\n')
    done = tao(*words)
    assert (done.code, done.out, done.err.count('error:')) == (125, '', 1)


@pytest.mark.parametrize('said', ['²', '256', '-1', '9' * 5000, 'x', ''])
def test_an_exit_code_of_a_detached_job(said: str, engine: Engine) -> None:
    engine.answers('run', f'{ID}\n')
    engine.answers('inspect', f'false {said}\n')
    assert tao('--detach', 'dino', 'train') == Result(125, f'{ID}\n', (
        'tao: error: the job has ended already, but the engine does not say with which exit code\n'
    ))


@pytest.mark.parametrize('said', ['', '\0', '--all\n', 'x' * 2_000_000, 'no id\n'], ids=range(5))
def test_a_detached_job_without_an_id(said: str, engine: Engine) -> None:
    engine.answers('run', said)
    done = tao('--detach', 'dino', 'train')
    said = 'tao: notice: the engine has started the job but printed no id; tao list shows it\n'
    assert done == Result(0, '', said)
    assert [call[1] for call in engine.calls] == ['run']


def test_a_detached_job_behind_a_talking_wrapper(engine: Engine) -> None:
    engine.answers('run', f'Emulate Docker CLI using podman.\n{ID}\n')
    engine.answers('inspect', 'true 0\n')
    assert tao('--detach', 'dino', 'train') == Result(0, f'{ID}\n', '')


EVENT = {'id': ID, 'Action': 'start', 'timeNano': 1, 'Time': '2026-99-99T00:00:00Z', 'Status': 'x', 'ID': ID}
LISTED = f'{ID} running "2026-99-99T00:00:00Z" '


@pytest.mark.parametrize('code', [125, 126, 127, 137, 42])
@pytest.mark.parametrize('info', [0, 7])
def test_the_code_of_a_job_is_not_lost(code: int, info: int, engine: Engine) -> None:
    """After a failure the engine is asked why; what it answers then changes nothing of the job's code."""
    events = [json.dumps(wrong) for wrong in spoiled(EVENT)]
    engine.answers('ps', f'{ID}\n')
    engine.answers('ps.2')
    engine.answers('inspect', ''.join(f'{LISTED}{json.dumps(wrong)}\n' for wrong in WRONG) + f'{LISTED}{"[" * 99999}\n')
    engine.answers('events', '\n'.join([*events, '[' * 99999, '9' * 5000, '²']))
    engine.answers('version', '28.2.2')
    engine.answers('info', json.dumps(WRONG[info]) if info else '{"host": {"x": [' * 9999)
    engine.answers('image', json.dumps(WRONG))
    engine.answers('run', code=code)
    done = tao('dino', 'train')
    assert (done.code, 'a bug of' in done.err) == (code, False)


def test_a_month_that_is_none(engine: Engine) -> None:
    engine.has(container(started='2026-99-99T99:99:99Z', Created='0000-00-00T00:00:00Z'))
    assert tao('list').code == tao('clean').code == 0


@pytest.mark.parametrize('said', ['--all', 'x' * 2_000_000, '\\0', '$x\n--all'], ids=range(4))
def test_what_kubectl_printed_is_no_id(said: str, kubectl: FakeKubectl) -> None:
    kubectl.answers('create', said)
    done = tao('submit', 'kubernetes', '--nodes=2', 'dino', 'train')
    assert done.code == 0
    assert not any(call.startswith('patch') for call in kubectl.calls)


def test_any_file_of_what_bundles_brought(home: Path, engine: Engine) -> None:
    path = home / '.local' / 'state' / 'tao' / 'images.json'
    path.parent.mkdir(parents=True)
    image = f'nvcr.io/a/b@sha256:{ID}'
    engine.answers('image', '[]')
    engine.answers('run')
    for wrong in [*WRONG, 'sha256:', 'sha256:\0', '--all', f'sha256:{ID}\n']:
        path.write_text(json.dumps({image: wrong}))
        done = tao('--dry-run', '--image', image, 'dino', 'train')
        assert (done.code, image in done.out) == (0, True), wrong
        assert tao('--image', image, 'dino', 'train').code == 0
        assert tao('images', 'dino').code == 0


MANY = """#!{python} -IS
import json, os, sys
folder, verb, words = os.path.dirname(sys.argv[0]), sys.argv[1], sys.argv[2:]
assert len(words) < 1100, len(words)
with open(folder + '/verbs', 'a') as f:
    f.write(verb + '\\n')
is_gone = os.path.exists(folder + '/gone')
if verb == 'ps' and not is_gone:
    print('\\n'.join('%064x' % i for i in range(32000)))
state = dict(Status='exited' if is_gone else '{state}')
found = [dict(Id=word, Config=dict(Labels={{'tao.user': '{mine}'}}), State=state) for word in words]
if verb == 'inspect':
    print(json.dumps([one for one in found if len(one['Id']) == 64]))
if verb in ('stop', 'rm'):
    open(folder + '/gone', 'w')
"""


@pytest.mark.parametrize(('words', 'state', 'lines'), [
    (['list', '-a', '--format', 'ids'], 'exited', 32000), (['stop', '--all', '--yes'], 'running', 32000),
    (['clean', '--dry-run'], 'exited', 32),
])
def test_as_many_containers_as_a_machine_can_have(words: list[str], state: str, lines: int, engine: Engine) -> None:
    """No command line holds the ids of all of them."""
    (engine.folder / 'docker').write_text(MANY.format(python=sys.executable, mine=MINE, state=state))
    done = tao(*words)
    assert (done.code, done.err, done.out.count('\n')) == (0, '', lines)


def test_waiting_for_many(engine: Engine) -> None:
    many = ids(2200)
    engine.has(*(container(id) for id in many))
    for i in range(3):
        engine.answers(f'inspect.{i + 1}', json.dumps([container(id) for id in many[1000 * i:1000 * i + 1000]]))
    engine.answers('wait', '0\n' * 1000)
    done = tao('wait', *many)
    assert done.code == 125  # the last group has 200
    waited = [call[2:] for call in engine.calls if call[1] == 'wait']
    assert sorted(map(len, waited)) == [200, 1000, 1000]
