"""What is asked and checked before a launch: mount sources, GPUs, images of a bundle."""
from __future__ import annotations

import json
import shlex
from pathlib import Path

import pytest
from nobody import as_nobody
from support import FakeDocker, mounted, tao, write_mounts


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


def test_source_that_may_not_be_looked_at_is_not_missing(open_folder: Path) -> None:
    closed = open_folder / 'closed'
    (closed / 'data').mkdir(parents=True)
    closed.chmod(0)
    try:
        done = as_nobody('--dry-run', '--volume', f'{closed}/data:/d', 'dino', 'train')
    finally:
        closed.chmod(0o700)
    assert mounted(done) == [f'{closed}/data:/d']
    assert done.err == f'tao: notice: {closed}/data cannot be inspected by you; the daemon will check it\n'


def test_every_missing_source_at_once(home: Path, tmp_path: Path, fake_docker: FakeDocker) -> None:
    path = write_mounts(home, {'Mounts': [
        {'source': '/', 'destination': '/a'}, {'source': f'{tmp_path}/x/y', 'destination': '/b'},
        {'source': f'{home}/.tao_mounts.json/z', 'destination': '/c'},
    ]})
    for options in ([], ['--dry-run']):
        done = tao(*options, '--volume', 'no:/d', 'dino', 'train')
        assert (done.code, done.out) == (2, '')
        assert done.err == (
            'tao: error: 3 mount sources not found\n'
            f'    {tmp_path}/x/y (Mounts[1] of {path}; nearest existing folder: {tmp_path})\n'
            f'    {home}/.tao_mounts.json/z (Mounts[2] of {path}; nearest existing folder: {home})\n'
            f'    {tmp_path}/here/no (--volume; nearest existing folder: {tmp_path}/here)\n'
            '    try: correct or create them (daemon elsewhere? --no-check)\n'
        )
        assert len(mounted(tao('--dry-run', '--no-check', '--volume', 'no:/d', 'dino'))) == 4
    assert fake_docker.calls == []


@pytest.mark.parametrize('address', ['tcp://127.0.0.1:2375', '127.0.0.1:2375'])
def test_sources_of_a_remote_daemon_are_not_looked_at(address: str) -> None:
    done = tao('--dry-run', '--volume', '/no/such:/d', 'dino', 'train', env={'DOCKER_HOST': address})
    assert mounted(done) == ['/no/such:/d']
    assert 'the daemon is remote (tcp://127.0.0.1:2375)' in done.err
    (owner,) = [word for word in shlex.split(done.out) if word.startswith('tao.user=')]
    assert '@' in owner
