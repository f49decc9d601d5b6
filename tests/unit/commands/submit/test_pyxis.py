"""What a job in a container of pyxis can be told."""
from __future__ import annotations

import os
import re
import signal
import subprocess
import time
from contextlib import suppress
from pathlib import Path

import pytest
from support import Result, tao, write_mounts


def submit(*given: str) -> Result:
    return tao('submit', 'slurm', '--dry-run', *given)


def test_pyxis_says_all_that_it_can_not(home: Path, tmp_path: Path) -> None:
    (tmp_path / 'a,b').mkdir()
    (tmp_path / 'a b').mkdir()
    path = write_mounts(home, {
        'Mounts': [{'source': str(tmp_path / 'a,b'), 'destination': '/a'},
                   {'source': str(tmp_path), 'destination': '/b,c', 'mode': 'z'},
                   {'source': str(tmp_path), 'destination': '/$(id)'}, {'source': str(tmp_path), 'destination': '/c`d'},
                   {'source': str(tmp_path / 'a b'), 'destination': '/e"'}],
        'DockerOptions': {'privileged': True, 'network': 'ib', 'user': '4321:1', 'extra_args': ['--cpus=8']},
    })
    done = submit('--container=pyxis', '--quiet', '--image=sha256:' + 'a' * 64, 'dino', 'train')
    assert done == Result(2, '', (
        'tao: error: 12 things that pyxis cannot express\n'
        f'    DockerOptions.extra_args of {path}: --cpus: an option of docker run\n'
        f'    DockerOptions.privileged of {path}: an option of docker run\n'
        f'    DockerOptions.network of {path}: ib: an option of docker run\n'
        f'    DockerOptions.user of {path}: 4321:1: a container of pyxis runs as you (--run_as_user) or as its own '
        'root\n'
        '    an image by its id: pyxis pulls it by its name (--image REF)\n'
        f'    Mounts[0] of {path}: {tmp_path}/a,b: a path with ":" or "," cannot be mounted\n'
        f'    Mounts[1] of {path}: /b,c: a path with ":" or "," cannot be mounted\n'
        f'    Mounts[1] of {path}: mode z: pyxis does not relabel\n'
        f"    Mounts[2] of {path}: '/$(id)': enroot takes no $, `, \", \\ or blank in a path\n"
        f"    Mounts[3] of {path}: '/c`d': enroot takes no $, `, \", \\ or blank in a path\n"
        f"    Mounts[4] of {path}: '{tmp_path}/a b': enroot takes no $, `, \", \\ or blank in a path\n"
        f"    Mounts[4] of {path}: '/e\"': enroot takes no $, `, \", \\ or blank in a path\n"
    ))


def test_an_entry_point_is_the_first_word() -> None:
    done = submit('--container=pyxis', '--quiet', '--entrypoint=/bin/sh', 'dino', 'run', '-c', 'id')
    assert (done.code, done.err) == (0, '')
    assert "exec env \"$@\"' sh /bin/sh -c id &\n" in done.out
    assert ' --no-container-entrypoint \\\n' in done.out
    plain = submit('--container=pyxis', '--quiet', '--entrypoint=', 'dino', 'run', 'id')
    assert "exec env \"$@\"' sh id &\n" in plain.out
    assert ' --no-container-entrypoint \\\n' in plain.out
    assert ' --container-entrypoint \\\n' in submit('--container=pyxis', '--quiet', 'dino', 'run', 'id').out


def test_limits_are_those_of_slurm() -> None:
    done = submit('--container=pyxis', '--memory=1G', '--cpus=2', '--hostname=h', '--platform=arm64', 'dino', 'train')
    assert done == Result(2, '', (
        'tao: error: 4 things that pyxis cannot express\n'
        '    --hostname: an option of docker run\n'
        '    --memory: an option of docker run\n'
        '    --cpus: an option of docker run\n'
        '    --platform: an option of docker run\n'
    ))


def test_a_path_that_is_not_utf8(tmp_path: Path) -> None:
    source = os.fsdecode(bytes(tmp_path) + b'/a\xff')
    os.mkdir(source)
    done = submit('--container=pyxis', f'--volume={source}:/a', 'dino', 'train')
    assert (done.code, done.err) == (2, (
        f"tao: error: 1 thing that pyxis cannot express\n    --volume: '{tmp_path}/a\\xff': a path that is not UTF-8\n"
    ))


def test_several_modes() -> None:
    done = submit('--container=pyxis', '--volume=/tmp:/a:ro', '--volume=/tmp:/b', 'dino', 'train')
    assert '--container-mounts=/tmp:/a:ro,/tmp:/b' in done.out


def wrapper(*given: str) -> str:
    """The script that runs in a container before the task's command."""
    done = submit('--container=pyxis', '--gpus=none', *given)
    assert (done.code, done.err) == (0, '')
    found = re.search(r"^    sh -c '(.*)' sh ", done.out, re.MULTILINE)
    assert found
    return found.group(1)


SLURMS = dict.fromkeys((
    'SLURM_NTASKS', 'SLURM_NNODES', 'SLURM_PROCID', 'SLURM_LOCALID', 'SLURM_NTASKS_PER_NODE', 'RANK', 'LOCAL_RANK',
    'GROUP_RANK',
), '1')


@pytest.mark.parametrize(('nodes', 'place'), [('1', {}), ('2', {'NODE_RANK': '1', 'NUM_GPU_PER_NODE': '8'})])
def test_variables_in_the_container(nodes: str, place: dict[str, str]) -> None:
    env = {
        'PATH': '/usr/bin:/bin', **SLURMS, 'SLURM_JOB_NAME': 'night', 'SLURM_NODEID': '1', 'SLURM_GPUS_ON_NODE': '8',
    }
    words = ['sh', '-c', wrapper(f'--nodes={nodes}', 'dino', 'train'), 'sh', 'A=b c', 'env']
    done = subprocess.run(words, env=env, stdout=subprocess.PIPE, encoding='utf-8', check=True)
    found = dict(line.split('=', 1) for line in done.stdout.splitlines())
    assert not set(SLURMS) & set(found)
    assert found['SLURM_JOB_NAME'] == 'bash'
    assert found['A'] == 'b c'
    assert {name: found[name] for name in ('NODE_RANK', 'NUM_GPU_PER_NODE') if name in found} == place


@pytest.mark.parametrize(('is_ended', 'script', 'code'), [
    (False, 'exit 3', 3), (False, 'exit 0', 0), (True, 'exit 3', 1), (True, 'exit 0', 0),
])
def test_the_code_of_one_of_several_ranks(is_ended: bool, script: str, code: int, tmp_path: Path) -> None:
    """Of all codes srun returns the highest, so that of one that Slurm ends as another has failed must not be it."""
    task = f'trap : TERM; : >"$0"; while [ ! -e "$0.go" ]; do sleep 0.02; done; {script}'
    up = tmp_path / 'up'
    words = ['sh', '-c', wrapper('--nodes=2', 'dino', 'train'), 'sh', 'sh', '-c', task, str(up)]
    running = subprocess.Popen(words, start_new_session=True)
    try:
        deadline = time.monotonic() + 60
        while not up.exists():
            assert time.monotonic() < deadline
            time.sleep(0.02)
        if is_ended:
            os.killpg(running.pid, signal.SIGTERM)  # Slurm signals every process
        (tmp_path / 'up.go').touch()
        assert running.wait(60) == code
    finally:
        with suppress(ProcessLookupError):
            os.killpg(running.pid, signal.SIGKILL)
        running.wait()


def test_the_nodes_environment_stays_out() -> None:
    done = submit('--container=pyxis', '--quiet', '--nodes=2', '--env=API_KEY=x', 'dino', 'train')
    assert 'srun --export=PATH,HOME,API_KEY,WORLD_SIZE,MASTER_ADDR,MASTER_PORT ' in done.out
    assert 'srun --export=PATH,HOME ' in submit('--container=pyxis', 'dino', 'train').out
