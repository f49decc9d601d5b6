"""tao config init where nobody is asked: what is written, and what of that which was there is kept."""
from __future__ import annotations

import json
import os
import stat
import threading
from pathlib import Path

import pytest
from limited_daemon import daemon
from nobody import NOBODY, as_nobody
from support import Result, tao, tao_process, write_mounts

USER = {} if os.getuid() == 0 else {'user': 'host'}
INSIDE = '/workspace/tao-experiments'
RECOMMENDED = {'shm_size': '16G', 'ulimits': {'memlock': -1, 'stack': 67108864}, **USER}


def mount(source: str, destination: str, **more: str) -> dict[str, str]:
    return {'source': source, 'destination': destination, **more}


DEFAULT = {
    'Mounts': [mount(f'~/tao-experiments/{name}', f'{INSIDE}/{name}') for name in ('data', 'results', 'specs')],
    'DockerOptions': RECOMMENDED,
}


def inside(home: Path) -> list[Path]:
    """What is in HOME beside the lock that keeps two writers apart."""
    return sorted(entry for entry in home.iterdir() if entry.name != '.local')


def init(*words: str, options: tuple[str, ...] = (), env: dict[str, str] | None = None) -> Result:
    return tao(*options, 'config', 'init', *words, env=env)


def test_defaults(home: Path) -> None:
    path = home / '.tao_mounts.json'
    done = init('--yes')
    assert (done.code, done.out) == (0, '')
    assert done.err.splitlines() == [
        f'tao: notice: created {home}/tao-experiments',
        *(f'tao: notice: created {home}/tao-experiments/{name}' for name in ('data', 'results', 'specs')),
        f'tao: notice: wrote {path}',
    ]
    assert json.loads(path.read_text()) == DEFAULT
    user = '' if os.getuid() == 0 else ',\n    "user": "host"'
    assert path.read_text() == (
        '{\n'
        '  "Mounts": [\n'
        '    {"source": "~/tao-experiments/data", "destination": "/workspace/tao-experiments/data"},\n'
        '    {"source": "~/tao-experiments/results", "destination": "/workspace/tao-experiments/results"},\n'
        '    {"source": "~/tao-experiments/specs", "destination": "/workspace/tao-experiments/specs"}\n'
        '  ],\n'
        '  "DockerOptions": {\n'
        '    "shm_size": "16G",\n'
        f'    "ulimits": {{"memlock": -1, "stack": 67108864}}{user}\n'
        '  }\n'
        '}\n'
    )
    assert tao('config', 'validate', '--strict') == (0, f'{path}: valid\n', '')
    launched = tao('--dry-run', 'dino', 'train')
    assert launched.code == 0
    assert f'-v {home}/tao-experiments/data:{INSIDE}/data ' in launched.out
    assert '--shm-size 16G --ulimit memlock=-1 --ulimit stack=67108864 ' in launched.out


def test_options(home: Path, tmp_path: Path) -> None:
    done = init('--yes', '--data', f'{tmp_path}/new:/data', '--results', 'none', '--specs', f'{home}/specs', '--volume',
        '/tmp:/scratch:ro', '--volume', 'relative:/r', '--user', '1000:1000', '--shm-size', '8G', '--ulimit',
        'nofile=1:2', '--ulimit', 'stack=-1')
    assert done.code == 0, done
    assert json.loads((home / '.tao_mounts.json').read_text()) == {
        'Mounts': [
            mount(f'{tmp_path}/new', '/data'), mount('~/specs', f'{INSIDE}/specs'),
            mount('/tmp', '/scratch', mode='ro'), mount(f'{tmp_path}/here/relative', '/r'),
        ],
        'DockerOptions': {
            'shm_size': '8G', 'ulimits': {'nofile': {'soft': 1, 'hard': 2}, 'stack': -1}, 'user': '1000:1000',
        },
    }
    assert all(path.is_dir() for path in (tmp_path / 'new', home / 'specs', tmp_path / 'here' / 'relative'))


def test_options_of_the_launcher_count_too(home: Path) -> None:
    options = ('--shm_size', '1G', '--user', '7:8', '--volume', '/tmp:/t', '--ulimit', 'core=0')
    assert init('--yes', '--user', 'root', options=options).code == 0
    document = json.loads((home / '.tao_mounts.json').read_text())
    assert document['DockerOptions'] == {'shm_size': '1G', 'ulimits': {'core': 0}, 'user': 'root'}
    assert document['Mounts'][-1] == mount('/tmp', '/t')


def test_nothing_at_all(home: Path) -> None:
    words = [f'--{name}=none' for name in ('data', 'results', 'specs', 'user', 'shm_size', 'ulimit')]
    assert init('--yes', *words).code == 0
    assert (home / '.tao_mounts.json').read_text() == '{\n  "Mounts": []\n}\n'


def test_all_that_is_wrong_with_options(home: Path) -> None:
    done = init('--yes', '--data', '/a:b', '--results', ':/x', '--specs', '$NO/x', '--volume', '/a', '--volume',
        '/a:/b:x', '--user', 'uid:gid', '--shm_size', '16GB!', '--ulimit', 'stack')
    assert (done.code, done.out) == (2, '')
    assert done.err.splitlines() == [
        'tao: error: --data: "/a:b": expected an absolute path in the container',
        '    --results: ":/x": expected DIR, DIR:DST or DIR:DST:MODE, or none',
        '    --specs: "$NO/x": the variable NO is not set',
        '    --volume: "/a": expected DIR:DST, with the path in the container',
        '    --volume: "/a:/b:x": expected ro, rw, z or Z, or two of them joined by a comma',
        '    --user: "uid:gid": expected numbers such as 1000:1000, or host for the caller',
        '    --shm_size: "16GB!": expected a size such as 16G, 512M or a number of bytes',
        '    --ulimit: "stack": expected NAME=SOFT or NAME=SOFT:HARD',
    ]
    assert list(home.iterdir()) == []


def test_a_home_with_a_line_break(home: Path) -> None:
    (home / 'a\nb').mkdir()
    env = {'HOME': f'{home}/a\nb'}
    for words in (['--yes', '--dry-run'], ['--yes']):
        done = tao('config', 'init', *words, env=env)
        assert (done.code, done.out) == (2, '')
        assert done.err == (
            'tao: error: --data: "~/tao-experiments/data": a variable in it holds a line break\n'
        )
    folders = [f'--{name}=/{name}' for name in ('data', 'results', 'specs')]
    assert tao('config', 'init', '--yes', '--dry-run', *folders, env=env).code == 0


def test_a_user_who_is_not_there(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(home)
    for words in (('--data', '~nosuch/x'), ('--results=~nosuch',), ('--volume', '~nosuch/x/y:/y')):
        done = init('--yes', *words)
        assert (done.code, done.out) == (2, '')
        assert done.err.endswith(': no user nosuch; a folder of that name is ./~nosuch\n')
    assert list(home.iterdir()) == []
    assert init('--yes', '--dry-run', '--data', './~nosuch/x', '--results', '~root/x').code == 0


def test_two_folders_at_one_place(home: Path) -> None:
    done = init('--yes', '--volume', f'/tmp:{INSIDE}/x/../data')
    assert done.err == (
        f'tao: error: --volume: "/tmp:{INSIDE}/x/../data": ~/tao-experiments/data is at {INSIDE}/data already\n')
    assert (done.code, list(home.iterdir())) == (2, [])


@pytest.mark.parametrize('words', [[], ['--data', '/tmp'], ['--dry-run']])
def test_nobody_to_ask(words: list[str], home: Path) -> None:
    done = init(*words)
    assert done == (
        2, '', 'tao: error: config init asks questions, and there is no terminal to ask them on\n'
               '    try: tao config init --yes; tao config init --help has an option for every answer\n')
    assert list(home.iterdir()) == []


@pytest.mark.parametrize(('options', 'env'), [
    (['--dry-run'], {}), ([], {'TAO_DRY_RUN': '1'}),
])
def test_dry_run(options: list[str], env: dict[str, str], home: Path) -> None:
    for words, before in (([*options], []), ([], ['--dry-run'])) if not env else (([], []),):
        done = init('--yes', *words, options=tuple(before), env=env)
        assert (done.code, json.loads(done.out)) == (0, DEFAULT)
        assert done.err.splitlines() == [
            *(['tao: notice: TAO_DRY_RUN is set: nothing is run'] if env else []),
            *(f'tao: notice: would create {home}/tao-experiments/{name}' for name in ('data', 'results', 'specs')),
            f'tao: notice: would write {home}/.tao_mounts.json',
        ]
        assert list(home.iterdir()) == []


def test_what_was_there_is_kept(home: Path) -> None:
    path = write_mounts(home, '{"no": "JSON", at all')
    path.chmod(0o640)
    words = ['--yes', '--data', '/tmp', '--results', 'none', '--specs', 'none']
    assert init(*words).err.splitlines() == [
        f'tao: notice: {path} as it was is kept as {path}.1.bak', f'tao: notice: wrote {path}',
    ]
    assert init(*words).err == f'tao: notice: {path} is already up to date\n'
    assert init(*words, '--shm_size', '1G').err.splitlines() == [
        f'tao: notice: {path} as it was is kept as {path}.2.bak', f'tao: notice: wrote {path}',
    ]
    assert [entry.name for entry in inside(home)] == [
        '.tao_mounts.json', '.tao_mounts.json.1.bak', '.tao_mounts.json.2.bak']
    assert (home / '.tao_mounts.json.1.bak').read_text() == '{"no": "JSON", at all'
    assert json.loads((home / '.tao_mounts.json.2.bak').read_text())['DockerOptions']['shm_size'] == '16G'
    assert {stat.S_IMODE(entry.stat().st_mode) for entry in inside(home)} == {0o640}
    assert init(*words, '--dry-run').err == (
        f'tao: notice: would write {path}; the existing file is kept as a backup\n')


def test_somebody_elses_file_is_kept_too(home: Path) -> None:
    """Of which the kernel may forbid a second name: a copy is kept."""
    path = write_mounts(home, '{"_": 1}')
    if os.getuid() == 0:
        for folder in (home.parent.parent.parent, home.parent.parent, home.parent):
            folder.chmod(0o755)
        os.chown(home, NOBODY, NOBODY)
    words = ['config', 'init', '--yes', '--data=none', '--results=none', '--specs=none', '--user=none']
    done = as_nobody(*words)
    assert (done.code, done.err.splitlines()) == (
        0, [f'tao: notice: {path} as it was is kept as {path}.1.bak', f'tao: notice: wrote {path}'])
    assert (home / '.tao_mounts.json.1.bak').read_text() == '{"_": 1}'
    assert as_nobody(*words, '--shm_size=1G').code == 0
    assert len(inside(home)) == 3


def test_older_file_is_not_read_any_more(home: Path) -> None:
    older = home / '.tlt_mounts.json'
    older.write_text('{}')
    last = f'tao: notice: {older} will no longer be read'
    assert init('--yes').err.splitlines()[-1] == last
    assert init('--yes', '--shm_size', '1G').err.splitlines()[-1] != last


def test_two_at_once_keep_everything(home: Path) -> None:
    write_mounts(home, '{}')
    sizes = [f'{i}G' for i in range(1, 7)]
    words = ['config', 'init', '--yes', '--data=none', '--results=none', '--specs=none', '--shm_size']
    results: list[Result] = []
    threads = [
        threading.Thread(target=lambda size=size: results.append(tao_process(*words, size))) for size in sizes
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {done.code for done in results} == {0}, results
    texts = [path.read_text() for path in inside(home)]
    found = sorted(json.loads(text).get('DockerOptions', {}).get('shm_size', '') for text in texts)
    assert found == ['', *sizes]


def test_other_file(home: Path, tmp_path: Path) -> None:
    other, third = tmp_path / 'other.json', tmp_path / 'third.json'
    assert init('--yes', options=('--mounts_file', str(other)), env={'LAUNCHER_MOUNTS': str(third)}).code == 0
    assert init('--yes', env={'LAUNCHER_MOUNTS': str(third)}).code == 0
    assert json.loads(other.read_text()) == json.loads(third.read_text()) == DEFAULT
    assert [entry.name for entry in inside(home)] == ['tao-experiments']


def test_link_is_kept(home: Path, tmp_path: Path) -> None:
    """Dotfiles are often links into a repository: what is behind one is written, and kept beside itself."""
    real, link = tmp_path / 'dotfiles.json', home / '.tao_mounts.json'
    real.write_text('{}')
    link.symlink_to(real)
    assert init('--yes').code == 0
    assert link.is_symlink() and json.loads(real.read_text()) == DEFAULT
    assert (tmp_path / 'dotfiles.json.1.bak').read_text() == '{}'
    real.unlink()
    assert init('--yes').code == 0
    assert link.is_symlink() and json.loads(real.read_text()) == DEFAULT


def refused(home: Path, fault: str, *words: str, options: tuple[str, ...] = ()) -> Result:
    """What cannot be written changes nothing."""
    before = sorted(home.rglob('*'))
    done = init('--yes', *words, options=options)
    assert (done.code, done.out, done.err.splitlines()[:2]) == (
        2, '', [f'tao: error: {fault}', '    nothing was changed'])
    assert sorted(home.rglob('*')) == before
    return done


def test_not_writable(home: Path, tmp_path: Path) -> None:
    path = home / '.tao_mounts.json'
    path.mkdir()
    refused(home, f'{path}: cannot be written (it is not a regular file)')
    elsewhere = ('--mounts_file', f'{tmp_path}/no/where.json')
    refused(home, f'{elsewhere[1]}: cannot be written (No such file or directory)', options=elsewhere)
    path.rmdir()
    (home / 'file').write_text('')
    there = 'cannot be created (what is there is not a folder)'
    refused(home, f'{home}/file: {there}', '--data', f'{home}/file/data', '--specs', f'{home}/a/b/c')
    (home / 'link').symlink_to(f'{home}/gone')
    refused(home, f'{home}/link: {there}', '--data', f'{home}/link')


@pytest.mark.parametrize('env', [{}, {'LC_ALL': 'C', 'PYTHONUTF8': '0', 'PYTHONCOERCECLOCALE': '0'}])
def test_names_beyond_ascii(env: dict[str, str], home: Path, tmp_path: Path) -> None:
    words = ['config', 'init', '--yes', '--data', f'{tmp_path}/ü 日本/x', '--results=~/é', '--specs=none']
    done = tao_process(*words, env=env)
    assert done.code == 0, done
    assert (tmp_path / 'ü 日本' / 'x').is_dir() and (home / 'é').is_dir()
    path = home / '.tao_mounts.json'
    assert json.loads(path.read_text('utf-8'))['Mounts'] == [
        mount(f'{tmp_path}/ü 日本/x', f'{INSIDE}/data'), mount('~/é', f'{INSIDE}/results')]
    assert tao_process('config', 'validate', '--strict', env=env) == (0, f'{path}: valid\n', '')
    assert tao_process('config', 'init', '--yes', '--data', b'/\xff', env=env).code == 2
    assert tao_process('--mounts_file', str(path), 'config', 'init', '--yes', '--data', f'{path}/ü', env=env).code == 2


def test_device_is_not_replaced() -> None:
    done = init('--yes', '--data=none', '--results=none', '--specs=none', options=('--mounts_file', '/dev/null'))
    assert (done.code, done.err.splitlines()[0]) == (
        2, 'tao: error: /dev/null: cannot be written (it is not a regular file)')
    assert not Path('/dev/null').is_file()


def test_file_as_a_source_and_broken_folder_names(home: Path) -> None:
    assert init('--yes', '--data', '/etc/passwd:/passwd', '--specs', f'{home}/ü 日本').code == 0
    assert (home / 'ü 日本').is_dir()
    assert '"~/ü 日本"' in (home / '.tao_mounts.json').read_text('utf-8')
    assert tao('--dry-run', 'dino').code == 0


@pytest.mark.parametrize(('options', 'env'), [
    ((), {'DOCKER_HOST': 'unix:///run/user/1000/docker.sock'}), ((), {'DOCKER_CONTEXT': 'rootless'}),
])
def test_rootless_engine_raises_no_memlock(options: tuple[str, ...], env: dict[str, str], home: Path) -> None:
    done = init('--yes', options=options, env=env)
    assert 'tao: notice: no limit for memlock: a rootless engine cannot raise it\n' in done.err
    document = json.loads((home / '.tao_mounts.json').read_text())
    assert document['DockerOptions']['ulimits'] == {'stack': 67108864}
    assert init('--yes', '--ulimit', 'memlock=-1', options=options, env=env).code == 0
    document = json.loads((home / '.tao_mounts.json').read_text())
    assert document['DockerOptions']['ulimits'] == {'memlock': -1}


def test_a_daemon_that_may_raise_no_limit(home: Path, tmp_path: Path) -> None:
    """As one in a container: it has a limit for locked memory, and none for the stack."""
    with daemon(tmp_path / 'd.sock') as found:
        env = {'DOCKER_HOST': found.address}
        done = init('--yes', env=env)
        assert 'tao: notice: no limit for memlock: docker cannot raise it here\n' in done.err
        document = json.loads((home / '.tao_mounts.json').read_text())
        assert document['DockerOptions']['ulimits'] == {'stack': 67108864}
        assert init('--yes', '--ulimit', 'memlock=-1', env=env).code == 0  # as it was asked for
    document = json.loads((home / '.tao_mounts.json').read_text())
    assert document['DockerOptions']['ulimits'] == {'memlock': -1}


def test_rootless_podman(home: Path) -> None:
    done = as_nobody('--engine', 'podman', 'config', 'init', '--yes', '--dry-run')
    assert (done.code, json.loads(done.out)['DockerOptions']) == (
        0, {'shm_size': '16G', 'ulimits': {'stack': 67108864}, 'user': 'host'})
    assert done.err.splitlines()[0] == 'tao: notice: no limit for memlock: a rootless engine cannot raise it'


def test_folders_of_another_machine_are_not_made_here(home: Path) -> None:
    assert init('--yes', env={'DOCKER_HOST': 'ssh://there'}).err == f'tao: notice: wrote {home}/.tao_mounts.json\n'
    assert [entry.name for entry in inside(home)] == ['.tao_mounts.json']
