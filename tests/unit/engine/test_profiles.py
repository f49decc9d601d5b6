"""Which engine and which daemon is meant, and what differs between docker and podman."""
from __future__ import annotations

import hashlib
import shlex
from typing import Any, Mapping

import pytest
from plans import launch
from support import tao

from tao_launcher.base.errors import UsageError
from tao_launcher.commands.doctor import checks_engine
from tao_launcher.commands.doctor.findings import Finding, MachineFacts
from tao_launcher.engine import daemon, failures, process, profiles
from tao_launcher.engine.docker import DOCKER
from tao_launcher.engine.logins import logins
from tao_launcher.engine.podman import PODMAN
from tao_launcher.engine.profile import Profile
from tao_launcher.engine.profiles import PROFILES
from tao_launcher.engine.remedies import INSTALL_TOOLKIT, Machine
from tao_launcher.launch import causes
from tao_launcher.settings import parsers

ROOT = Machine(is_root=True)
HOME = '/home/user'


def meta(name: str) -> str:
    return f'{HOME}/.docker/contexts/meta/{hashlib.sha256(name.encode()).hexdigest()}/meta.json'


FILES: dict[str, object] = {
    f'{HOME}/.docker/config.json': {'currentContext': 'gpu1'},
    meta('gpu1'): {'Name': 'gpu1', 'Endpoints': {'docker': {'Host': 'ssh://gpu1'}}},
    meta('gpu2'): {'Name': 'gpu2', 'Endpoints': {'docker': {'Host': 'tcp://gpu2:2375'}}},
    meta('here'): {'Name': 'here', 'Endpoints': {'docker': {'Host': 'unix:///var/run/docker.sock'}}},
    '/other/config.json': {'currentContext': 'default'},
}


def find(engine: str, environ: Mapping[str, str] = {}) -> daemon.Daemon:
    return daemon.find(shlex.split(engine), environ, HOME, FILES.get)


@pytest.mark.parametrize(('engine', 'environ', 'address'), [
    ('docker', {}, 'ssh://gpu1'),  # the current context
    ('docker', {'DOCKER_CONFIG': '/other'}, ''),
    ('docker --config /other', {}, ''),
    ('docker', {'DOCKER_CONTEXT': 'default'}, ''),
    ('docker', {'DOCKER_CONTEXT': 'gpu2'}, 'tcp://gpu2:2375'),
    ('docker', {'DOCKER_CONTEXT': 'gpu2', 'DOCKER_HOST': 'tcp://gpu3:2375'}, 'tcp://gpu3:2375'),
    ('docker --context here', {'DOCKER_HOST': 'tcp://gpu3:2375'}, 'unix:///var/run/docker.sock'),
    ('docker -c gpu2', {}, 'tcp://gpu2:2375'),
    ('docker -cgpu2', {}, 'tcp://gpu2:2375'),
    ('docker --context=gpu2', {}, 'tcp://gpu2:2375'),
    ('docker -H ssh://gpu4', {'DOCKER_HOST': 'tcp://gpu3:2375'}, 'ssh://gpu4'),
    ('docker -Hssh://gpu4', {}, 'ssh://gpu4'),
    ('docker --host=ssh://gpu4', {}, 'ssh://gpu4'),
    ('docker --context nowhere', {}, ''),
    ('env DOCKER_HOST=ssh://gpu5 docker', {'DOCKER_HOST': 'tcp://gpu3:2375'}, 'ssh://gpu5'),
    # sudo starts it as root, without the caller's variables and files; its own -H is no address
    ('sudo -n docker', {'DOCKER_HOST': 'tcp://gpu3:2375'}, ''),
    ('sudo -H docker', {}, ''),
    ('sudo -E docker', {'DOCKER_HOST': 'tcp://gpu3:2375'}, 'tcp://gpu3:2375'),
    ('sudo --preserve-env=DOCKER_HOST docker', {'DOCKER_HOST': 'tcp://gpu3:2375'}, 'tcp://gpu3:2375'),
    ('sudo DOCKER_HOST=ssh://gpu5 docker', {}, 'ssh://gpu5'),
    ('sudo docker -H ssh://gpu4', {}, 'ssh://gpu4'),
    ('podman', {'DOCKER_HOST': 'tcp://gpu3:2375'}, ''),
    ('podman', {'CONTAINER_HOST': 'ssh://gpu1/run/podman/podman.sock'}, 'ssh://gpu1/run/podman/podman.sock'),
    ('podman', {'CONTAINER_CONNECTION': 'gpu1'}, 'connection gpu1'),
    ('podman --connection gpu1', {}, 'connection gpu1'),
    ('podman -c gpu1', {'CONTAINER_HOST': 'unix:///x'}, 'connection gpu1'),
    ('podman --url ssh://gpu1/p.sock', {}, 'ssh://gpu1/p.sock'),
    ('/usr/bin/podman-remote', {}, 'connection by default'),
    ('sudo podman', {'CONTAINER_HOST': 'ssh://gpu1/p.sock'}, ''),
])
def test_address(engine: str, environ: dict[str, str], address: str) -> None:
    found = find(engine, environ)
    assert found.address == address
    assert found.is_remote == address.startswith(('ssh:', 'tcp:', 'connection'))
    assert found.is_ssh == address.startswith(('ssh:', 'connection'))
    assert found.is_sudo == engine.startswith('sudo')


@pytest.mark.parametrize(('engine', 'profile', 'program'), [
    ('docker', DOCKER, 'docker'), ('podman', PODMAN, 'podman'), ('/usr/bin/podman', PODMAN, '/usr/bin/podman'),
    ('sudo -n podman', PODMAN, 'podman'), ('sudo -n /opt/docker --host x', DOCKER, '/opt/docker'),
    ('podman-remote', PODMAN, 'podman-remote'), ('docker:/opt/engine', DOCKER, '/opt/engine'),
    ('sudo -n podman:run-it --url x', PODMAN, 'run-it'), ('podman:/usr/bin/docker', PODMAN, '/usr/bin/docker'),
    ('docker --host unix:///run/podman/podman.sock', DOCKER, 'docker'),
    ('docker --context podman', DOCKER, 'docker'),
])
def test_profile(engine: str, profile: Profile, program: str) -> None:
    words = parsers.engine(engine)
    assert profiles.profile(words) is profile
    assert profiles.program(words) == program
    if engine != 'docker':
        assert parsers.engine(shlex.split(profiles.tao(words))[-1]) == words


@pytest.mark.parametrize('engine', ['/opt/engine', 'nerdctl', 'sudo -n /opt/run', 'docker:', 'dock:/opt/engine'])
def test_an_engine_that_no_profile_knows(engine: str) -> None:
    with pytest.raises(ValueError, match='not known to be docker or podman; say which: docker:.* or podman:'):
        parsers.engine(engine)
    assert tao('--dry-run', '--engine', engine, 'dino').code == 2


@pytest.mark.parametrize(('engine', 'start'), [
    ('docker', 'docker --context lab run --rm '),
    ('sudo -n docker', 'sudo -n docker --context lab run --rm '),
    ('docker --tlsverify', 'docker --context lab --tlsverify run --rm '),
    ('podman', 'podman --connection lab run --rm '),
])
def test_context_becomes_the_engines_words(engine: str, start: str) -> None:
    argv = launch('--engine', engine, '--context', 'lab', '--gpus', 'none', 'dino', 'train').argv
    assert ' '.join(argv).startswith(start)


@pytest.mark.parametrize('engine', ['docker -H ssh://x', 'docker --context=y', 'podman --url unix:///x'])
def test_two_daemons(engine: str) -> None:
    with pytest.raises(UsageError) as error:
        launch('--engine', engine, '--context', 'lab', 'dino')
    assert error.value.what == '--context: "lab": the engine\'s own words name a daemon already'


def test_faulty_names_of_contexts() -> None:
    for words in (['dino'], ['list']):
        done = tao('--context', 'a b', *words)
        assert (done.code, done.err) == (2, 'tao: error: --context: "a b": expected a name without blanks\n')


@pytest.mark.parametrize(('engine', 'policy', 'words'), [
    ('docker', 'missing', []), ('docker', 'always', ['--pull', 'always']), ('podman', 'newer', ['--pull', 'newer']),
])
def test_pull(engine: str, policy: str, words: list[str]) -> None:
    argv = launch('--engine', engine, '--pull', policy, 'dino').argv
    assert [word for word in argv if word in ('--pull', policy)] == words


def test_pull_that_docker_does_not_know() -> None:
    with pytest.raises(UsageError) as error:
        launch('--pull', 'newer', 'dino')
    assert error.value.what == '--pull: "newer": expected missing, always or never with docker'


@pytest.mark.parametrize('user', [['--run_as_user'], ['--user', 'host']])
def test_the_caller_is_nobody_elsewhere(user: list[str]) -> None:
    with pytest.raises(UsageError) as error:
        launch(*user, 'dino', environ={'DOCKER_HOST': 'ssh://me:pw@gpu1'})
    assert (error.value.what, error.value.why, error.value.advice) == (
        'the daemon is remote (ssh://me:***@gpu1): your user there is not known here',
        ('--run_as_user and "user": "host" mean the caller, whose uid may be somebody else\'s there',),
        '--user UID:GID, as `id` prints them there',
    )


@pytest.mark.parametrize(('user', 'words'), [
    # the caller's own uid is just a number there: no groups and no name of this machine's
    ('1000:1000', ['-e', 'HOME=/tmp', '-e', 'USER=uid1000', '-e', 'LOGNAME=uid1000', '--user', '1000:1000']),
    ('1001:7', ['-e', 'HOME=/tmp', '-e', 'USER=uid1001', '-e', 'LOGNAME=uid1001', '--user', '1001:7']),
    ('0', ['--user', '0']), ('tao', ['--user', 'tao']),
])
def test_a_named_user_elsewhere(user: str, words: list[str]) -> None:
    found = launch('--user', user, 'dino', 'train', groups=(24,), environ={'DOCKER_HOST': 'ssh://gpu1'})
    assert found.before_image == words
    assert found.plan.notices == (
        'the daemon is remote (ssh://gpu1): paths are those of that machine, and not checked',
    )


def test_free_gpus_elsewhere() -> None:
    done = tao('--gpus', 'free', 'dino', 'train', env={'DOCKER_HOST': 'tcp://gpu1:2375'})
    assert (done.code, done.err) == (2, (
        'tao: error: the daemon is remote (tcp://gpu1:2375): which GPUs are free there is not known here\n'
        '    try: name them: --gpus 0,1\n'
    ))


@pytest.mark.parametrize(('engine', 'changed', 'words'), [
    ('podman', {}, ['--userns=keep-id']), ('podman', {'is_root': True}, ['--user', '1000:1000']),
    ('sudo -n podman', {}, ['--user', '1000:1000']),  # root's podman knows no keep-id
])
def test_who_maps_the_caller(engine: str, changed: dict[str, Any], words: list[str]) -> None:
    argv = launch('--engine', engine, '--gpus', 'none', '--run_as_user', 'dino', **changed).argv
    assert [word for word in argv if word.startswith('--user') or word == '1000:1000'] == words


@pytest.mark.parametrize(('init', 'words'), [
    ('', ['--init']), ('/usr/bin/tini-static', ['--init', '--init-path=/usr/bin/tini-static']),
])
def test_init(init: str, words: list[str]) -> None:
    from tao_launcher.launch import plan

    assert list(plan.init_words(daemon.Daemon(profile=PODMAN, init=init))) == words


def test_missing_program() -> None:
    error = process.missing('podman', 'no such program')
    assert (error.what, error.why, error.advice) == (
        'podman: no such program', ('the launcher runs containers through the podman command line program',),
        'install Podman (https://podman.io/docs/installation), or name another engine: --engine docker',
    )


# What podman 4.3.1 says.
GONE = (
    'Cannot connect to Podman. Please verify your connection to the Linux system using `podman system connection list`'
    ', or try `podman machine init` and `podman machine start` to manage a new Linux VM\nError: unable to connect to '
    'Podman socket: Get "http://d/v4.3.1/libpod/_ping": dial unix /x.sock: connect: no such file or directory\n'
)
NO_NAME = 'Error: failed to resolve active destination: "lab" service destination not found\n'
NO_MAP = (
    'time="2026-01-31T10:20:30Z" level=warning msg="\\"/\\" is not a shared mount"\n'
    'Error: cannot set up namespace using "/usr/bin/newuidmap": should have setuid or have filecaps setuid\n'
)
OTHER = 'Error: stat /var/lib/containers/storage: no such file or directory\n'


@pytest.mark.parametrize(('engine', 'error', 'address', 'environ', 'what', 'fix'), [
    ('podman', GONE, 'unix:///x.sock', {'CONTAINER_HOST': 'unix:///x.sock'},
     'the podman daemon is not running at unix:///x.sock', 'unset CONTAINER_HOST'),
    ('podman', GONE, 'connection lab', {}, 'no podman daemon answers at connection lab',
     'podman system connection list'),
    ('podman --connection lab', NO_NAME, 'connection lab', {},
     f'the podman connection does not exist ({NO_NAME.strip()})',
     'correct the name of the daemon in --context, --engine or TAO_ENGINE'),
    ('podman', NO_MAP, '', {},
     f'podman may not map users here ({NO_MAP.splitlines()[1]})', 'apt-get install -y uidmap'),
    ('podman', OTHER, '', {}, f'the podman engine fails: {OTHER.strip()}', 'podman version'),
])
def test_what_podman_says(
    engine: str, error: str, address: str, environ: dict[str, str], what: str, fix: str,
) -> None:
    assert failures.engine_failure(engine.split(), 125, error, address, ROOT, environ) == (what, fix)


def failure(code: int, **known: Any) -> tuple[str, str]:
    facts = {'code': code, 'engine': ('podman',), 'machine': ROOT, 'image': 'i:1', 'command': 'dino', **known}
    return causes.failure(causes.FailureFacts(**facts))


CDI = 'nvidia-ctk cdi generate --output=/etc/cdi/nvidia.yaml'


@pytest.mark.parametrize('code', [125, 126])
def test_gpus_that_podman_does_not_know(code: int) -> None:
    assert failure(code, wants_gpu=True, has_driver=True, has_nvidia=False) == (
        'GPUs were asked for; if podman said "unresolvable CDI devices", nothing describes them to it',
        f'{CDI}, or --gpus none before the task name',
    )
    assert failure(code, wants_gpu=True, has_driver=False, has_nvidia=False)[0] == (
        'GPUs were asked for, but this machine has no NVIDIA driver'
    )


def test_no_program_for_init() -> None:
    assert failure(125, lacks_init=True) == (
        'podman has no program for --init here (without one: "init": false in DockerOptions)',
        'apt-get install -y catatonit',
    )
    facts = MachineFacts(engine=('podman',), machine=ROOT, lacks_init=True)
    assert checks_engine.init(facts) == Finding(
        'init', 'fail', 'podman has no program for --init, so no job starts', 'apt-get install -y catatonit',
    )
    assert checks_engine.init(facts._replace(lacks_init=False)) is None


def test_podman_behind_another_name() -> None:
    assert failure(125, engine=('docker',), is_podman=True, wants_gpu=True, has_nvidia=False) == (
        'docker is podman here, which takes other words', '--engine podman',
    )
    assert failure(125, is_podman=True) == ('', '')


def test_limits_that_podman_may_not_raise() -> None:
    known = {'events': ('create', 'remove'), 'has_init': True}
    assert failure(126, ulimits=('memlock', 'stack'), **known) == (
        'if podman said "error setting rlimit": it may not raise limits here (memlock, stack)',
        'leave them out of DockerOptions.ulimits (or --ulimit)',
    )
    assert failure(126, **known) == ('', '')


@pytest.mark.parametrize(('uidmap', 'status'), [([{'size': 1}], 'fail'), ([{'size': 1}, {'size': 65536}], 'info')])
def test_further_ids(uidmap: list[dict[str, int]], status: str) -> None:
    info = {'host': {'security': {'rootless': True}, 'idMappings': {'uidmap': uidmap}}}
    found = checks_engine.rootless(MachineFacts(engine=('podman',), info=info))
    assert found and found.status == status
    assert found.fix == ('' if status == 'info' else (
        'sudo usermod --add-subuids 100000-165535 --add-subgids 100000-165535 $(id -un) && podman system migrate'
    ))


@pytest.mark.parametrize(('known', 'finding'), [
    ({'has_cdi': True}, ('ok', 'the GPUs are described as devices (CDI)')),
    ({}, ('warn', 'nothing describes the GPUs as devices (CDI), which --gpus needs', INSTALL_TOOLKIT)),
    ({'has_toolkit_setup': True}, ('warn', 'nothing describes the GPUs as devices (CDI), which --gpus needs', CDI)),
])
def test_the_toolkit_of_podman(known: dict[str, Any], finding: tuple[str, ...]) -> None:
    smi = '0, A100, 81920, 535.104'
    facts = MachineFacts(engine=('podman',), machine=ROOT, info={'host': {}}, nvidia_smi=smi, **known)
    assert checks_engine.toolkit(facts) == Finding('toolkit', *finding)


def test_logins(tmp_path: Any) -> None:
    for name in ('.docker', 'config/containers', 'run/containers'):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / '.docker' / 'config.json').write_text('{"auths": {"docker": {}}}')
    environ = {'HOME': str(tmp_path), 'XDG_RUNTIME_DIR': f'{tmp_path}/run'}
    assert logins(('docker',), environ) == logins(('podman',), environ) == {'auths': {'docker': {}}}
    (tmp_path / 'run' / 'containers' / 'auth.json').write_text('{"auths": {"run": {}}}')
    assert logins(('podman',), environ) == {'auths': {'run': {}}}
    (tmp_path / 'own.json').write_text('{"auths": {"own": {}}}')
    assert logins(('podman',), {**environ, 'REGISTRY_AUTH_FILE': f'{tmp_path}/own.json'}) == {'auths': {'own': {}}}
    assert logins(('docker',), {**environ, 'DOCKER_CONFIG': f'{tmp_path}/config'}) == {'auths': {'docker': {}}}


def test_profiles_differ() -> None:
    """A field that is the same for all is no difference."""
    for name in Profile._fields:
        assert len({str(getattr(profile, name)) for profile in PROFILES}) == len(PROFILES), name
