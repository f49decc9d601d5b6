"""The container's environment: order, secrets by name, and variables that the host does not have."""
from __future__ import annotations

import pytest
from plans import FILE, launch

SECRETS = [
    'KEY', 'NGC_API_KEY', 'APIKEY', 'WANDB_APIKEY', 'TOKEN', 'hf_token', 'MY_SECRET', 'PASSWORD', 'DB_PASSWD', 'PASS',
    'AWS_CREDENTIAL', 'GOOGLE_CREDENTIALS', 'KEY_ID', 'Api_Key', 'API_KEY_2',
]
NO_SECRETS = [
    'KEYBOARD', 'MONKEY', 'TOKENIZERS_PARALLELISM', 'SECRETARY', 'COMPASS', 'KEYS', 'PATH', 'HOME', 'SSH_KEY',
    'ssh_token',
    'DOCKER_TOKEN', 'DOCKER_AUTH_KEY', 'LD_KEY', 'BYPASS_X', 'key-x',
]
SECRET_VALUES = ['https://user:pw@host', 'http://a:b@c/d', 'socks5://x:y@h:1', 'x postgres://u:p@h/db']
PLAIN_VALUES = ['https://host:80/a@b', 'http://user@host', 'https://host/a:b@c', '://:@', 'user:pw@host', 'a://b:c', '']


@pytest.mark.parametrize('name', SECRETS)
def test_secret_name_goes_by_name(name: str) -> None:
    for found in (
        launch('--env', f'{name}=s3cr3t', 'dino', 'train'),
        launch('dino', 'train', file={'Envs': [{'variable': name, 'value': 's3cr3t'}]}),
    ):
        assert found.before_image == ['-e', name]
        assert found.plan.export == {name: 's3cr3t'}
        assert found.plan.by_name == (name,)


@pytest.mark.parametrize('name', NO_SECRETS)
def test_plain_name_stands_in_argv(name: str) -> None:
    found = launch('--env', f'{name}=v', 'dino', 'train')
    assert found.before_image == ['-e', f'{name}=v']
    assert found.plan.export == {}


@pytest.mark.parametrize('value', SECRET_VALUES)
def test_secret_value_goes_by_name(value: str) -> None:
    assert launch('--env', f'http_proxy={value}', 'dino', 'train').before_image == ['-e', 'http_proxy']


@pytest.mark.parametrize('value', PLAIN_VALUES)
def test_plain_value_stands_in_argv(value: str) -> None:
    assert launch('--env', f'http_proxy={value}', 'dino', 'train').before_image == ['-e', f'http_proxy={value}']


def test_secret_without_a_value_is_no_secret() -> None:
    assert launch('--env', 'TOKEN=', 'dino', 'train').before_image == ['-e', 'TOKEN=']


@pytest.mark.parametrize('file', [
    {'Envs': [{'variable': 'A'}]}, {'Envs': [{'variable': 'A', 'value': None}]},
])
def test_by_name(file: object) -> None:
    found = launch('--env', 'B', 'dino', 'train', file=file, environ={'A': '1', 'B': ''})
    assert found.before_image == ['-e', 'A', '-e', 'B']
    assert (found.plan.by_name, found.plan.export, found.plan.notices) == (('A', 'B'), {}, ())


def test_by_name_and_unset_is_left_out_with_a_notice() -> None:
    found = launch('--env', 'B', 'dino', 'train', file={'Envs': [{'variable': 'A'}]})
    assert found.before_image == []
    assert found.plan.notices == (
        f'A is not set here and so left out (Envs[0] of {FILE})', 'B is not set here and so left out (--env)',
    )


@pytest.mark.parametrize(('value', 'text'), [
    (1, '1'), (1.5, '1.5'), (True, 'true'), (False, 'false'), ('', ''), ('a\nb', 'a\nb'), ('$HOME ~', '$HOME ~'),
    ('"', '"'), (-0.0, '-0.0'), (10**20, str(10**20)),
])
def test_values_as_json_writes_them(value: object, text: str) -> None:
    found = launch('dino', 'train', file={'Envs': [{'variable': 'A', 'value': value}]})
    assert found.before_image == ['-e', f'A={text}']


def test_once_each_in_order() -> None:
    file = {'Envs': [
        {'variable': 'A', 'value': '1'}, {'variable': 'B', 'value': '2'}, {'variable': 'A', 'value': '3'},
        {'variable': 'C', 'value': '4'},
    ]}
    found = launch('--gpus', 'none', '--env', 'B=5', 'dino', 'train', file=file)
    assert found.argv[4:14] == (
        '-e', 'A=3', '-e', 'C=4', '-e', 'NVIDIA_VISIBLE_DEVICES=void', '-e', 'B=5', '-e', 'TAO_LAUNCH_ID',
    )
    assert found.plan.notices == (f'{FILE}: A is set twice; the later value is used',)


@pytest.mark.parametrize(('engine', 'words'), [
    ('sudo docker', ['sudo', '--preserve-env=A,MY_KEY', 'docker', 'run']),
    ('sudo -n docker', ['sudo', '--preserve-env=A,MY_KEY', '-n', 'docker', 'run']),
    ('/usr/bin/sudo /opt/docker', ['/usr/bin/sudo', '--preserve-env=A,MY_KEY', '/opt/docker', 'run']),
])
def test_sudo_keeps_what_goes_by_name(engine: str, words: list[str]) -> None:
    found = launch(
        '--engine', engine, '--env', 'A', '--env', 'MY_KEY=x', '--env', 'B=1', 'dino', 'train', environ={'A': '1'},
    )
    assert list(found.argv[:len(words)]) == words
    assert 'TAO_LAUNCH_ID' not in found.argv
    assert found.plan.notices == ('sudo passes the variables on only where sudoers allows SETENV',)


def test_sudo_without_variables_by_name() -> None:
    for words in ([], ['--env', 'B=1']):
        found = launch('--engine', 'sudo docker', *words, 'dino', 'train')
        assert found.argv[:3] == ('sudo', 'docker', 'run')
        assert found.plan.notices == ()
    assert launch('--env', 'A', 'dino', 'train', environ={'A': '1'}).plan.notices == ()


def test_secret_reaches_the_notices_of_nobody() -> None:
    found = launch('--verbose', '--env', 'TOKEN=s3cr3t', '--env', 'TOKEN=s3cr3t2', 'dino', 'train')
    assert 's3cr3t' not in ' '.join((*found.plan.notices, *found.argv))
    assert found.plan.notices == ('command line: TOKEN is set twice; the later value is used',)
