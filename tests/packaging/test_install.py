"""Every way of installing the launcher, into a home that is empty before: its programs run, its manual is found."""
from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Callable

import pytest
from machines import CHECKOUT, MAN, Done, Machine

PROGRAMS = ['tao', 'tao_deploy', 'tao_ds', 'tao_pt', 'tao_tf', 'tao_tf2']
Copy = Callable[[str], Path]


def works(machine: Machine) -> None:
    """The programs on PATH start, and print a launch and what has data of the package in it."""
    for program in PROGRAMS:
        name, version = machine.gets(program, '--version').split()
        assert name == program and re.fullmatch(r'\d+\.\d+\.\d+', version)
    line = machine.gets('tao', '--no-check', '--dry-run', 'dino', 'train', '-e', '/specs/train.yaml')
    assert line.startswith('docker run ') and line.endswith(' dino train -e /specs/train.yaml\n')
    faulty = machine.home / 'faulty.json'
    faulty.write_text('{"Mounts": 1}')
    done = machine.does('tao', '--mounts_file', faulty, '--dry-run', 'dino', 'train')
    assert done.err == f'tao: error: {faulty}: 1 problem\n    Mounts: a number: expected a list [...]\n'
    assert 'tao stop' in machine.gets('tao', 'help', 'stop')
    assert machine.gets('tao', 'help', 'jobs').startswith('tao-jobs(7) - ')
    can_be_sourced(machine)


def can_be_sourced(machine: Machine) -> None:
    """What --envsetup names makes a shell ready for a checkout, and leaves PATH as it is: the programs are on it."""
    checkout = machine.home / 'a checkout'
    (checkout / 'docker').mkdir(parents=True, exist_ok=True)
    (checkout / 'docker/manifest.json').write_text('{"registry": "r.test", "repository": "a/pytorch", "tag": "b"}')
    before = os.pathsep.join(machine.path)
    script = 'tao_pt() { echo theirs; }; export -f tao_pt; . "$(command tao_pt --envsetup)"; ' \
             'echo "$PATH"; echo "$NV_TAO_PYTORCH_TOP"; tao_pt --dry-run -- make'
    done = machine.does('bash', '-c', script, cwd=checkout)
    assert done.err == 'envsetup.sh: shell functions that hid the programs are now unset: tao_pt\n'
    path, root, line = done.out.splitlines()
    assert (path, root) == (before, str(checkout)) and line.endswith(' r.test/a/pytorch:b make')
    told = machine.does('bash', '-ic', '. "$(tao_pt --envsetup)"', cwd=checkout, DOCKER_HOST='unix:///no/such')
    assert 'tao_pt: notice: ' in told.err and 'Traceback' not in told.err


def left(folder: Path) -> list[str]:
    """The files below a folder, those of the tools themselves left out."""
    return sorted(path.name for path in folder.rglob('tao*') if 'cache' not in str(path).lower())


def readme(way: str) -> list[str]:
    """The commands of a row in the README's table of ways to install, those for the manual last."""
    text = (CHECKOUT / 'README.md').read_text(encoding='utf-8')
    row, = re.findall(rf'^\| {re.escape(way)} \|(.*)\|$', text, re.MULTILINE)
    return re.findall('`([^`]+)`', row)


def finds_manual(machine: Machine, command: str, cwd: Path | None = None) -> None:
    """A command of the README, with every page in the place of `tao`."""
    if not MAN:
        pytest.skip('man is not installed')
    guides = [path.stem for path in (CHECKOUT / 'tao_launcher/data/man').glob('*/tao-*')]
    for page in (*PROGRAMS, *guides):
        words = re.sub(r'\bman tao$', f'{MAN} {page}', command)
        done = machine.does('sh', '-c', words, cwd=cwd)
        assert (done.code, done.err) == (0, ''), page
        assert done.out.startswith(f'{"tao_pt" if page in PROGRAMS[1:] else page}('), done.out[:200]


def test_pip(machine: Machine, copy: Copy) -> None:
    install, manual = readme('pip, in a virtual environment')
    programs, checkout = machine.environment('venv'), copy('checkout')
    machine.path.insert(0, str(programs))
    machine.gets('sh', '-c', install, cwd=checkout)
    shutil.rmtree(checkout)
    works(machine)
    finds_manual(machine, manual)
    machine.gets('pip', 'uninstall', '-q', '-y', 'tao-launcher')
    assert left(machine.home / 'venv') == []


def test_pip_from_a_wheelhouse(machine: Machine, copy: Copy) -> None:
    """The second half without a network: pip is told of no index, and of a proxy that is not there."""
    fill, install, manual = readme('pip, without a network')
    checkout, outside, inside = copy('checkout'), machine.environment('outside'), machine.environment('inside')
    machine.path.insert(0, str(outside))
    machine.gets('sh', '-c', fill, cwd=checkout)
    (checkout / 'wheelhouse').rename(machine.home / 'wheelhouse')
    shutil.rmtree(checkout)
    machine.path[0] = str(inside)
    machine.env.update(https_proxy='http://127.0.0.1:9', http_proxy='http://127.0.0.1:9')
    machine.gets('sh', '-c', install, PIP_FIND_LINKS='', PIP_CONFIG_FILE=os.devnull)
    works(machine)
    finds_manual(machine, manual)


def old_python() -> Path:
    """An interpreter whose environments get a pip without the wheel package, before 23.1; the system's may be one."""
    installed = Path(os.environ.get('PYENV_ROOT', Path.home() / '.pyenv'), 'versions')
    for python in (*sorted(installed.glob('3.[89].*/bin/python')), Path('/usr/bin/python3')):
        code = 'import ensurepip; print(*ensurepip.version().split(".")[:2])'
        done = subprocess.run([python, '-c', code], capture_output=True, encoding='utf-8', check=False)
        if done.returncode == 0 and tuple(map(int, done.stdout.split())) < (23, 1):
            return python
    pytest.skip('every pip here is a new one')


def test_an_old_pip(machine: Machine, copy: Copy) -> None:
    """As Debian 12 and Ubuntu 22.04 have it: nothing deprecated is used, and nothing has to be there before."""
    text = (CHECKOUT / 'README.md').read_text(encoding='utf-8')
    first, = re.findall(r'^```sh\n(python3 -m venv .*)\n```$', text, re.MULTILINE)
    python, checkout = old_python(), copy('checkout')
    machine.path.insert(0, str(machine.environment('old', python)))
    done = machine.does('sh', '-c', first, cwd=checkout)
    assert done.code == 0 and done.out.startswith('docker run ') and 'DEPRECATION' not in done.err, done
    machine.gets('sh', '-c', readme('pip, without a network')[0], cwd=checkout)
    assert list((checkout / 'wheelhouse').glob('tao_launcher-*.whl'))


def test_pipx(machine: Machine, tools: Path, copy: Copy) -> None:
    install, manual = readme('pipx')
    programs = machine.home / '.local' / 'bin'
    machine.gets('sh', '-c', f'{tools}/{install}', cwd=copy('checkout'))
    assert sorted(path.name for path in programs.iterdir()) == PROGRAMS
    machine.path.insert(0, str(programs))
    works(machine)
    finds_manual(machine, manual)
    machine.gets(tools / 'pipx', 'uninstall', 'tao-launcher')
    assert left(machine.home / '.local') == []


def test_uv(machine: Machine, tools: Path, copy: Copy) -> None:
    install, manual = readme('uv')
    programs = machine.home / '.local' / 'bin'
    machine.gets('sh', '-c', f'{tools}/{install}', cwd=copy('checkout'))
    assert [path.name for path in sorted(programs.iterdir()) if path.name.startswith('tao')] == PROGRAMS
    machine.path.insert(0, str(programs))
    works(machine)
    (machine.home / 'uv').symlink_to(tools / 'uv')
    machine.path.append(str(machine.home))
    finds_manual(machine, manual)
    machine.gets('uv', 'tool', 'uninstall', 'tao-launcher')
    assert left(machine.home / '.local') == []


def test_nothing_but_python(machine: Machine, copy: Copy) -> None:
    program, manual = readme('nothing but python3')
    checkout = copy('checkout')
    machine.path.insert(0, str(checkout / os.path.dirname(program)))
    works(machine)
    finds_manual(machine, manual, cwd=checkout)


@pytest.fixture(scope='session')
def theirs(maker: Machine, tools: Path) -> Path:
    """NVIDIA's own wheel from the package index, without what it needs."""
    folder = maker.home / 'theirs'
    done: Done = maker.does(tools / 'pip', 'download', '-q', '--no-deps', '-d', folder, 'nvidia-tao==6.26.3')
    if done.code:
        pytest.skip(f'nvidia-tao is not to be had: {done.err.strip()[-300:]}')
    return next(folder.iterdir())


@pytest.mark.parametrize('is_last', [True, False])
def test_beside_nvidia_tao(machine: Machine, wheel: Path, theirs: Path, is_last: bool) -> None:
    """In one environment the later of the two has the name tao. doctor says so, and its remedy helps."""
    programs = machine.environment('venv')
    machine.path.insert(0, str(programs))
    for package in (theirs, wheel) if is_last else (wheel, theirs):
        machine.gets(programs / 'pip', 'install', '-q', *(['--no-deps'] if package == theirs else []), package)
    doctor = ['tao'] if is_last else ['python', '-m', 'tao_launcher']
    done = machine.does(*doctor, 'doctor')
    said = done.out.splitlines()
    at = next(i for i, line in enumerate(said) if ' program ' in line)
    found = 'nvidia-tao 6.26.3 is installed in the same place; whichever was installed last is tao there'
    assert said[at].split(maxsplit=2) == ['warn', 'program', found]
    remedy = said[at + 1].strip()[len('fix: '):]
    assert re.fullmatch(
        f'{programs}/python3? -m pip uninstall -y nvidia-tao && cp {programs}/tao_pt {programs}/tao', remedy,
    )
    machine.gets('sh', '-c', remedy)
    works(machine)
    assert ' program ' not in machine.does('tao', 'doctor', '--all').out


def test_before_another_nvidia_tao(machine: Machine, wheel: Path, theirs: Path) -> None:
    """Each in an environment of its own: what PATH names first is what runs."""
    ours, others = machine.environment('ours'), machine.environment('others')
    machine.gets(ours / 'pip', 'install', '-q', wheel)
    machine.gets(others / 'pip', 'install', '-q', '--no-deps', theirs)
    for order, expected in (
        ((ours, others), ['info', f'another tao comes after this one on PATH: {others}/tao (nvidia-tao)']),
        ((others, ours), ['warn', f'the shell finds another tao first: {others}/tao (nvidia-tao)']),
    ):
        path = os.pathsep.join([*map(str, order), *machine.path])
        for words in ([ours / 'tao'], [ours / 'python', '-m', 'tao_launcher']):
            lines = machine.does(*words, 'doctor', '--all', PATH=path).out.splitlines()
            status, _, said = next(line for line in lines if ' program ' in line).split(maxsplit=2)
            assert [status, said] == expected
