"""What is asked and checked before a launch: mount sources, GPUs, images of a bundle."""
from __future__ import annotations

import json
from pathlib import Path

from support import tao


def test_free_gpus_elsewhere() -> None:
    done = tao('--gpus', 'free', 'dino', 'train', env={'DOCKER_HOST': 'tcp://gpu1:2375'})
    assert (done.code, done.err) == (2, (
        'tao: error: the daemon is remote (tcp://gpu1:2375): which GPUs are free there is not known here\n'
        '    try: name them: --gpus 0,1\n'
    ))


ID, CONFIG = f'sha256:{"a" * 64}', f'sha256:{"b" * 64}'


def test_a_reference_that_a_bundle_brought(home: Path) -> None:
    """It is used by its id and never pulled, in a dry run too; --pull always asks its registry."""
    reference = f'nvcr.io/nvidia/tao/tao-toolkit@{CONFIG}'
    state = home / '.local/state/tao'
    state.mkdir(parents=True)
    proven = {reference: ID}
    (state / 'images.json').write_text(json.dumps({**proven, 'proven': proven}))
    notice = f'tao: notice: {reference} came with a bundle: used by its id, and not pulled (--pull always would)\n'
    words = ['--dry-run', '--image', reference, 'dino', 'train']
    done = tao(*words)
    assert (done.code, done.err) == (0, notice)
    assert ' --pull never ' in done.out and done.out.endswith(f' {ID} dino train\n')
    for changed in (['--pull', 'always', *words], [*words[:2], f'{reference[:-1]}c', 'dino', 'train']):
        assert ID not in tao(*changed).out
    # nothing shows that it is the image of that digest; an older launcher has replaced the id
    others: tuple[dict[str, object], ...] = ({}, {'proven': []}, {'proven': {reference: CONFIG}})
    for no_proof in others:
        (state / 'images.json').write_text(json.dumps({reference: ID, **no_proof}))
        done = tao(*words)
        assert (done.code, done.err) == (0, (
            f'tao: notice: {reference} came with a bundle, unproven: nothing shows that this image is the one of that '
            'digest; used by its id, and not pulled (tao pull, or --pull always, would)\n'
        ))
        assert done.out.endswith(f' {ID} dino train\n')
    for broken in ('', '{', '[]', json.dumps({reference: 7}), json.dumps({reference: '--privileged'})):
        (state / 'images.json').write_text(broken)
        assert tao(*words).out.endswith(f' {reference} dino train\n')


def test_nothing_of_a_reference_by_tag_is_read(home: Path) -> None:
    """Its tag is there after a load; and a registry may give it to another image later."""
    reference = 'nvcr.io/nvidia/tao/tao-toolkit:7.1.0-pyt'
    (home / '.local/state/tao').mkdir(parents=True)
    (home / '.local/state/tao/images.json').write_text(json.dumps({reference: ID}))
    assert tao('--dry-run', 'dino', 'train').out.endswith(f' {reference} dino train\n')
