"""What looks like a secret, and texts without it."""
from __future__ import annotations

import pytest
from cpu import seconds, takes_less

from tao_launcher.base.secrets import (
    is_secret,
    masked,
    masked_pairs,
    masked_words,
    steers_the_client,
    until_value,
)


@pytest.mark.parametrize(('text', 'shown'), [
    ('ssh://u:secret@host', 'ssh://u:***@host'),
    ('OVERRIDE_REGISTRY: "u:secret@reg.example/x"', 'OVERRIDE_REGISTRY: "u:***@reg.example/x"'),
    ('a=https://u:s3@h/x, b=tcp://:p@h', 'a=https://u:***@h/x, b=tcp://:***@h'),
    ('repo/image:1.0@sha256:abc', 'repo/image:1.0@sha256:abc'),
    ('ssh://user@host:22', 'ssh://user@host:22'),
    ('https://TOKEN@host/x', 'https://***@host/x'),
    ('at https://TOKEN:x-oauth-basic@host, http://TOKEN:@host', 'at https://***@host, http://***@host'),
    ('/data:/data, 12:30 @ home', '/data:/data, 12:30 @ home'),
])
def test_masked(text: str, shown: str) -> None:
    assert masked(text) == shown


@pytest.mark.parametrize(('name', 'value', 'secret'), [
    ('A', 'x://u:p@h', True), ('PATH', 'x://u:p@h', True), ('PATH', '/bin', False), ('SSH_AUTH_SOCK', '/x', False),
    ('A', 'nvapi-' + 'x' * 40, True), ('HF', 'hf_' + 'x' * 34, True), ('A', 'ghp_' + 'x' * 36, True),
    ('MODEL', 'hf_small', False), ('A', 'x nvapi-' + 'x' * 40, False),
])
def test_is_secret(name: str, value: str, secret: bool) -> None:
    assert is_secret(name, value) is secret


@pytest.mark.parametrize(('name', 'steers'), [
    ('PATH', True), ('http_proxy', True), ('HTTP_PROXY', True), ('LD_PRELOAD', True), ('DOCKER_TLS_VERIFY', True),
    ('path', False), ('DOCKER_PASSWORD', False), ('SSH_KEY', False), ('PYTHONPATH', False), ('DOCKER_HOST2', False),
])
def test_steers_the_client(name: str, steers: bool) -> None:
    assert steers_the_client(name) is steers


@pytest.mark.parametrize(('words', 'shown'), [
    (('dino', '-k', 'tlt', '-e', 'spec'), ['dino', '-k', '***', '-e', 'spec']),
    (('--key', 'tlt', '--key=tlt', '-k=tlt'), ['--key', '***', '--key=***', '-k=***']),
    (('--encryption_key', 'tlt', '--api-key', 'a'), ['--encryption_key', '***', '--api-key', '***']),
    (('encryption_key=x', 'x.encryption_key=x', 'a=b'), ['encryption_key=***', 'x.encryption_key=***', 'a=b']),
    (('WANDB_API_KEY=abc',), ['WANDB_API_KEY=***']),
    (('https://user:word@host/x', 'url=https://u:p@h'), ['***', 'url=***']),
    (('bash', '-c', 'dino train  -k tlt\n-e x; TOKEN=y z'), ['bash', '-c', 'dino train  -k ***\n-e x; TOKEN=*** z']),
    (('-kKEY', '-k', 'a'), ['-k***', '-k', '***']),
    (('+key=KEY', '++a.api_key=KEY', '~token=x', '+a=b'), ['+key=***', '++a.api_key=***', '~token=***', '+a=b']),
    (('--key=two words', 'a.token=two words'), ['--key=***', 'a.token=***']),
    (('{"api_key":"abc","b":1}',), ['{"api_key":"***","b":1}']),
    (('--set={"api_key": "a \\"b\\" c", "b": 1}',), ['--set={"api_key": "***", "b": 1}']),
    (("x={key:abc,b:1}", '{password: abc, b: 1}'), ['x={key:***,b:1}', '{password: ***, b: 1}']),
    (("{'token': 'a b'}",), ["{'token': '***'}"]),
    (('bash', '-c', 'a --key "b c" -k \'d e\' f'), ['bash', '-c', 'a --key *** -k *** f']),
    (('bash', '-c', 'a "--key=b c" "-k" "d" e'), ['bash', '-c', 'a --key=*** "-k" *** e']),
    (('bash', '-c', 'PASSWORD="a b" c'), ['bash', '-c', 'PASSWORD=***']),
    (('sh', '-c', 'export PASSWORD="a b"; c'), ['sh', '-c', 'export PASSWORD=*** c']),
    (('sh', '-c', 'a --set "{\\"api_key\\": \\"b c\\"}" d'), ['sh', '-c', 'a --set "{\\"api_key\\": \\"***\\"}" d']),
    (('curl', 'https://TOKEN@host/x', 'a https://TOKEN@host b'), ['curl', '***', 'a *** b']),
    (('log-opt=token=abc', 'a=b=c'), ['log-opt=token=***', 'a=b=c']),
    (('-v', '/home/key:/data', 'http://token:80/x'), ['-v', '/home/key:/data', 'http://token:80/x']),
    (('-k', 'two words', 'on'), ['-k', '***', 'on']),
    (('--keypoints', '3', '-k'), ['--keypoints', '3', '-k']),
    (('', ' '), ['', ' ']),
])
def test_masked_words(words: tuple[str, ...], shown: list[str]) -> None:
    assert masked_words(words) == shown


HOSTILE = (
    'a', 'a:', '"', "'\"", '\\"', 'key=', 'key: ', 'key:"', 'a@', '://a', '-k ', ' ', 'a ', 'https://', 'x.', '"key": ',
    "key='", '" \\\' ', 'key=\\"', '\\', 'a: ', '+key=', '{key:',
)


@pytest.mark.parametrize('text', HOSTILE)
def test_masking_takes_no_longer_than_its_text(text: str) -> None:
    def mask(long: str) -> None:
        masked_words(['bash', '-c', long])
        masked(long)

    few, many = ((text * length)[:length] for length in (20000, 80000))
    takes_less(min(1.0, 12 * seconds(lambda: mask(few)) + 0.1), lambda: mask(many))  # quadratic would be 16 times


@pytest.mark.parametrize(('text', 'shown'), [
    ('NAME', 'NAME'), ('', ''), ('NAME=s3cr3t', 'NAME=…'), ('NAME: s3cr3t', 'NAME:…'), ('NAME s3cr3t', 'NAME …'),
    ('  NAME\ts3cr3t', '  NAME\t…'), ('=s3cr3t', '=…'), ('NAME=', 'NAME='), ('NAME\n', 'NAME\n'), (' ', ' '),
])
def test_a_name_is_shown_without_its_value(text: str, shown: str) -> None:
    assert until_value(text) == shown


@pytest.mark.parametrize(('text', 'shown'), [
    ('no task NGC_API_KEY=s3cr3t', 'no task NGC_API_KEY=***'), ('a=b TOKEN="s 3" c', 'a=b TOKEN="***" c'),
    ('DOCKER_AUTH_CONFIG: a secret for the container', 'DOCKER_AUTH_CONFIG: a secret for the container'),
])
def test_words_of_others_in_a_sentence_of_ours(text: str, shown: str) -> None:
    assert masked_pairs(text, is_ours=True) == shown
