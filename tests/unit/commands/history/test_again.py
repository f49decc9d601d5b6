"""tao again: the words of that time, and nobody else's."""
from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import past
import pytest
from engine_answers import Engine
from recorded import Recorded
from support import MADE, FakeDocker, Result, tao


@pytest.fixture(autouse=True)
def unmasked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv('TAO_HISTORY')


def write(home: Path, **start: Any) -> Path:
    return past.write(home, past.a_launch('abcdef0123', **{'cwd': os.getcwd(), **start}))


def test_it_is_launched_once_more(recorded: Recorded, fake_docker: FakeDocker) -> None:
    fake_docker.ends_with(5)
    words = ['--gpus', '1', '--volume', '/tmp:/d', 'dino', 'train', '-e', '/x y', '']
    assert tao(*words).code == 5
    id = recorded.entries[0]['id']
    assert tao('again', id[:6], '--', 'more=1').code == 5
    first, _, second, end = recorded.entries
    assert second['words'] == [*words, 'more=1'] and second['id'] != id and end['code'] == 5
    assert [*first['argv'][first['image_at']:], 'more=1'] == second['argv'][second['image_at']:]
    assert tao('again', second['id']).code == 5  # what was repeated can be


def test_a_dry_run(home: Path) -> None:
    path = write(home)
    printed = tao('--dry-run', 'dino', 'train', '-e', '/x y', 'a=1')
    for words in (['again', 'ab', '--dry-run', '--', 'a=1'], ['--dry-run', 'again', 'ab', '--', 'a=1']):
        assert tao(*words) == printed
    assert tao('--dry-run=json', '--quiet', 'again', 'ab').out.startswith('{\n  "argv"')
    assert len(path.read_text().splitlines()) == 2


def test_it_is_where_it_was(home: Path, tmp_path: Path) -> None:
    (tmp_path / 'there').mkdir()
    write(home, cwd=str(tmp_path / 'there'), words=['--volume', '.', 'dino', 'train'])
    done = tao('again', 'ab', '--dry-run')
    assert f'-v {tmp_path}/there:{tmp_path}/there ' in done.out
    assert done.err.startswith(f'tao: notice: in {tmp_path}/there, where it was launched\n')


def test_its_folder_is_gone(home: Path, tmp_path: Path) -> None:
    write(home, cwd=str(tmp_path / 'gone'))
    done = tao('again', 'ab', '--dry-run')
    assert done.code == 0
    assert done.err.startswith(
        f'tao: notice: {tmp_path}/gone is gone, where it was launched: in the current folder\n')


def test_a_runner(home: Path, checkout: Path) -> None:
    write(home, program='tao_pt', words=[], cwd=str(checkout))
    done = tao('again', 'ab', '--dry-run', '--', 'make', 'x y')
    assert done.out.endswith("nvcr.io/a/b:c make 'x y'\n")
    write(home, program='tao_pt', words=['--image', 'a/b:d', '--', 'make'], cwd=str(checkout))
    assert tao('again', 'ab', '--dry-run').out.endswith('a/b:d make\n')
    write(home, program='tao_pt', words=['trian'], cwd=str(checkout))
    assert tao('again', 'ab', '--dry-run').err.splitlines()[-3].startswith('tao_pt: error: unexpected word')


def test_what_was_joined_and_masked_is_given_again(home: Path) -> None:
    write(home, words=['dino', 'train', '--key=***'], masked=[2])
    assert tao('again', 'a', '--dry-run').err == (
        'tao: error: launch abcdef0123 had secrets, which the history does not keep\n    word 3: --key=***\n'
        '    try: tao again abcdef0123 -- --key=VALUE\n'
    )


@pytest.mark.parametrize('given', [('--key=***',), ('-k', '***'), ('-k***',), ('x', '--a.b-c=***')])
def test_the_mask_is_no_value(home: Path, given: tuple[str, ...]) -> None:
    write(home, words=['dino', 'train'])
    assert tao('again', 'a', '--dry-run', '--', *given) == (
        2, '', f'tao: error: "{given[-1]}": *** is only shown in place of a secret: write the value itself\n',
    )


def test_a_word_with_stars_in_it_is_passed_on(home: Path) -> None:
    write(home, words=['dino', 'run', 'echo'])
    assert tao('again', 'a', '--dry-run', '--', '****', 'a***').out.endswith(" echo '****' 'a***'\n")


def test_what_was_masked_is_given_again(home: Path) -> None:
    write(home, words=['dino', 'train', '-k', '***'], masked=[3])
    done = tao('again', 'ab', '--dry-run')
    assert done == Result(2, '', (
        'tao: error: launch abcdef0123 had secrets, which the history does not keep\n    word 4: -k ***\n'
        '    try: tao again abcdef0123 -- -k VALUE\n'
    ))
    assert tao('again', 'ab', '--dry-run', '--', '-k', 'K').out.endswith(' dino train -k K\n')


def test_another_users_words_are_not_run(home: Path) -> None:
    write(home, uid=4242)
    done = tao('again', 'ab', '--dry-run')
    assert (done.code, done.out) == (1, '')
    assert "launch abcdef0123 is another user's" in done.err and 'tao history abcdef0123 --format shell' in done.err


@pytest.mark.parametrize('mode', [0o622, 0o660])
@pytest.mark.parametrize('which', ['history.jsonl', 'history.jsonl.1'])
def test_words_that_others_may_have_written_are_not_run(home: Path, mode: int, which: str) -> None:
    path = write(home)
    (path.parent / which).touch()
    (path.parent / which).chmod(mode)
    done = tao('again', 'ab', '--dry-run')
    assert (done.code, done.out) == (1, '')
    assert 'others can write to the history' in done.err


@pytest.mark.parametrize('change', [
    {'cut': ['words'], 'words': []}, {'program': 'rm'}, {'program': '/tmp/tao'}, {'program': None},
])
def test_words_that_are_not_known(home: Path, change: Any) -> None:
    write(home, **change)
    done = tao('again', 'ab', '--dry-run')
    assert (done.code, done.out) == (1, '') and 'words of launch abcdef0123 are not known' in done.err


def test_no_such_launch(home: Path) -> None:
    write(home)
    assert tao('again', 'ff').code == 1
    assert tao('again').code == 2
    assert json.loads(tao('history', '--format', 'json').out)[0]['id'] == 'abcdef0123'


@pytest.mark.parametrize(('change', 'form'), [({}, ' --format shell, and'), ({'cut': ['argv'], 'argv': []}, '\n')])
def test_what_is_advised_can_be_done(change: dict[str, Any], form: str, home: Path) -> None:
    write(home, uid=4242, **change)
    done = tao('again', 'ab')
    assert done.code == 1 and f'    try: tao history abcdef0123{form}' in done.err
    advised = done.err.partition('try: tao ')[2].partition(',')[0].split()
    assert tao(*advised).code == 0


def test_a_runner_works_on_the_same_checkout(
    recorded: Recorded, checkout: Path, tmp_path: Path, fake_docker: FakeDocker, monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Which a variable named that is not set now, or none that is set now."""
    other = tmp_path / 'other'
    (other / 'docker').mkdir(parents=True)
    (other / 'docker' / 'manifest.json').write_text('{"registry": "nvcr.io", "repository": "a/other", "tag": "d"}')
    monkeypatch.chdir(checkout / 'deep')
    for then, now in ((str(other), ''), ('', str(other)), (str(checkout), str(other)), ('../../other/', '')):
        first = tao('--', 'make', program='tao_pt', env={'NV_TAO_PYTORCH_TOP': then})
        assert first.code == 0
        launch = recorded.entries[-2]
        assert launch['checkout'] == str(other if then not in ('', str(checkout)) else checkout)
        done = tao('again', launch['id'], env={'NV_TAO_PYTORCH_TOP': now})
        assert recorded.entries[-2]['argv'] == launch['argv']
        notice = f'on {launch["checkout"]}, where it was launched, whatever NV_TAO_PYTORCH_TOP is today'
        assert done.err.startswith(f'tao: notice: {notice}\n')
        assert notice not in tao('again', launch['id'], env={'NV_TAO_PYTORCH_TOP': then}).err
    assert f'checkout  {other}\n' in tao('history', launch['id']).out


def test_a_build_is_of_the_same_checkout(
    recorded: Recorded, buildable: Path, tmp_path: Path, engine: Engine, monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    engine.answers('image', json.dumps([{'Id': MADE}]))
    assert tao('build', program='tao_pt', env={'NV_TAO_PYTORCH_TOP': str(buildable)}).code == 0
    launch = recorded.entries[0]
    assert launch['checkout'] == str(buildable)
    done = tao('again', launch['id'], '--dry-run')
    assert done.code == 0 and f'{buildable}/docker/Dockerfile' in done.out


@pytest.mark.skipif(os.geteuid() != 0, reason='only root can give a folder away')
def test_a_checkout_that_was_found_is_looked_at_again(home: Path, checkout: Path) -> None:
    """Whose it is by now counts, as for any that no variable names."""
    os.chown(checkout, 23457, 23457)
    write(home, program='tao_pt', words=[], cwd=str(checkout), checkout=str(checkout))
    done = tao('again', 'ab', '--dry-run', env={'NV_TAO_PYTORCH_TOP': str(checkout)})
    assert done.code == 2 and f'{checkout}: belongs to uid 23457' in done.err


def test_variables_are_what_they_were(
    recorded: Recorded, home: Path, fake_docker: FakeDocker, monkeypatch: pytest.MonkeyPatch,
) -> None:
    (home / 'm.json').write_text('{"Envs": [{"variable": "A", "value": "b"}]}')
    monkeypatch.chdir(home)
    then = {'TAO_GPUS': '1', 'TAO_RELEASE': '6.0.0', 'LAUNCHER_MOUNTS': 'm.json', 'OVERRIDE_REGISTRY': 'r.io:5000'}
    assert tao('dino', 'train', env=then).code == 0
    launch = recorded.entries[-2]
    assert launch['variables'] == [
        'LAUNCHER_MOUNTS=m.json', 'TAO_GPUS=1', 'TAO_RELEASE=6.0.0', 'OVERRIDE_REGISTRY=r.io:5000',
    ]
    done = tao('again', launch['id'], env={'TAO_PULL': 'never', 'TAO_GPUS': '0', 'TAO_DRY_RUN': ''})
    assert recorded.entries[-2]['argv'] == launch['argv'] and recorded.entries[-2]['variables'] == launch['variables']
    assert sorted(done.err.splitlines()) == [
        'tao: notice: LAUNCHER_MOUNTS is m.json, as it was', 'tao: notice: OVERRIDE_REGISTRY is r.io:5000, as it was',
        'tao: notice: TAO_GPUS is 1, as it was', 'tao: notice: TAO_PULL is not set, as it was',
        'tao: notice: TAO_RELEASE is 6.0.0, as it was',
    ]
    assert tao('again', launch['id'], env=then).err == ''
    printed = tao('again', launch['id'], env={**then, 'TAO_DRY_RUN': '1'})
    assert printed.out.startswith('docker run ') and 'TAO_DRY_RUN' in printed.err


def test_variables_that_are_not_known(home: Path, recorded: Recorded) -> None:
    """Of a launch of an older launcher, or with a secret."""
    write(home, words=['dino', 'train'])
    done = tao('again', 'ab', '--dry-run', env={'TAO_GPUS': '3'})
    assert 'device=3' in done.out and done.err == ''
    write(home, variables=['TAO_GPUS=2', 'DOCKER_HOST=tcp://a:***@h:1'], masked_variables=[1, 7, -1])
    done = tao('again', 'ab', '--dry-run', env={'DOCKER_HOST': 'tcp://a:b@h:1'})
    assert 'device=2' in done.out
    assert 'DOCKER_HOST had a secret, which the history does not keep: its value of today is used' in done.err


def test_a_secret_in_a_variable(recorded: Recorded, fake_docker: FakeDocker) -> None:
    tao('dino', 'train', env={'DOCKER_HOST': 'tcp://me:s3cret@h:2375', 'TAO_GPUS': '1'})
    start = recorded.entries[0]
    assert start['variables'] == ['TAO_GPUS=1', 'DOCKER_HOST=***'] and start['masked_variables'] == [1]


@pytest.mark.parametrize('words', [
    ['--gpus', '0', 'again', 'ab'], ['again', 'ab', '--gpus', '0'], ['again', 'ab', '--gpus=0'],
])
def test_other_options_are_those_of_that_time(words: list[str], home: Path, fake_docker: FakeDocker) -> None:
    write(home)
    done = tao(*words)
    assert (done.code, fake_docker.calls) == (2, [])
    assert done.err.startswith('tao: error: --gpus: a repeated launch keeps its original options\n')
    assert done.err.endswith('    try: tao history LAUNCH shows its command, to be given with others\n')
