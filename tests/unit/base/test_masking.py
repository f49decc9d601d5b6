"""Texts and words without what looks like a secret in them."""
from __future__ import annotations

import pytest
from cpu import seconds, takes_less

from tao_launcher.base.masking import masked, masked_pairs, masked_text, masked_words

NVIDIA = 'nvapi-' + 'aB3_-' * 8
HUGGING_FACE = 'hf_' + 'aB3' * 11
JWT = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhbm4ifQ.s1gn-atur_e'
TOKENS = (
    NVIDIA, HUGGING_FACE, JWT, 'ghp_' + 'a1' * 18, 'gho_' + 'a1' * 18, 'github_pat_11ABC_' + 'a1' * 20,
    'glpat-' + 'a_1-' * 5, 'sk-' + 'a1' * 24, 'sk-proj-' + 'a1_-' * 12,
    'AKIAIOSFODNN7EXAMPLE', 'ASIAIOSFODNN7EXAMPLE', 'xoxb-123456789012-a',
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
    (('echo', NVIDIA, f'Bearer {HUGGING_FACE}'), ['echo', '***', 'Bearer ***']),
    ((f'"{NVIDIA}"', f'a:{NVIDIA},b', f'--x={NVIDIA}', f'https://h/{NVIDIA}/x'),
     ['"***"', 'a:***,b', '--x=***', 'https://h/***/x']),
    ((f'{{"a":"{NVIDIA}","password":"b"}}', f'x={{a:{NVIDIA}}}'), ['{"a":"***","password":"***"}', 'x={a:***}']),
    (('curl', '-H', 'Authorization: Bearer abc', 'u'), ['curl', '-H', 'Authorization: Bearer ***', 'u']),
    (("{'authorization': 'Basic YTpi'}",), ["{'authorization': 'Basic ***'}"]),
    (('-H', 'Authorization: Bearer $TOKEN'), ['-H', 'Authorization: Bearer $TOKEN']),
    (('sh', '-c', f'curl -H "Authorization: Bearer {JWT}" u'), ['sh', '-c', 'curl -H "Authorization: Bearer ***" u']),
    (('curl', '-u', 'ann:pw', '-sSu', 'ann:p w', '--user', 'ann:pw', '-U', 'ann'),
     ['curl', '-u', 'ann:***', '-sSu', 'ann:***', '--user', 'ann:***', '-U', 'ann']),
    (('/usr/bin/curl', '-uann:pw', '--proxy-user', 'a:b:c', 'http://h:80/x'),
     ['/usr/bin/curl', '-uann:***', '--proxy-user', 'a:***', 'http://h:80/x']),
    (('sh', '-c', 'curl -u ann:pw http://h; docker run -u 1:2'),
     ['sh', '-c', 'curl -u ann:*** http://h; docker run -u 1:2']),
    (('run', '--user', '1000:1000', '-u', '1:2', 'curl'), ['run', '--user', '1000:1000', '-u', '1:2', 'curl']),
    (('wandb', 'login', 'a1' * 20), ['wandb', 'login', '***']),
    (('wandb', 'login', '--host', 'https://wandb.example.com/', '--relogin', 'a1' * 20),
     ['wandb', 'login', '--host', 'https://wandb.example.com/', '--relogin', '***']),
    (('sh', '-c', f'wandb login {"a1" * 20} && train a_name_of_more_than_twenty'),
     ['sh', '-c', 'wandb login *** && train a_name_of_more_than_twenty']),
    (('sh', '-c', 'wandb login\ntrain a_name_of_more_than_twenty'),
     ['sh', '-c', 'wandb login\ntrain a_name_of_more_than_twenty']),
    (('ngc', 'config', 'set', '--api-key', 'x'), ['ngc', 'config', 'set', '--api-key', '***']),
])
def test_masked_words(words: tuple[str, ...], shown: list[str]) -> None:
    assert masked_words(words) == shown


@pytest.mark.parametrize('token', TOKENS)
def test_a_token_is_masked_wherever_it_is(token: str) -> None:
    assert masked_words([token, f'a={token}', f'a {token}.']) == ['***', 'a=***', 'a ***.']
    assert masked_text(f'HTTP 401 for ({token}), "{token}"') == 'HTTP 401 for (***), "***"'
    assert masked(f'"{token}": no such task') == '"***": no such task'


@pytest.mark.parametrize('text', [
    'hf_small', 'hf_pretrained_model_of_someone', 'models/hf_resnet_50_imagenet_21k/x', 'sk-learn-and-other-libraries',
    'task-2026-01-31-of-the-night', 'disk-1234567890123456789012345', 'AKIA', 'AKIRA1234567890123456', 'xoxo',
    'ghp_short', 'eyJ.a.b', 'eyJrelative.path.x', 'Authorization: denied', 'Bearer of good news', 'dino.yaml',
    'results_dir=/results', 'train.optim.lr=0.0001', 'sha256:' + 'a1' * 32, 'repo@sha256:' + 'a1' * 32,
    'GPU-1f2e3d4c-1111-2222-3333-444455556666', 'nvidia-smi', 'curl -u ann u', 'wandb login',
    'wandb offline ' + 'a1' * 20,
])
def test_what_is_no_token(text: str) -> None:
    assert masked_words([text, *text.split()]) == [text, *text.split()]
    assert masked_text(text) == text and masked(text) == text


@pytest.mark.parametrize(('text', 'shown'), [
    (f'HTTP 401 for key {NVIDIA}, Authorization: Bearer {HUGGING_FACE}',
     'HTTP 401 for key ***, Authorization: Bearer ***'),
    ('WANDB_API_KEY=abc is wrong', 'WANDB_API_KEY=*** is wrong'),
    ('dino train -k abc failed', 'dino train -k *** failed'),
    ('https://ann:pw@h/x: 401', '*** 401'), ("exec: \"a=b\": not found", "exec: \"a=b\": not found"), ('', ''),
])
def test_a_text_of_others(text: str, shown: str) -> None:
    assert masked_text(text) == shown


HOSTILE = (
    'a', 'a:', '"', "'\"", '\\"', 'key=', 'key: ', 'key:"', 'a@', '://a', '-k ', ' ', 'a ', 'https://', 'x.', '"key": ',
    "key='", '" \\\' ', 'key=\\"', '\\', 'a: ', '+key=', '{key:', 'sk-', 'nvapi-', 'hf_', 'eyJ', 'eyJaaaaaaaa.',
    '.eyJaaaaaaaa', 'eyJ-', 'xoxb-', 'AKIA', 'AKIA-', 'sk-a',
    'authorization', 'authorization: ', 'authorization: bearer ', 'curl -u ',
    'wandb login ', 'curl -u a:',
)


@pytest.mark.parametrize('text', HOSTILE)
def test_masking_takes_no_longer_than_its_text(text: str) -> None:
    def mask(long: str) -> None:
        masked_words(['bash', '-c', long])
        masked_text(long)
        masked(long)

    few, many = ((text * length)[:length] for length in (20000, 80000))
    takes_less(min(1.0, 12 * seconds(lambda: mask(few)) + 0.1), lambda: mask(many))  # quadratic would be 16 times


@pytest.mark.parametrize(('text', 'shown'), [
    ('no task NGC_API_KEY=s3cr3t', 'no task NGC_API_KEY=***'), ('a=b TOKEN="s 3" c', 'a=b TOKEN="***" c'),
    ('DOCKER_AUTH_CONFIG: a secret for the container', 'DOCKER_AUTH_CONFIG: a secret for the container'),
])
def test_words_of_others_in_a_sentence_of_ours(text: str, shown: str) -> None:
    assert masked_pairs(text, is_ours=True) == shown
