"""The documentation's example gives exactly the documented command line."""
from __future__ import annotations

import hashlib
import shlex

from plans import launch

from tao_launcher.launch import argv

MOUNTS = {
    'Mounts': [
        {'source': '/data/kitti', 'destination': '/workspace/tao-experiments/data'},
        {'source': '/data/results', 'destination': '/workspace/tao-experiments/results'},
        {'source': '/data/specs', 'destination': '/workspace/tao-experiments/specs'},
    ],
    'Envs': [{'variable': 'CUDA_DEVICE_ORDER', 'value': 'PCI_BUS_ID'}],
    'DockerOptions': {
        'shm_size': '16G', 'ulimits': {'memlock': -1, 'stack': 67108864}, 'user': '1000:1000', 'ports': {'8888': 8888},
    },
}
TASK = ['detectnet_v2', 'train', '-e', '/workspace/tao-experiments/specs/train.txt', '--gpus', '2']
OPTIONS = (
    'docker run --rm --init --gpus all'
    ' -v /data/kitti:/workspace/tao-experiments/data'
    ' -v /data/results:/workspace/tao-experiments/results'
    ' -v /data/specs:/workspace/tao-experiments/specs'
    ' -e CUDA_DEVICE_ORDER=PCI_BUS_ID -e HOME=/tmp -e USER=user -e LOGNAME=user -e TAO_LAUNCH_ID'
    ' --shm-size 16G --ulimit memlock=-1 --ulimit stack=67108864 -p 8888:8888 --user 1000:1000'
    ' --label tao.job=model/detectnet_v2/train --label tao.user=1000'
)
IMAGE = 'nvcr.io/nvidia/tao/tao-toolkit:5.0.0-tf1.15.5'


def test_documented_example() -> None:
    rest = [*shlex.split(OPTIONS), IMAGE, *TASK]
    digest = hashlib.sha256('\0'.join(rest).encode()).hexdigest()[:12]
    found = launch(*TASK, file=MOUNTS)
    assert list(found.argv) == [*shlex.split(OPTIONS), '--label', f'tao.plan={digest}', IMAGE, *TASK]
    assert found.plan.notices == (
        'model detectnet_v2 is not in release 7.1.0; it is taken from 6.26.3, the last that has it',
    )


def test_grouped_name_gives_the_same() -> None:
    assert launch('model', *TASK, file=MOUNTS).argv == launch(*TASK, file=MOUNTS).argv


def test_plan_digest_depends_on_every_word() -> None:
    def digest(*words: str) -> str:
        return next(word for word in launch(*words).argv if word.startswith('tao.plan='))

    digests = [digest(*words) for words in (
        ['dino', 'train'], ['dino', 'train', ''], ['dino', 'train', 'a b'], ['dino', 'train', 'a', 'b'],
        ['--gpus', '0', 'dino', 'train'], ['dino', 'run', 'dino', 'train'],
    )]
    assert len(set(digests)) == len(digests)
    assert digest('dino', 'train') == digests[0]


def test_pretty_has_an_option_to_a_line() -> None:
    found = launch('--gpus', '0,1', 'dino', 'train', 'a b')
    digest = next(word for word in found.argv if word.startswith('tao.plan='))
    assert argv.quoted(argv.lines(found.plan), pretty=True) == (
        'docker run --rm \\\n  --init \\\n  --gpus \'"device=0,1"\' \\\n  -e TAO_LAUNCH_ID \\\n'
        '  --label tao.job=model/dino/train \\\n  --label tao.user=1000 \\\n'
        f'  --label {digest} \\\n  nvcr.io/nvidia/tao/tao-toolkit:7.1.0-pyt \\\n'
        "  dino train 'a b'"
    )
