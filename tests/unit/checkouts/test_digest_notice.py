"""A manifest with a digest for all machines and one for each of them."""
from __future__ import annotations

import json
from pathlib import Path

import pytest
from runner_checkout import BASE, DIGEST, backend, commands, run
from support import FakeDocker

NAMES = {'registry': 'nvcr.io', 'repository': 'a/b'}
OTHER = 'sha256:' + 'b' * 64
NOTICE = (
    '{root}/docker/manifest.json has both digest and digests: digests counts here and is what a push writes, '
    "while NVIDIA's tao_deploy and tao_ds take digest; remove one of them"
)


@pytest.mark.parametrize('words', [
    ('--', 'ls'), ('build', '--push'), ('release', '--tag', 'x'), ('build', '--push', '--x86', '--arm'),
])
def test_which_counts_is_said(words: tuple[str, ...], tmp_path: Path, buildx: Path, fake_docker: FakeDocker) -> None:
    """As that of each machine is what a launch takes, and a push writes."""
    both = {'digests': {'x86': OTHER, 'arm': OTHER}, 'digest': DIGEST}
    root = backend(tmp_path / 'x', 'tao_ds', manifest={**NAMES, **both})
    done = run(root, *(['--dry-run'] if words[0] == '--' else []), *words, program='tao_ds', TAO_DRY_RUN='1')
    assert done.code == 0 and done.err.count(NOTICE.format(root=root)) == 1
    if words[0] == '--':
        assert f'{BASE}@{OTHER}' in next(commands(done.out))
    for members in ({'digest': DIGEST}, {'digests': both['digests']}, {**both, 'digest': None}):
        (root / 'docker/manifest.json').write_text(json.dumps({**NAMES, **members}))
        words = tuple(word for word in words if word not in ('--x86', '--arm'))
        assert 'has both' not in run(root, '--dry-run', *words, program='tao_ds').err


def test_it_does_not_matter_to_another_image(tmp_path: Path) -> None:
    digests = {'digests': {'x86': OTHER, 'arm': OTHER}, 'digest': DIGEST}
    root = backend(tmp_path / 'x', 'tao_ds', manifest={**NAMES, **digests})
    for option in ('--tag', '--image'):
        assert 'has both' not in run(root, '--dry-run', option, 'x', '--', 'ls', program='tao_ds').err
    assert NOTICE.format(root=root) in run(root, 'check', '--files', program='tao_ds').err
