"""The container's environment: order, secrets by name, and variables that the host does not have."""
from __future__ import annotations

import pytest
from plans import FILE, launch
from support import FakeDocker, tao

from tao_launcher.base.errors import UsageError
from tao_launcher.launch.variables import in_ps

SECRETS = [
    'KEY', 'NGC_API_KEY', 'APIKEY', 'WANDB_APIKEY', 'TOKEN', 'hf_token', 'MY_SECRET', 'PASSWORD', 'DB_PASSWD', 'PASS',
    'AWS_CREDENTIAL', 'GOOGLE_CREDENTIALS', 'KEY_ID', 'Api_Key', 'API_KEY_2',
    'DOCKER_PASSWORD', 'DOCKER_AUTH_KEY', 'SSH_PRIVATE_KEY', 'ssh_token', 'DB_PWD', 'PGPASSWORD', 'MYSQLPASSWD',
    'SSHPASS', 'GPG_PASSPHRASE', 'GITHUB_PAT', 'NGC_AUTH', 'accessToken', 'AWS_SECRETKEY',
]
NO_SECRETS = [
    'KEYBOARD', 'MONKEY', 'TOKENIZERS_PARALLELISM', 'SECRETARY', 'COMPASS', 'KEYS', 'PATH', 'HOME', 'PWD',
    'OLDPWD', 'XAUTHORITY', 'PATIENCE', 'AUTHOR', 'SSH_AUTH_SOCK', 'REGISTRY_AUTH_FILE', 'DOCKER_HOST',
    'BYPASS_X', 'key-x',
]
SECRET_VALUES = [
    'https://user:pw@host', 'http://a:b@c/d', 'socks5://x:y@h:1', 'x postgres://u:p@h/db', 'https://TOKEN@host',
]
PLAIN_VALUES = ['https://host:80/a@b', 'ssh://user@host', 'https://host/a:b@c', '://:@', 'user:pw@host', 'a://b:c', '']


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
    assert launch('--env', f'remote={value}', 'dino', 'train').before_image == ['-e', 'remote']


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
        f'A is not set here, so it is left out (Envs[0] of {FILE})', 'B is not set here, so it is left out (--env)',
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
    assert found.plan.notices == (
        in_ps('--env', 'MY_KEY'), 'sudo passes the variables on only where sudoers allows SETENV',
    )


def test_sudo_without_variables_by_name() -> None:
    for words in ([], ['--env', 'B=1']):
        found = launch('--engine', 'sudo docker', *words, 'dino', 'train')
        assert found.argv[:3] == ('sudo', 'docker', 'run')
        assert found.plan.notices == ()
    assert launch('--env', 'A', 'dino', 'train', environ={'A': '1'}).plan.notices == ()


STEERING = [
    'DOCKER_HOST', 'DOCKER_CONTEXT', 'DOCKER_CONFIG', 'DOCKER_TLS', 'DOCKER_TLS_VERIFY', 'DOCKER_CERT_PATH',
    'DOCKER_API_VERSION', 'DOCKER_DEFAULT_PLATFORM', 'DOCKER_BUILDKIT', 'BUILDKIT_HOST', 'DOCKER_CONTENT_TRUST',
    'DOCKER_CONTENT_TRUST_SERVER', 'HTTP_PROXY', 'HTTPS_PROXY', 'ALL_PROXY', 'NO_PROXY', 'http_proxy', 'https_proxy',
    'all_proxy', 'no_proxy', 'CONTAINER_HOST', 'CONTAINER_CONNECTION', 'CONTAINERS_CONF', 'REGISTRY_AUTH_FILE',
    'XDG_RUNTIME_DIR', 'TMPDIR', 'SSH_AUTH_SOCK', 'GODEBUG', 'LD_PRELOAD', 'LD_LIBRARY_PATH', 'PATH', 'HOME',
]


@pytest.mark.parametrize('engine', ['docker', 'podman', 'sudo docker'])
@pytest.mark.parametrize('name', STEERING)
def test_what_steers_the_client_never_has_the_containers_value_there(name: str, engine: str) -> None:
    entry = {'Envs': [{'variable': name, 'value': 'inside'}]}
    for found in (
        launch('--engine', engine, 'dino', 'train', file=entry, environ={name: '/outside'}),
        launch('--engine', engine, '--env', f'{name}=inside', 'dino', 'train'),
    ):
        assert f'{name}=inside' in found.argv
        assert (found.plan.export, found.plan.by_name) == ({}, ())


@pytest.mark.parametrize('name', STEERING)
def test_a_secret_for_the_container_is_refused_where_the_client_would_obey_it(name: str) -> None:
    with pytest.raises(UsageError) as e:
        launch('dino', 'train', file={'Envs': [{'variable': name, 'value': 'http://user:s3cr3t@host'}]})
    assert 's3cr3t' not in ' '.join((e.value.what, *e.value.why, e.value.advice))
    assert e.value.what == f'{name}: a secret for the container, which cannot be handed over (Envs[0] of {FILE})'
    is_proxy = name.upper().endswith('_PROXY')
    assert ('"proxies" in ~/.docker/config.json' in e.value.advice) is is_proxy
    assert is_proxy or e.value.advice == 'a file under a mount, or another name for it'


@pytest.mark.parametrize('name', ['DOCKER_AUTH_CONFIG', 'DOCKER_CONTENT_TRUST_ROOT_PASSPHRASE', 'LD_KEY'])
def test_a_name_may_be_secret_and_steer_the_client(name: str) -> None:
    with pytest.raises(UsageError, match='cannot be handed over'):
        launch('--env', f'{name}=s3cr3t', 'dino', 'train')


def test_a_secret_that_the_client_has_anyway_goes_by_name() -> None:
    same = {'https_proxy': 'http://user:s3cr3t@host'}
    found = launch('--env', 'https_proxy', 'dino', 'train', environ=same)
    assert (found.before_image, found.plan.export) == (['-e', 'https_proxy'], {})
    file = {'Envs': [{'variable': 'https_proxy', 'value': same['https_proxy']}]}
    found = launch('dino', 'train', file=file, environ=same)
    assert (found.before_image, found.plan.export) == (['-e', 'https_proxy'], {})
    with pytest.raises(UsageError, match='cannot be handed over'):  # sudo's client has no proxy
        launch('--engine', 'sudo docker', '--env', 'https_proxy', 'dino', 'train', environ=same)


def test_sudo_keeps_nothing_that_steers_its_client() -> None:
    here = {'DOCKER_HOST': 'tcp://gpu1:2375', 'LD_PRELOAD': '/x.so', 'A': '1'}
    words = [word for name in here for word in ('--env', name)]
    found = launch('--engine', 'sudo docker', *words, 'dino', 'train', environ=here)
    assert found.argv[:3] == ('sudo', '--preserve-env=A', 'docker')
    assert 'DOCKER_HOST=tcp://gpu1:2375' in found.argv and 'LD_PRELOAD=/x.so' in found.argv


def test_a_secret_on_the_command_line_is_announced() -> None:
    found = launch('--env', 'NGC_API_KEY=s3cr3t', 'dino', 'train')
    assert found.plan.notices == (
        '--env NGC_API_KEY=… can be seen in ps as long as the launcher runs; '
        'this cannot: export NGC_API_KEY, then --env NGC_API_KEY',
    )
    quiet = launch('--env', 'NGC_API_KEY', 'dino', 'train', environ={'NGC_API_KEY': 's3cr3t'})
    assert (quiet.before_image, quiet.plan.notices) == (['-e', 'NGC_API_KEY'], ())
    assert launch('--env', 'A=1', 'dino', 'train').plan.notices == ()
    file = {'Envs': [{'variable': 'NGC_API_KEY', 'value': 's3cr3t'}]}
    assert launch('dino', 'train', file=file).plan.notices == ()


def test_the_engine_gets_the_hosts_own_value(fake_docker: FakeDocker) -> None:
    environ = {'DOCKER_CONFIG': '/nowhere', 'TMPDIR': '/tmp'}
    words = ['--env', 'DOCKER_CONFIG=/inside', '--env', 'TMPDIR=/inside', '--env', 'TMPDIR_KEY=s3cr3t']
    assert tao(*words, '--gpus', 'none', 'dino', 'train', env=environ).code == 0
    here = fake_docker.environ
    assert (here['DOCKER_CONFIG'], here['TMPDIR'], here['TMPDIR_KEY']) == ('/nowhere', '/tmp', 's3cr3t')


def test_secret_reaches_the_notices_of_nobody() -> None:
    found = launch('--verbose', '--env', 'TOKEN=s3cr3t', '--env', 'TOKEN=s3cr3t2', 'dino', 'train')
    assert 's3cr3t' not in ' '.join((*found.plan.notices, *found.argv))
    assert found.plan.notices == (
        'command line: TOKEN is set twice; the later value is used', in_ps('--env', 'TOKEN'),
    )


@pytest.mark.parametrize('words', [
    ['NGC_API_KEY=s3cr3t', 'dino', 'train'], ['model', 'NGC_API_KEY=s3cr3t', 'train'],
    ['--env', 'NGC_API_KEY: s3cr3t', 'dino', 'train'], ['--env', 'NGC_API_KEY s3cr3t', 'dino', 'train'],
    ['--env', '"NGC_API_KEY": s3cr3t=', 'dino', 'train'],
])
def test_a_secret_in_a_wrong_place_is_not_shown(words: list[str]) -> None:
    done = tao('--dry-run', *words)
    assert (done.code, done.out) == (2, '')
    assert 'NGC_API_KEY' in done.err and 's3cr3t' not in done.err
