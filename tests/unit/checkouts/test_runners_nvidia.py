"""NVIDIA's runners and ours on the checkouts of every backend and generation, word for word.

Their lines are what their runner starts docker with, as a docker that records its arguments sees them: on a terminal,
with nothing in the mounts file, and PYTHONPATH unset on the host. A difference has a name, and the reason for it.
"""
from __future__ import annotations

import platform
import re
import shlex
from pathlib import Path
from typing import Any

import pytest
from runner_checkout import PROFILES, backend, commands, run
from support import CHECKOUT

from tao_launcher.settings.programs import RUNNER_VERBS, RUNNERS, SERVICES

DIFFERENCES = {
    'terminal': 'theirs insists on a terminal, without which docker refuses; ours has one where there is one',
    'init': 'signals reach the job, and zombie processes are reaped',
    'PYTHONPATH': "theirs ends in a colon and the host's own value, which means nothing in the container",
    'PYTHONDONTWRITEBYTECODE': 'a session is root\'s, and its byte code is in the way of the next wheel, which is not',
    'TAO_LAUNCH_ID': 'tells the container of this launch from every other when it has to be ended',
    'labels': 'tao list, stop and logs find the container by them',
    'ports': "docker discards published ports on the host's network, so they say what is not so",
    'network': "a port that is asked for can only be published off the host's network",
    'command': 'theirs has a shell split the words again, which loses quotes and runs ";"; ours passes them on',
    'shell': "theirs names no command, so that the image's own is run, which in later ones is a web service",
    'service': 'theirs installs a wheel of a fixed version and builds one; ours starts what is in the checkout',
    'FLASK_APP': 'theirs exports it in the shell that starts the service',
    'user': 'without HOME and a name a user that the image does not know cannot import torch',
}
ALWAYS = ('terminal', 'init', 'PYTHONPATH', 'PYTHONDONTWRITEBYTECODE', 'TAO_LAUNCH_ID', 'labels')
# The generations by what their manifest has: a tag, a digest, or, in the newest, one for each platform.
TAG, DIGEST, PLATFORMS = 'tag', 'digest', 'digests'
# program, the manifest, whether tao-core is there, {root} and {image}, and the differences beside ALWAYS
TABLE = [
    ('tao_pt', TAG, False, 'docker run -it --rm --gpus all -v {root}:/tao-pt -e PYTHONPATH=/tao-pt: --shm-size 16G '
     '--net=host {image} pytest -k a', ()),
    ('tao_pt', DIGEST, False, 'docker run -it --rm --gpus all -v {root}:/tao-pt -e PYTHONPATH=/tao-pt: --shm-size 16G '
     '--net=host {image} pytest -k a', ()),
    ('tao_pt', DIGEST, True, 'docker run -it --rm --gpus all -v {root}:/tao-pt -e PYTHONPATH=/tao-pt:/tao-pt/tao-core: '
     '--shm-size 16G --net=host {image} pytest -k a', ()),
    ('tao_pt', PLATFORMS, True, 'docker run -it --rm --gpus all -v {root}:/tao-pt '
     '-e PYTHONPATH=/tao-pt:/tao-pt/tao-core: --shm-size 16G --net=host {image} pytest -k a', ()),
    ('tao_tf', TAG, False, 'docker run -it --rm --gpus all -v {root}:/workspace/tao-tf1 '
     '-e PYTHONPATH=/workspace/tao-tf1: --shm-size 16G -w /workspace/tao-tf1 --net=host {image} pytest -k a', ()),
    ('tao_tf', DIGEST, False, 'docker run -it --rm --gpus all -v {root}:/workspace/tao-tf1 '
     '-e PYTHONPATH=/workspace/tao-tf1: --shm-size 16G -w /workspace/tao-tf1 --net=host {image} pytest -k a', ()),
    # before it had a service (4.0)
    ('tao_tf2', DIGEST, False, 'docker run -it --rm --gpus all -v {root}:/workspace/tao-tf2 '
     '-e PYTHONPATH=/workspace/tao-tf2: --shm-size 16G -w /workspace/tao-tf2 --net=host {image} pytest -k a', ()),
    ('tao_tf2', TAG, False, 'docker run -it --rm --gpus all -v {root}:/workspace/tao-tf2 '
     '-e PYTHONPATH=/workspace/tao-tf2: --shm-size 16G -w /workspace/tao-tf2 --net=host -p 8000:8000 {image} '
     '/bin/bash -c "pytest -k a"', ('ports', 'command')),
    ('tao_tf2', DIGEST, False, 'docker run -it --rm --gpus all -v {root}:/workspace/tao-tf2 '
     '-e PYTHONPATH=/workspace/tao-tf2: --shm-size 16G -w /workspace/tao-tf2 --net=host -p 8000:8000 {image} '
     '/bin/bash -c "pytest -k a"', ('ports', 'command')),
    ('tao_tf2', DIGEST, True, 'docker run -it --rm --gpus all -v {root}:/workspace/tao-tf2 '
     '-e PYTHONPATH=/workspace/tao-tf2:/workspace/tao-tf2/tao-core: --shm-size 16G -w /workspace/tao-tf2 --net=host '
     '-p 8000:8000 {image} /bin/bash -c "pytest -k a"', ('ports', 'command')),
    ('tao_deploy', TAG, False, 'docker run -it --rm --gpus all -v {root}:/workspace/tao-deploy '
     '-e PYTHONPATH=/workspace/tao-deploy: --shm-size 16G -w /workspace/tao-deploy {image} pytest -k a', ()),
    ('tao_deploy', DIGEST, False, 'docker run -it --rm --gpus all -v {root}:/workspace/tao-deploy '
     '-e PYTHONPATH=/workspace/tao-deploy: --shm-size 16G -w /workspace/tao-deploy {image} pytest -k a', ()),
    ('tao_deploy', PLATFORMS, True, 'docker run -it --rm --gpus all -v {root}:/workspace/tao-deploy '
     '-e PYTHONPATH=/workspace/tao-deploy:/workspace/tao-deploy/tao-core: --shm-size 16G -w /workspace/tao-deploy '
     '{image} pytest -k a', ()),
    ('tao_ds', TAG, False, 'docker run -it --rm --gpus all -v {root}:/workspace -e PYTHONPATH=/workspace: '
     '--shm-size 16G -w /workspace --net=host -p 8000:8000 {image} /bin/bash -c "pytest -k a"', ('ports', 'command')),
    ('tao_ds', DIGEST, False, 'docker run -it --rm --gpus all -v {root}:/workspace -e PYTHONPATH=/workspace: '
     '--shm-size 16G -w /workspace --net=host -p 8000:8000 {image} /bin/bash -c "pytest -k a"', ('ports', 'command')),
    ('tao_ds', PLATFORMS, True, 'docker run -it --rm --gpus all -v {root}:/workspace '
     '-e PYTHONPATH=/workspace:/workspace/tao-core: --shm-size 16G -w /workspace --net=host -p 8000:8000 {image} '
     '/bin/bash -c "pytest -k a"', ('ports', 'command')),
]
FLAGS = ('-it', '--rm', '--init')
SAME = {'--net': '--network', '-w': '--workdir'}


def manifest(program: str, has: str) -> dict[str, Any]:
    """One of the backend's real manifests, by what names the image in it."""
    names = {TAG: (TAG,), DIGEST: (DIGEST,), PLATFORMS: (PLATFORMS,)}[has]
    shapes = PROFILES[program]['manifest_shapes']
    found: dict[str, Any] = next(
        shape for shape in shapes if names[0] in shape and not (has == TAG and DIGEST in shape))
    return found


def image(shape: dict[str, Any]) -> str:
    """The image that their runner takes: this platform's digest, the digest, or else the tag."""
    name = f'{shape["registry"]}/{shape["repository"]}'
    platforms = shape.get(PLATFORMS, {})
    digest = platforms.get('arm' if platform.machine() == 'aarch64' else 'x86', shape.get(DIGEST))
    return f'{name}@{digest}' if digest else f'{name}:{shape[TAG]}'


def read(argv: list[str], name: str) -> dict[str, Any]:
    """What a `docker run` of that image asks for, in whatever spelling."""
    at = argv.index(name)
    found: dict[str, Any] = {'image': name, 'command': argv[at + 1:], 'variables': [], '-p': [], '-v': [], 'labels': 0}
    found['flags'] = {word for word in argv[2:at] if word in FLAGS}
    rest = [word for word in argv[2:at] if word not in FLAGS]
    while rest:
        option, equals, value = rest.pop(0).partition('=')
        value = value if equals else rest.pop(0)
        option = SAME.get(option, option)
        if option == '-e':
            found['variables'].append(value)
        elif option == '--label':
            found['labels'] += 1
        elif option in ('-p', '-v'):
            found[option].append(value)
        else:
            assert option not in found
            found[option] = value
    return found


def differences(theirs: dict[str, Any], ours: dict[str, Any]) -> set[str]:
    """The names of what is not the same."""
    assert '--rm' in theirs['flags'] & ours['flags']
    variables = [dict(each.partition('=')[::2] for each in found['variables']) for found in (theirs, ours)]
    found = {
        name for name in {*variables[0], *variables[1]}
        if variables[0].get(name) != variables[1].get(name) and name not in ('HOME', 'USER', 'LOGNAME')
    }
    found |= {'user'} if 'HOME' in variables[1] else set()
    for name, key in (('ports', '-p'), ('network', '--network'), ('labels', 'labels')):
        found |= {name} if theirs.get(key) != ours.get(key) else set()
    for name, flag in (('terminal', '-it'), ('init', '--init')):
        found |= {name} if (flag in theirs['flags']) != (flag in ours['flags']) else set()
    if theirs['command'] != ours['command']:
        found |= {'shell' if not theirs['command'] else 'service' if 'flask' in ours['command'] else 'command'}
    for key in {*theirs, *ours} - {'-p', '--network', 'labels', 'flags', 'variables', 'command'}:
        assert theirs.get(key) == ours.get(key), key  # there is no reason for any other
    return found


def ours_on(root: Path, program: str, *words: str) -> list[str]:
    """Our line for these words; without the steps that come before it, where there is an image to be built."""
    done = run(root, '--dry-run', *words, program=program)
    assert (done.code, done.out != '') == (0, True), done
    return [line for line in commands(done.out) if line[1] == 'run'][-1]


@pytest.mark.parametrize(('program', 'has', 'has_core', 'line', 'names'), TABLE)
def test_a_command(
    program: str, has: str, has_core: bool, line: str, names: tuple[str, ...], tmp_path: Path,
) -> None:
    shape = manifest(program, has)
    root = backend(tmp_path / 'x', program, has_core=has_core, manifest=shape)
    theirs = shlex.split(line.format(root=root, image=image(shape)))
    ours = ours_on(root, program, '--', 'pytest', '-k', 'a')
    found = differences(read(theirs, image(shape)), read(ours, image(shape)))
    assert found == {*ALWAYS, *names} and found <= {*DIFFERENCES}
    path = next(word for word in theirs if word.startswith('PYTHONPATH=')).rstrip(':')
    assert path in ours  # the same but for the colon at its end
    if 'command' in names:
        assert ours[-3:] == theirs[-1].split()


@pytest.mark.parametrize(('program', 'has', 'has_core', 'line', 'names'), TABLE)
def test_a_shell(
    program: str, has: str, has_core: bool, line: str, names: tuple[str, ...], tmp_path: Path,
) -> None:
    """Without a command."""
    shape = manifest(program, has)
    root = backend(tmp_path / 'x', program, has_core=has_core, manifest=shape)
    theirs = shlex.split(line.format(root=root, image=image(shape)))
    theirs = theirs[:theirs.index(image(shape)) + 1]
    ours = ours_on(root, program)
    found = differences(read(theirs, image(shape)), read(ours, image(shape)))
    assert found == {*ALWAYS, 'shell', *names} - {'command'} and ours[-1] == '/bin/bash'


OPTIONS = (
    '--gpus', '0,1', '--volume', '/:/d', '--env', 'A=b', '--shm_size', '8G', '--ulimit', 'stack=7', '--run_as_user',
)
THEIRS_WITH_OPTIONS = {
    '--gpus all': "--gpus '\"device=0,1\"'", ' -e PYTHONPATH': ' -v /:/d -e PYTHONPATH', ' --shm-size 16G':
    ' -e A=b --shm-size 8G --ulimit stack=7 --user {uid}:{gid}',
}


@pytest.mark.parametrize(('program', 'has', 'has_core', 'line', 'names'), TABLE)
def test_options(
    program: str, has: str, has_core: bool, line: str, names: tuple[str, ...], tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Those that all of their runners have, for a caller that is not root."""
    monkeypatch.setenv('SUDO_UID', '4321')
    monkeypatch.setenv('SUDO_GID', '4322')
    shape = manifest(program, has)
    root = backend(tmp_path / 'x', program, has_core=has_core, manifest=shape)
    for before, after in THEIRS_WITH_OPTIONS.items():
        assert before in line
        line = line.replace(before, after)
    theirs = shlex.split(line.format(root=root, image=image(shape), uid=4321, gid=4322))
    ours = ours_on(root, program, *OPTIONS, '--', 'pytest', '-k', 'a')
    if '4321:4322' not in ours:
        pytest.skip('only root can be called by sudo')
    found = differences(read(theirs, image(shape)), read(ours, image(shape)))
    assert found == {*ALWAYS, 'user', *names}


@pytest.mark.parametrize('program', ['tao_pt', 'tao_tf'])
def test_a_port(program: str, tmp_path: Path) -> None:
    """Theirs publishes it on the host's network, where docker discards it with a warning."""
    line = next(line for name, has, _, line, _ in TABLE if (name, has) == (program, TAG))
    shape = manifest(program, TAG)
    root = backend(tmp_path / 'x', program, manifest=shape)
    theirs = shlex.split(line.replace('--net=host', '--net=host -p 8889:8888').format(root=root, image=image(shape)))
    ours = ours_on(root, program, '--port', '8889:8888', '--', 'pytest', '-k', 'a')
    assert differences(read(theirs, image(shape)), read(ours, image(shape))) == {*ALWAYS, 'network'}


@pytest.mark.parametrize('program', SERVICES)
def test_the_service(program: str, tmp_path: Path) -> None:
    """Theirs with the shell's own words in one; both listen at the same address."""
    line = next(line for name, _, has_core, line, _ in TABLE if name == program and has_core)
    has = next(has for name, has, has_core, _, _ in TABLE if name == program and has_core)
    shape, package = manifest(program, has), PROFILES[program]['package']
    root = backend(tmp_path / 'x', program, has_core=True, manifest=shape)
    place = PROFILES[program]['mounted_at']
    script = f'export FLASK_APP={place}/{package}/api/app.py && flask run --host 0.0.0.0 --port 8000'
    theirs = shlex.split(line.format(root=root, image=image(shape)))
    theirs[-1] = script
    ours = ours_on(root, program, '--run_as_service')
    found = differences(read(theirs, image(shape)), read(ours, image(shape)))
    assert found == {*ALWAYS, 'ports', 'service', 'FLASK_APP'}
    assert ours[-6:] == shlex.split(script)[-6:] and f'FLASK_APP={place}/{package}/api/app.py' in ours


def test_every_backend_and_difference_is_in_the_table() -> None:
    assert {(row[0], has) for row in TABLE for has in (row[1],)} >= {
        (program, has) for program in RUNNERS for has in (TAG, DIGEST, PLATFORMS)
        if any(has in shape for shape in PROFILES[program]['manifest_shapes'])
    }
    assert {row[0] for row in TABLE if row[2]} == {*RUNNERS} - {'tao_tf'}
    named = {*ALWAYS, 'shell', 'service', 'FLASK_APP', 'user', 'network', *(name for row in TABLE for name in row[4])}
    assert named == {*DIFFERENCES}


def rows() -> list[tuple[str, str]]:
    """(their command, ours) of each row of the README's table."""
    text = (CHECKOUT / 'README.md').read_text(encoding='utf-8')
    table = text.partition("| NVIDIA's, in a checkout | here |\n")[2].partition('\n\n')[0]
    cells = (re.fullmatch(r'\| (.*) \| (.*) \|', line) for line in table.splitlines()[1:])
    return [(found.group(1), found.group(2)) for found in cells if found]


def test_the_table_in_the_readme(tmp_path: Path) -> None:
    """Their four commands are in it; every one of ours that works on a checkout is understood."""
    Path('mounts.json').write_text('{}')
    theirs = ' '.join(left for left, _ in rows())
    for command in (
        'source scripts/envsetup.sh', 'docker/build.sh --build --push --force',
        'release/docker/deploy.sh --build --wheel', 'tao_pt ',
    ):
        assert f'`{command}' in theirs
    checked = 0
    for left, right in rows():
        for command in re.findall('`([^`]+)`', right) or re.findall('`([^`]+)`', left):
            words = shlex.split(command.replace('$USER', 'jo'))
            if words[0] not in RUNNERS or '--envsetup' in words:
                continue
            root = tmp_path / words[0]
            if not root.exists():
                backend(root, words[0])
                (root / 'dist').mkdir()
                (root / 'dist/a.whl').touch()
            is_verb = bool({*RUNNER_VERBS} & {*words[1:]})
            words = [*words[1:], '--dry-run'] if is_verb else ['--dry-run', *words[1:]]
            done = run(root, '--no-check', *words, program=root.name)
            assert done.code == 0 and done.out, (command, done)
            checked += 1
    assert checked > 8
