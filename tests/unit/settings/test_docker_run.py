"""What is said of docker run's own options."""
from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Optional

import pytest
from support import FakeDocker, tao

from tao_launcher.settings.docker_args import OWN, SHORT, WITHOUT_VALUE
from tao_launcher.settings.docker_run import DECIDED, VALUED, advice
from tao_launcher.settings.options import OPTIONS

PASSED = '--docker-arg passes an option on to docker run'


@pytest.mark.parametrize(('name', 'value', 'following', 'what', 'to_do'), [
    ('--add-host', 'a:1', 'dino', PASSED, 'tao --docker-arg=--add-host=a:1 …'),
    ('--add_host', None, 'a:1', PASSED, 'tao --docker-arg=--add-host=a:1 …'),
    ('--cap-add', None, '--gpus', PASSED, 'tao --docker-arg=--cap-add=VALUE …'),
    ('--cap-add', None, '', PASSED, 'tao --docker-arg=--cap-add=VALUE …'),
    ('--ip', None, '10.0.0.7', PASSED, 'tao --docker-arg=--ip=10.0.0.7 …'),
    ('--env-file', None, 'my file', PASSED, "tao --docker-arg='--env-file=my file' …"),
    ('--log-opt', 'splunk-token=abc', '', PASSED, "tao --docker-arg='--log-opt=splunk-token=***' …"),
    ('--privileged', None, 'dino', PASSED, 'tao --docker-arg=--privileged …'),
    ('-P', None, 'dino', PASSED, 'tao --docker-arg=--publish-all …'),
    ('-l', None, 'a=b', PASSED, 'tao --docker-arg=--label=a=b …'),
    ('-c4', None, 'dino', PASSED, 'tao --docker-arg=--cpu-shares=4 …'),
    ('-v', None, '/a:/b', "docker run's -v is --volume here", 'tao --volume SRC[:DST[:MODE]] …'),
    ('-v/a:/b', None, 'dino', "docker run's -v is --volume here", 'tao --volume SRC[:DST[:MODE]] …'),
    ('-eA', 'secret', 'dino', "docker run's -e is --env here", 'tao --env NAME[=VALUE] …'),
    ('-m', None, '4g', "docker run's -m is --memory here", 'tao --memory SIZE …'),
    ('-p', None, '80:80', "docker run's -p is --port here", 'tao --port HOST:CONTAINER[/PROTO] …'),
    ('--publish', '80:80', '', "docker run's --publish is --port here", 'tao --port HOST:CONTAINER[/PROTO] …'),
    ('--net', None, 'host', "docker run's --net is --network here", 'tao --network NAME …'),
    ('-it', None, 'dino', "docker run's -it is --tty here", 'tao --tty …'),
    ('-d', None, 'dino', "docker run's -d is --detach here", 'tao --detach …'),
    ('--rm', None, 'dino', "docker run's --rm is passed always, except with --detach", ''),
    ('--cidfile', 'x', '', "docker run's --cidfile is passed never", ''),
    ('--init', None, '', 'docker run\'s --init is passed always, except with "init": false in DockerOptions', ''),
])
def test_advice(name: str, value: Optional[str], following: str, what: str, to_do: str) -> None:
    assert advice(name, value, following, 'tao') == (what, to_do)


@pytest.mark.parametrize('name', ['--gpu', '-x', '-qh', '--', '-', '--add-hosts', '--volumes'])
def test_what_docker_does_not_know(name: str) -> None:
    assert advice(name, None, 'x', 'tao') is None


def test_every_option_of_docker_run_has_an_answer() -> None:
    """All but those that the launcher has under the same name."""
    ours = {option.name.replace('_', '-') for option in OPTIONS if 'tao' in option.programs}
    silent = [
        name for name in (*VALUED, *SHORT, *OWN, *WITHOUT_VALUE)
        if name not in ours | {'-q', '-h'} and advice(name, None, 'x', 'tao') is None
    ]
    assert silent == []


def test_the_advice_can_be_followed(fake_docker: FakeDocker) -> None:
    Path('variables').write_text('')
    for words in (['--add-host=a:1'], ['--env-file', 'variables'], ['--runtime', 'runc'], ['--read-only'], ['-P']):
        refused = tao(*words, 'dino', 'train')
        assert refused.code == 2
        line = refused.err.partition('try: ')[2].replace('…', '--dry-run dino train')
        shell = f'tao() {{ printf "%s\\n" "$@"; }}; {line}'
        given = subprocess.run(['sh', '-c', shell], stdout=subprocess.PIPE, encoding='utf-8', check=True).stdout
        assert tao(*given.splitlines()).code == 0, line
    assert fake_docker.calls == []


@pytest.mark.parametrize(('program', 'words'), [('tao_pt', []), ('tao', ['submit', 'slurm'])])
def test_other_programs(program: str, words: list[str]) -> None:
    done = tao(*words, '--cap-add=SYS_PTRACE', program=program)
    caller = ' '.join([program, *words])
    assert (done.code, done.err) == (
        2, f'{program}: error: unknown option --cap-add\n    {PASSED}\n'
        f'    try: {caller} --docker-arg=--cap-add=SYS_PTRACE …\n',
    )


def test_decided_is_decided() -> None:
    assert {*DECIDED} & VALUED == {'--cidfile'}
