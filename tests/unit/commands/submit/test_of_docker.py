"""What only docker can be told, with the place of each."""
from __future__ import annotations

from plans import FILE, launch

from tao_launcher.commands.submit.of_docker import dockers_own


def test_everything_has_its_place() -> None:
    made = launch('--docker-arg=--pid=host', '--memory=1G', 'dino', 'train', file={'DockerOptions': {
        'privileged': True, 'cpus': 2, 'shm_size': '1G', 'extra_args': ['--cap-add=s3cr3t'],
    }}).plan
    assert dockers_own(made, lambda row: row.pyxis) == [
        f'DockerOptions.extra_args of {FILE}: --cap-add: an option of docker run',
        '--docker-arg: --pid: an option of docker run',
        f'DockerOptions.privileged of {FILE}: an option of docker run', '--memory: an option of docker run',
        f'DockerOptions.cpus of {FILE}: an option of docker run',
    ]
    assert dockers_own(made, lambda row: '') == dockers_own(made, lambda row: row.pyxis)[:2]
