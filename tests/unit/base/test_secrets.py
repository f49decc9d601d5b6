"""What looks like a secret, and texts without it."""
from __future__ import annotations

import pytest

from tao_launcher.base.secrets import is_secret, masked, masked_words


@pytest.mark.parametrize(('text', 'shown'), [
    ('ssh://u:secret@host', 'ssh://u:***@host'),
    ('OVERRIDE_REGISTRY: "u:secret@reg.example/x"', 'OVERRIDE_REGISTRY: "u:***@reg.example/x"'),
    ('a=https://u:s3@h/x, b=tcp://:p@h', 'a=https://u:***@h/x, b=tcp://:***@h'),
    ('repo/image:1.0@sha256:abc', 'repo/image:1.0@sha256:abc'),
    ('ssh://user@host:22', 'ssh://user@host:22'),
    ('/data:/data, 12:30 @ home', '/data:/data, 12:30 @ home'),
])
def test_masked(text: str, shown: str) -> None:
    assert masked(text) == shown


@pytest.mark.parametrize(('name', 'value', 'secret'), [('A', 'x://u:p@h', True), ('PATH', 'x://u:p@h', False)])
def test_docker_itself_keeps_its_path(name: str, value: str, secret: bool) -> None:
    assert is_secret(name, value) is secret


@pytest.mark.parametrize(('words', 'shown'), [
    (('dino', '-k', 'tlt', '-e', 'spec'), ['dino', '-k', '***', '-e', 'spec']),
    (('--key', 'tlt', '--key=tlt', '-k=tlt'), ['--key', '***', '--key=***', '-k=***']),
    (('--encryption_key', 'tlt', '--api-key', 'a'), ['--encryption_key', '***', '--api-key', '***']),
    (('encryption_key=x', 'x.encryption_key=x', 'a=b'), ['encryption_key=***', 'x.encryption_key=***', 'a=b']),
    (('WANDB_API_KEY=abc',), ['WANDB_API_KEY=***']),
    (('https://user:word@host/x', 'url=https://u:p@h'), ['***', 'url=***']),
    (('bash', '-c', 'dino train  -k tlt\n-e x; TOKEN=y z'), ['bash', '-c', 'dino train  -k ***\n-e x; TOKEN=*** z']),
    (('-k', 'two words', 'on'), ['-k', '***', 'on']),
    (('--keypoints', '3', '-k'), ['--keypoints', '3', '-k']),
    (('', ' '), ['', ' ']),
])
def test_masked_words(words: tuple[str, ...], shown: list[str]) -> None:
    assert masked_words(words) == shown
