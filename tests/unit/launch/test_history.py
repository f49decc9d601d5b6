"""Every launch leaves two lines: what was started, and how it ended. Nothing about them changes a launch."""
from __future__ import annotations

import json
import os
import resource
import signal
import subprocess
import time
from pathlib import Path

import pytest
from engine_answers import Engine
from hypothesis import given
from hypothesis import strategies as st
from nobody import as_nobody
from recorded import DIGEST, IMAGE_ID, Recorded, history_of
from support import MADE, FakeDocker, command, tao, tao_process

from tao_launcher import __version__
from tao_launcher.base import journal
from tao_launcher.base.masking import masked_words
from tao_launcher.launch import history

IMAGE = 'nvcr.io/nvidia/tao/tao-toolkit:7.1.0-pyt'


def wait_for(path: Path) -> None:
    deadline = time.monotonic() + 60
    while not path.exists():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_what_is_recorded(recorded: Recorded, fake_docker: FakeDocker) -> None:
    fake_docker.ends_with(3)
    done = tao('--gpus', '0', 'dino', 'train', '-e', '/x', env={'LANG': 'C.UTF-8'})
    assert done.code == 3
    start, end = recorded.pair
    printed = json.loads(tao('--gpus', '0', '--dry-run=json', 'dino', 'train', '-e', '/x').out)
    when = start.pop('when'), end.pop('when')
    assert all(len(each) == len('2026-01-31T10:20:30.123Z') for each in when)
    assert start == {
        'event': 'start', 'id': start['id'], 'uid': os.getuid(), 'job': 'model/dino/train', 'host': os.uname().nodename,
        'cwd': os.getcwd(), 'program': 'tao', 'words': ['--gpus', '0', 'dino', 'train', '-e', '/x'], 'masked': [],
        'argv': printed['argv'], 'masked_argv': [], 'image': IMAGE, 'image_at': printed['argv'].index(IMAGE),
        'release': '7.1.0', 'env': [], 'engine': ['docker'], 'launcher': __version__,
        'variables': [],
    }
    seconds = end.pop('seconds')
    assert 0 < seconds < 60
    assert end == {
        'event': 'end', 'id': start['id'], 'uid': os.getuid(), 'job': 'model/dino/train', 'image': IMAGE,
        'user': end['user'], 'how': 'job', 'code': 3, 'image_id': IMAGE_ID,
        'digests': [DIGEST, 'other/name@sha256:' + '0' * 64],
    }


def test_no_secret_is_recorded(recorded: Recorded) -> None:
    words = ['--env', 'MY_TOKEN=s3cret', '--env=A=nvapi-s3cret-and-more-of-it', 'dino', 'train', '-k', 's3cret',
             'key=s3cret', 'run.token=s3cret']
    assert tao(*words).code == 0
    start, _ = recorded.pair
    assert 's3cret' not in recorded.path.read_text()
    assert start['words'][start['words'].index('-k'):] == ['-k', '***', 'key=***', 'run.token=***']
    assert [start['words'][at] for at in start['masked']] == [
        'MY_TOKEN=***', '--env=A=***', '***', 'key=***', 'run.token=***',
    ]
    assert [start['argv'][at] for at in start['masked_argv']] == ['***', 'key=***', 'run.token=***']
    assert start['env'] == ['MY_TOKEN', 'A']


def test_tokens_are_masked_wherever_they_are(recorded: Recorded) -> None:
    header = 'Authorization: Bearer eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhbm4ifQ.s3cret'
    words = ['echo', 'nvapi-s3cret-and-more-of-it', 'Bearer hf_s3cretandmoreofit', header, 'curl', '-u', 'ann:s3cret']
    assert tao('dino', 'run', *words).code == 0
    start, _ = recorded.pair
    assert 's3cret' not in recorded.path.read_text()
    shown = ['***', 'Bearer ***', 'Authorization: Bearer ***', 'curl', '-u', 'ann:***']
    assert start['words'][-6:] == start['argv'][-6:] == shown
    assert 's3cret' not in tao('history').out


@pytest.mark.parametrize(('words', 'shown'), [
    (['build', '--build-secret', 'NAME=s3cret'], ['build', '--build-secret', 'NAME=***']),
    (['build', '--build_secret=NAME=s3cret'], ['build', '--build_secret=NAME=***']),
    (['build', '--build-secret', 'id=n,src=/f'], ['build', '--build-secret', 'id=n,src=/f']),
    (['build', '--build-secret', 'NAME'], ['build', '--build-secret', 'NAME']),
    (['build', '--build-arg', 'A_TOKEN=x', '--tag', '***'], ['build', '--build-arg', 'A_TOKEN=***', '--tag', '***']),
])
def test_the_secrets_of_a_build(words: list[str], shown: list[str]) -> None:
    masked = [at for at, word in enumerate(words) if word != shown[at]]
    assert history.without_secrets(words) == (shown, masked)


def test_a_dry_run_and_a_verb_leave_nothing(recorded: Recorded) -> None:
    tao('--dry-run', 'dino', 'train')
    tao('--explain', 'dino', 'train')
    tao('tasks')
    tao('list')
    tao('dino', 'trian')
    assert not recorded.path.exists()


@pytest.mark.parametrize('value', ['off', 'OFF', '0', 'no', 'False'])
def test_off(recorded: Recorded, value: str) -> None:
    (recorded.folder / 'asked').write_text('999999999')  # nobody is waited for
    assert tao('dino', 'train', env={'TAO_HISTORY': value}).code == 0
    assert not recorded.path.exists()
    assert os.listdir() == []


@pytest.mark.parametrize('value', ['on', '1', 'Yes', 'true'])
def test_on(recorded: Recorded, value: str) -> None:
    assert tao('dino', 'train', env={'TAO_HISTORY': value}).code == 0
    assert (len(recorded.entries), os.listdir()) == (2, [])


def test_no_home_is_made_for_it(recorded: Recorded, home: Path) -> None:
    (recorded.folder / 'asked').write_text('999999999')  # nobody is waited for
    missing = f'{home}/nope'
    done = tao('dino', 'train', env={'HOME': missing})
    assert done == (0, '', (
        f'tao: notice: {missing}/.local/state/tao/history.jsonl: the home folder is not there; this launch is not '
        'recorded (TAO_HISTORY=off turns the history off)\n'
    ))
    assert not os.path.exists(missing)


def test_a_file_that_is_named(recorded: Recorded, tmp_path: Path) -> None:
    assert tao('dino', 'train', env={'TAO_HISTORY': 'own.jsonl'}).code == 0
    assert len((tmp_path / 'here' / 'own.jsonl').read_text().splitlines()) == 2
    assert not recorded.path.exists()


def test_an_engine_that_is_not_there(recorded: Recorded, tmp_path: Path) -> None:
    assert tao('dino', 'train', env={'PATH': str(tmp_path)}).code == 125
    _, end = recorded.pair
    assert (end['how'], end['code']) == ('refused', 125)


def test_a_refusal(recorded: Recorded, fake_docker: FakeDocker) -> None:
    fake_docker.ends_with(125)
    assert tao('dino', 'train').code == 125
    _, end = recorded.pair
    assert (end['how'], end['code']) == ('refused', 125)


STARTED = ''.join(f'{{"Action": "{name}", "id": "{"c" * 64}"}}\n' for name in ('create', 'start', 'die'))


@pytest.mark.parametrize(('words', 'says'), [
    ([], f'[ "$1" = events ] && printf "%s" \'{STARTED}\'; [ "$1" != run ] || exit 125'),
    (['--detach'], f'[ "$1" = run ] && echo {"c" * 64}; [ "$1" = inspect ] && echo false 125; exit 0'),
])
def test_a_job_of_that_code(recorded: Recorded, words: list[str], says: str) -> None:
    """It has ended before anyone could ask for its container."""
    (recorded.folder / 'docker').write_text(f'#!/bin/sh\n{says}\n')
    assert tao(*words, 'dino', 'run', 'sh', '-c', 'exit 125').code == 125
    _, end = recorded.pair
    assert (end['how'], end['code']) == ('job', 125)


@pytest.mark.parametrize('number', [signal.SIGTERM, signal.SIGHUP])
def test_a_signal(recorded: Recorded, number: int) -> None:
    (recorded.folder / 'hold').touch()
    job = subprocess.Popen([*command(), '--stop-timeout', '1', 'dino', 'train'], stderr=subprocess.DEVNULL)
    wait_for(recorded.folder / 'running')
    job.send_signal(number)
    assert job.wait(timeout=60) == 128 + number
    _, end = recorded.pair
    assert (end['how'], end['signal'], end['code']) == ('signal', number, 128 + number)


def test_a_killed_launcher_leaves_its_start(recorded: Recorded) -> None:
    (recorded.folder / 'hold').touch()
    job = subprocess.Popen([*command(), 'dino', 'train'])
    wait_for(recorded.folder / 'running')
    job.kill()
    job.wait(timeout=60)
    (start,) = recorded.entries
    assert start['event'] == 'start'
    (recorded.folder / 'hold').unlink()


def test_twenty_launches_at_once(recorded: Recorded) -> None:
    jobs = [subprocess.Popen([*command(), 'dino', 'train', f'n={n}']) for n in range(20)]
    assert [job.wait(timeout=60) for job in jobs] == [0] * 20
    starts = {entry['id']: entry['words'][-1] for entry in recorded.entries if entry['event'] == 'start'}
    ends = {entry['id'] for entry in recorded.entries if entry['event'] == 'end'}
    assert len(recorded.entries) == 40 and {*starts} == ends
    assert {*starts.values()} == {f'n={n}' for n in range(20)}


@pytest.mark.parametrize(('kind', 'said'), [
    ('full', '/dev/full: No space left on device'), ('folder', 'named: Is a directory'), ('pipe', 'named: is a pipe'),
    ('link', 'named: is a link'), ('missing', 'named/none: No such file or directory'),
])
def test_a_history_that_cannot_be_written_is_said_once(
    recorded: Recorded, tmp_path: Path, kind: str, said: str,
) -> None:
    (recorded.folder / 'asked').write_text('999999999')
    path = tmp_path / 'named'
    if kind == 'folder':
        path.mkdir()
    elif kind == 'link':
        path.symlink_to(tmp_path / 'x')
    elif kind == 'pipe':
        os.mkfifo(path)
    named = {'full': '/dev/full', 'missing': str(path / 'none')}.get(kind, str(path))
    done = tao('dino', 'train', env={'TAO_HISTORY': named})
    assert (done.code, done.out) == (0, '')
    assert done.err.count('\n') == 1 and said in done.err and 'this launch is not recorded' in done.err


def test_a_home_that_cannot_be_written(recorded: Recorded, open_folder: Path, home: Path) -> None:
    (recorded.folder / 'asked').write_text('999999999')
    home.chmod(0o555)
    recorded.folder.chmod(0o777)
    done = as_nobody('dino', 'train')
    assert (done.code, done.out) == (0, '')
    assert done.err.count('\n') == 1 and 'Permission denied; this launch is not recorded' in done.err


def test_a_disk_that_gets_full_in_the_meantime(recorded: Recorded) -> None:
    """The end is what is missing."""
    (recorded.folder / 'hold').touch()
    job = subprocess.Popen([*command(), 'dino', 'train'], stderr=subprocess.PIPE, encoding='utf-8')
    wait_for(recorded.folder / 'running')
    at = recorded.path.stat().st_size
    resource.prlimit(job.pid, resource.RLIMIT_FSIZE, (at + 20, resource.RLIM_INFINITY))
    (recorded.folder / 'hold').unlink()
    _, err = job.communicate(timeout=60)
    assert job.returncode == 0
    assert err.count('\n') == 1 and 'only part of the line could be written' in err
    assert tao('dino', 'train').code == 0
    lines = recorded.path.read_text().splitlines()
    assert [json.loads(line)['event'] for line in (lines[0], *lines[2:])] == ['start', 'start', 'end']


def test_under_sudo_it_is_of_the_one_who_called_it(recorded: Recorded, home: Path) -> None:
    if os.geteuid():
        pytest.skip('only root is under sudo')
    os.chown(home, 1234, 1234)
    assert tao('dino', 'train', env={'SUDO_UID': '1234', 'SUDO_GID': '1234'}).code == 0
    start, end = recorded.pair
    assert (start['uid'], end['uid'], recorded.path.stat().st_uid) == (1234, 1234, 1234)


def test_a_line_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = {'event': 'start', 'argv': ['a'] * 100, 'words': ['b'] * 100, 'env': [], 'cwd': '/'}
    assert json.loads(history.line(whole)) == whole
    monkeypatch.setattr(journal, 'LONGEST', 700)
    assert json.loads(history.line(whole)) == {**whole, 'argv': [], 'cut': ['argv']}
    monkeypatch.setattr(journal, 'LONGEST', 200)
    assert json.loads(history.line(whole)) == {**whole, 'argv': [], 'words': [], 'cut': ['argv', 'words']}
    assert b'\n' not in history.line({'words': ['a\nb', 'ü\udcff']})


def test_words_that_are_not_utf_8(recorded: Recorded) -> None:
    done = tao_process('dino', 'train', b'\xff\xfe')
    assert done.code == 0
    assert os.fsencode(recorded.pair[0]['words'][-1]) == b'\xff\xfe'


def test_a_runner(recorded: Recorded, checkout: Path) -> None:
    done = tao('--', 'make', program='tao_pt', env={'NV_TAO_PYTORCH_TOP': str(checkout)})
    assert done.code == 0
    start, end = recorded.pair
    assert (start['program'], start['words'], start['job']) == ('tao_pt', ['--', 'make'], 'tao_pt/run')
    assert start['image'] == start['argv'][start['image_at']] == 'nvcr.io/a/b:c'
    assert history_of(Path(os.environ['HOME'])) == recorded.path


def test_a_build_and_a_push(buildable: Path, home: Path, engine: Engine) -> None:
    made = [{'Id': MADE, 'RepoDigests': [f'r.test:5000/a/b@{MADE}'], 'Architecture': 'amd64'}]
    engine.answers('image', json.dumps(made))
    env = {'TAO_HISTORY': str(home / 'h')}
    done = tao('build', '--push', '--build-secret', 'NAME=s3cret', program='tao_pt', env=env)
    assert done.code == 0, done.err
    build, built, push, pushed = map(json.loads, (home / 'h').read_text().splitlines())
    calls = [call for call in engine.calls if call[1] in ('buildx', 'push')]
    assert [entry['argv'] for entry in (build, push)] == calls
    assert (build['job'], built['code'], built['image_id']) == ('tao_pt/build', 0, MADE)
    assert (push['job'], pushed['code'], pushed['digests']) == ('tao_pt/push', 0, [f'r.test:5000/a/b@{MADE}'])
    assert build['words'] == push['words'] == ['build', '--push', '--build-secret', 'NAME=***']


def test_a_build_that_fails(buildable: Path, home: Path, engine: Engine) -> None:
    engine.answers('buildx', code=7)
    assert tao('build', program='tao_pt', env={'TAO_HISTORY': str(home / 'h')}).code == 7
    assert [json.loads(line).get('code') for line in (home / 'h').read_text().splitlines()] == [None, 7]
    tao('build', '--dry-run', program='tao_pt', env={'TAO_HISTORY': str(home / 'h')})
    assert len((home / 'h').read_text().splitlines()) == 2


@pytest.mark.parametrize(('cluster', 'program', 'says', 'name'), [
    ('slurm', 'sbatch', 'echo 42', '42'), ('kubernetes', 'kubectl', 'cat >/dev/null', 'job.batch/night'),
])
def test_a_submission(tmp_path: Path, home: Path, cluster: str, program: str, says: str, name: str) -> None:
    (tmp_path / program).write_text(f'#!/bin/sh\n{says}\n')
    (tmp_path / program).chmod(0o755)
    env = {'PATH': f'{tmp_path}:/usr/bin:/bin', 'TAO_HISTORY': str(home / 'h')}
    words = ('submit', cluster, '--name', 'night', 'dino', 'train')
    tao('submit', cluster, '--dry-run', 'dino', 'train', env=env)
    assert tao(*words, env=env).code == 0
    start, end = map(json.loads, (home / 'h').read_text().splitlines())
    assert (start['argv'][0], start['job'], start['words']) == (program, 'model/dino/train', list(words))
    assert (end['how'], end['code'], end['submitted']) == ('submitted', 0, name)
    (tmp_path / program).write_text('#!/bin/sh\nexit 1\n')
    assert tao(*words, env=env).code == 125
    *_, end = map(json.loads, (home / 'h').read_text().splitlines())
    assert (end['how'], end['code']) == ('refused', 125)


@given(st.lists(st.text() | st.sampled_from([
    '-k', 'K', 'key=a', '--token', 'hf_' + 'a' * 20, 'http://a:b@c', 'x: {"apikey": "b"}', 'ghp_' + 'b' * 20, 'a=b',
    "-k'x", 'nvapi-' + 'a' * 20, 'Bearer glpat-' + 'a' * 20, 'sk-' + 'a1' * 20, 'AKIAIOSFODNN7EXAMPLE',
    'xoxb-1234567890', 'eyJhbGciOiJI.eyJzdWIiOiJh.c', 'authorization: basic x', 'curl', '-u', 'a:b',
    'wandb', 'login', 'a1' * 20,
    'curl -u a:b', 'wandb login ' + 'a1' * 20,
])))
def test_what_is_passed_by_at_a_look_has_no_secret(words: list[str]) -> None:
    if history.without_secrets(words)[0] == words:
        assert masked_words(words) == words
