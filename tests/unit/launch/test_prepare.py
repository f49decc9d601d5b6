"""What is asked and checked before a launch: mount sources, GPUs, images of a bundle."""
from __future__ import annotations

import json
from pathlib import Path

from support import tao, write_mounts


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


def test_all_that_is_wrong_at_once(home: Path) -> None:
    """What the settings, the plan, the host and docker's command line each refuse."""
    write_mounts(home, {
        'Mounts': [{'source': '/no/such', 'destination': '/d'}, {'source': '/usr', 'destination': '/e:f', 'mode': 'z'}],
        'Envs': [{'variable': 'TAO_LAUNCH_ID', 'value': 'x'}], 'DockerOptions': {'extra_args': ['--init']},
    })
    done = tao('--same_paths', '--detach', '--gpus', 'free', '--dry-run', 'dino')
    file = f'{home}/.tao_mounts.json'
    assert (done.code, done.out) == (2, '')
    assert done.err.splitlines() == [
        'tao: error: 7 problems',
        '    which GPUs are free is known only at launch', '      try: name them for a dry run: --gpus 0,1',
        '    --same_paths: 1 mount source cannot be at the same path in the container',
        f"      /usr (Mounts[1] of {file}): it would hide the image's own files",
        '      try: mount a folder below it instead, or leave this option out',
        '    a detached shell would end at once', '      try: give it a command to run',
        "    TAO_LAUNCH_ID is the launcher's own variable", f'      set by Envs[0] of {file}',
        '    1 mount source not found', f'      /no/such (Mounts[0] of {file}; nearest existing folder: /)',
        '      try: correct or create them (daemon elsewhere? --no-check)',
        f'    Mounts[1] of {file}: mode z cannot be combined with ":" in a path', '      /usr → /e:f',
        '      try: rename the folder, or mount its parent',
        f'    DockerOptions.extra_args of {file}: --init: set by the launcher already; use DockerOptions.init',
    ]
