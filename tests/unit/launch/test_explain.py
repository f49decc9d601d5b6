"""tao --explain: each of docker's arguments with where it comes from, and the very words of the dry run."""
from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
from pathlib import Path
from typing import Any, Mapping

import pytest
import strategies
from hypothesis import given, settings
from support import FakeDocker, tao, tao_process, write_mounts


def words_of(text: str) -> list[str]:
    """What bash reads of the lines: the reasons are comments, and what a terminal would obey is written $'…'."""
    bare = re.sub('^# ', '', text, flags=re.MULTILINE)
    script = f'words=(\n{bare})\n((! ${{#words[@]}})) || printf "%s\\0" "${{words[@]}}"'
    done = subprocess.run(['bash'], input=os.fsencode(script), capture_output=True, check=True)
    assert done.stderr == b''
    return os.fsdecode(done.stdout).split('\0')[:-1]


def reasons(*words: str, program: str = 'tao', env: Mapping[str, str] | None = None) -> dict[str, str]:
    """Words as they are printed → the reason."""
    done = tao('--quiet', '--no-check', '--explain', *words, program=program, env=env)
    assert (done.code, done.err) == (0, ''), done
    pairs = [line[2:].split('  # ') for line in done.out.splitlines()]
    assert all(len(pair) == 2 and pair[1] for pair in pairs), done.out
    return {pair[0].rstrip(): pair[1] for pair in pairs}


@settings(max_examples=150)
@given(words=strategies.command_lines(), document=strategies.mounts_files)
def test_its_words_are_the_argv(
    words: list[str], document: dict[str, Any], fake_docker: FakeDocker, home: Path,
) -> None:
    write_mounts(home, document)
    dry = tao('--dry-run', '--no-check', *words)
    why = tao('--explain', '--no-check', *words)
    of_a_line = re.compile('tao: notice: the line takes .*: export it first\n')
    assert (why.code, why.err) == (dry.code, of_a_line.sub('', dry.err)), (dry, why)
    assert fake_docker.calls == []
    explained, printed = words_of(why.out), shlex.split(dry.out)
    assert len(explained) == len(printed)
    assert all(one == other or '***' in one for one, other in zip(explained, printed)), (explained, printed)


MOUNTS = {
    'Mounts': [{'source': '/', 'destination': '/d'}, {'source': '/a:b', 'destination': '/e'}],
    'Envs': [{'variable': 'A', 'value': '1'}, {'variable': 'MY_TOKEN', 'value': 's3cr3t'}],
    'DockerOptions': {
        'shm_size': '16G', 'ulimits': {'stack': 5}, 'ports': {'80': 1}, 'user': '1000:1000', 'group_add': [44],
        'network': 'n', 'ipc': 'host', 'privileged': True, 'workdir': '/w', 'extra_args': ['--cpus=8'],
    },
}
DINO = 'nvcr.io/nvidia/tao/tao-toolkit:7.1.0-pyt'
IDENTITY = 'a uid that the image does not know has no home and no name'


def test_everything_of_a_file(home: Path) -> None:
    path = write_mounts(home, MOUNTS)
    found = reasons('dino', 'train', '-e', 'a b')
    label = re.compile('--label tao.(plan|user)=.*')
    user = next(value for value in found if value.startswith('-e USER='))[len('-e USER='):]
    assert {word: why for word, why in found.items() if not label.fullmatch(word)} == {
        'docker': 'the engine: default',
        'run': 'always',
        '--rm': 'always, except with --detach: the container is removed when it exits',
        '--init': 'default: signals reach the job and zombie processes are reaped',
        '--gpus all': 'default',
        '-v /:/d': f'Mounts[0] of {path}',
        '--mount type=bind,source=/a:b,destination=/e': f'Mounts[1] of {path}',
        '-e A=1': f'Envs[0] of {path}',
        '-e MY_TOKEN': f'Envs[1] of {path}; by name, as its value may be a secret',
        '-e HOME=/tmp': f'DockerOptions.user of {path}: {IDENTITY}',
        f'-e USER={user}': f'DockerOptions.user of {path}: {IDENTITY}',
        f'-e LOGNAME={user}': f'DockerOptions.user of {path}: {IDENTITY}',
        '-e TAO_LAUNCH_ID': 'always: a random value made at launch that identifies this container',
        '--shm-size 16G': f'DockerOptions.shm_size of {path}',
        '--ulimit stack=5': f'DockerOptions.ulimits.stack of {path}',
        '-p 1:80': f'DockerOptions.ports.80 of {path}',
        '--user 1000:1000': f'DockerOptions.user of {path}',
        '--group-add 44': f'DockerOptions.group_add of {path}',
        '--network n': f'DockerOptions.network of {path}',
        '--ipc host': f'DockerOptions.ipc of {path}',
        '--privileged': f'DockerOptions.privileged of {path}',
        '--workdir /w': f'DockerOptions.workdir of {path}',
        '--label tao.job=model/dino/train': 'always: what runs, for tao list, stop and logs',
        '--cpus=8': f'DockerOptions.extra_args of {path}',
        DINO: 'model/dino in release 7.1.0, the newest that has it',
        "dino train -e 'a b'": 'the command line',
    }


@pytest.mark.parametrize(('words', 'env', 'word', 'why'), [
    ('--gpus 0', {}, "--gpus '\"device=0\"'", '--gpus'),
    ('', {'TAO_GPUS': '1'}, "--gpus '\"device=1\"'", 'TAO_GPUS'),
    ('--gpus none', {}, '-e NVIDIA_VISIBLE_DEVICES=void', '--gpus: how the container is told'),
    ('', {'SLURM_JOB_ID': '7', 'SLURM_JOB_GPUS': '3'}, "--gpus '\"device=3\"'",
        'Slurm job 7: GPUs 3 (from SLURM_JOB_GPUS)'),
    ('--volume /a:/b', {}, '-v /a:/b', '--volume'),
    ('--volume /a', {}, '-v /a:/a', '--volume, at the same path in the container'),
    ('--env A=1', {}, '-e A=1', '--env'),
    ('--shm_size 1G', {}, '--shm-size 1G', '--shm_size'),
    ('--ulimit core=1', {}, '--ulimit core=1', '--ulimit'),
    ('--port 1:2', {}, '-p 1:2', '--port'),
    ('--network host', {}, '--network host', '--network'),
    ('--user root', {}, '--user root', '--user'),
    ('--detach', {}, '--detach', '--detach'),
    ('--interactive', {}, '-i', '--interactive'),
    ('--name ab', {}, '--name ab', '--name'),
    ('--pull never', {}, '--pull never', '--pull'),
    ('', {'TAO_PULL': 'always'}, '--pull always', 'TAO_PULL'),
    ('--docker-arg=--cpus=1', {}, '--cpus=1', '--docker-arg'),
    ('--engine podman', {}, 'podman', 'the engine: --engine'),
    ('--engine podman', {}, '--device nvidia.com/gpu=all', 'default'),
    ('', {'TAO_ENGINE': 'sudo -n docker'}, 'sudo -n docker', 'the engine: TAO_ENGINE'),
    ('--engine', {}, 'sudo', 'the engine: --engine'),
    ('--engine', {}, '--preserve-env=A_KEY', 'sudo passes these variables on'),
    ('--image a:b', {}, 'a:b', '--image'),
    ('--cached a:b', {}, 'a:b', '--cached'),
    ('--release 5.5.0', {}, 'nvcr.io/nvidia/tao/tao-toolkit:5.5.0-pyt', 'model/dino in release 5.5.0 (--release)'),
    ('', {'TAO_RELEASE': '5.5.0'}, 'nvcr.io/nvidia/tao/tao-toolkit:5.5.0-pyt',
        'model/dino in release 5.5.0 (TAO_RELEASE)'),
    ('--tag x', {'OVERRIDE_REGISTRY': 'a.b'}, 'a.b/nvidia/tao/tao-toolkit:x',
        'model/dino in release 7.1.0, the newest that has it, registry: OVERRIDE_REGISTRY, tag: --tag'),
])
def test_reason(words: str, env: dict[str, str], word: str, why: str) -> None:
    given = [*words.split(), *(['sudo docker', '--env', 'A_KEY=x'] if words == '--engine' else [])]
    found = reasons(*given, 'dino', 'run', 'x', env=env)
    assert found[word] == why


def test_shell() -> None:
    assert reasons('dino')['/bin/bash'] == 'no command was given: a shell'


def test_image_of_a_bundle(home: Path) -> None:
    folder = home / '.local/state/tao'
    folder.mkdir(parents=True)
    (folder / 'images.json').write_text(json.dumps({f'a/b@sha256:{"1" * 64}': f'sha256:{"2" * 64}'}))
    found = reasons('--image', f'a/b@sha256:{"1" * 64}', 'dino', 'run', 'x')
    assert found[f'sha256:{"2" * 64}'] == '--image; by its id, as its bundle had it'
    assert found['--pull never'] == 'the image came with a bundle'


def test_runner(tmp_path: Path) -> None:
    manifest = tmp_path / 'docker' / 'manifest.json'
    manifest.parent.mkdir()
    manifest.write_text('{"registry": "nvcr.io", "repository": "a/b", "tag": "c"}')
    found = reasons('--', 'x', program='tao_pt', env={'NV_TAO_PYTORCH_TOP': str(tmp_path)})
    assert found['nvcr.io/a/b:c'] == str(manifest)
    assert found['--shm-size 16G'] == found['--network host'] == 'default of tao_pt'
    (checkout,) = [why for word, why in found.items() if word.startswith(f'-v {tmp_path}:')]
    assert checkout == 'tao_pt: the checkout'
    assert found['docker'] == 'the engine: default'
    assert found['-e PYTHONPATH=/tao-pt'] == 'tao_pt'


def test_service(tmp_path: Path) -> None:
    manifest = tmp_path / 'docker' / 'manifest.json'
    manifest.parent.mkdir()
    manifest.write_text('{"registry": "nvcr.io", "repository": "a/b", "tag": "c"}')
    words = ['--run_as_service', '--port_mapping', '9000']
    done = tao('--quiet', '--explain', *words, program='tao_ds', env={'NV_TAO_DS_TOP': str(tmp_path)})
    dry = tao('--quiet', '--dry-run', *words, program='tao_ds', env={'NV_TAO_DS_TOP': str(tmp_path)})
    assert words_of(done.out) == shlex.split(dry.out)
    found = {line[2:].split('  # ')[0].rstrip(): line.split('  # ')[1] for line in done.out.splitlines()}
    assert found['flask run --host 0.0.0.0 --port 8000'] == '--run_as_service'
    assert found['-p 9000:8000'] == '--run_as_service, --port_mapping'


def test_without_secrets(home: Path) -> None:
    write_mounts(home, {'DockerOptions': {'extra_args': ['--log-opt=token=s3cr3t', '--cpus=8']}})
    words = ['--engine', 'docker', 'dino', 'train', '-k', 's3cr3t', 'model.key=s3cr3t', 'x -k s3cr3t']
    done = tao('--explain', *words)
    assert done.code == 0 and 's3cr3t' not in done.out + done.err
    shown = [line[2:].split('  # ')[0].rstrip() for line in done.out.splitlines()]
    assert shown[-4:-3] == ["'--log-opt=token=***'"] and '--cpus=8' in shown
    assert shown[-1] == "dino train -k '***' 'model.key=***' 'x -k ***'"
    assert tao('--dry-run', *words).out.count('s3cr3t') == 4
    here = tao('--engine', 'none', '--no-check', '--explain', 'dino', 'run', 'true', '-k', 's3cr3t')
    assert here.code == 0 and 's3cr3t' not in here.out


def test_reasons_are_aligned() -> None:
    done = tao('--no-check', '--explain', '--volume', f'/{"x" * 80}:/b', 'dino', 'train')
    columns = [line.index('  # ') for line in done.out.splitlines()]
    assert len(set(columns)) == 2
    assert sorted(columns)[-2] <= 80


def test_it_is_no_launch(fake_docker: FakeDocker, home: Path) -> None:
    before = sorted(home.rglob('*'))
    done = tao_process('--no-check', '--explain', 'dino', 'train', env={'TAO_DRY_RUN': 'json'})
    assert (done.code, words_of(done.out)[:2]) == (0, ['docker', 'run'])
    assert 'nothing is run' not in done.err
    assert fake_docker.calls == []
    assert sorted(home.rglob('*')) == before


def test_a_task_may_have_such_an_option(fake_docker: FakeDocker) -> None:
    assert tao('dino', 'train', '--explain').code == 0
    assert fake_docker.argv[-1] == '--explain'


@pytest.mark.parametrize(('words', 'err'), [
    (['--dry-run', '--explain', 'dino'], '--dry-run and --explain cannot be combined\n'),
    (['--explain', '--gpus', 'free', 'dino'], 'which GPUs are free is known only at launch\n'
        '    try: name them for a dry run: --gpus 0,1\n'),
    (['--explain', 'list'], '--explain explains a launch, which list does not do\n    try: tao --explain TASK …\n'),
])
def test_refused(words: list[str], err: str) -> None:
    done = tao(*words)
    assert (done.code, done.out, done.err) == (2, '', f'tao: error: {err}')


def test_an_entry_point_without_a_command_has_no_line_for_one() -> None:
    done = tao('--no-check', '--explain', '--quiet', '--entrypoint=/bin/bash', 'dino')
    assert [line.partition('  # ')[2] for line in done.out.splitlines() if 'entrypoint' in line] == ['--entrypoint']
    assert done.out.splitlines()[-1].startswith('# nvcr.io/nvidia/tao/tao-toolkit:7.1.0-pyt  # model/dino in release')
    pretty = tao('--no-check', '--dry-run=pretty', '--quiet', '--entrypoint=/bin/bash', 'dino').out
    assert pretty.endswith('  nvcr.io/nvidia/tao/tao-toolkit:7.1.0-pyt\n')
