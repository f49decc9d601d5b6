"""What a job in a container of pyxis can be told."""
from __future__ import annotations

from pathlib import Path

from support import Result, tao, write_mounts


def submit(*given: str) -> Result:
    return tao('submit', 'slurm', '--dry-run', *given)


def test_pyxis_says_all_that_it_can_not(home: Path, tmp_path: Path) -> None:
    (tmp_path / 'a,b').mkdir()
    path = write_mounts(home, {
        'Mounts': [{'source': str(tmp_path / 'a,b'), 'destination': '/a'},
                   {'source': str(tmp_path), 'destination': '/b', 'mode': 'z'}],
        'DockerOptions': {'privileged': True, 'network': 'ib', 'user': '4321:1', 'extra_args': ['--cpus=8']},
    })
    done = submit('--container=pyxis', '--quiet', '--image=sha256:' + 'a' * 64, 'dino', 'train')
    assert done == Result(2, '', (
        'tao: error: 7 things that pyxis cannot express\n'
        '    --cpus: an option of docker run\n'
        '    privileged: an option of docker run\n'
        '    network ib: an option of docker run\n'
        '    user 4321:1: a container of pyxis runs as you (--run_as_user) or as its own root\n'
        '    an image by its id: pyxis pulls it by its name (--image REF)\n'
        f'    Mounts[0] of {path}: {tmp_path}/a,b: a path with ":" or "," cannot be mounted\n'
        f'    Mounts[1] of {path}: mode z: pyxis does not relabel\n'
    ))


def test_an_entry_point_is_the_first_word() -> None:
    done = submit('--container=pyxis', '--quiet', '--entrypoint=/bin/sh', 'dino', 'run', '-c', 'id')
    assert (done.code, done.err) == (0, '')
    assert "exec env \"$@\"' sh /bin/sh -c id &\n" in done.out
    plain = submit('--container=pyxis', '--quiet', '--entrypoint=', 'dino', 'run', 'id')
    assert "exec env \"$@\"' sh id &\n" in plain.out


def test_limits_are_those_of_slurm() -> None:
    done = submit('--container=pyxis', '--memory=1G', '--cpus=2', '--hostname=h', '--platform=arm64', 'dino', 'train')
    assert done == Result(2, '', (
        'tao: error: 4 things that pyxis cannot express\n'
        '    hostname: an option of docker run\n'
        '    memory: an option of docker run\n'
        '    cpus: an option of docker run\n'
        '    platform: an option of docker run\n'
    ))
