"""Which engine is meant by a command, and what differs between docker and podman."""
from __future__ import annotations

import shlex

import pytest
from plans import launch
from support import tao

from tao_launcher.base.errors import UsageError
from tao_launcher.engine import profiles
from tao_launcher.engine.apptainer import APPTAINER, SINGULARITY
from tao_launcher.engine.docker import DOCKER
from tao_launcher.engine.none import NONE
from tao_launcher.engine.podman import PODMAN
from tao_launcher.engine.profile import Profile
from tao_launcher.engine.profiles import PROFILES
from tao_launcher.settings import parsers


@pytest.mark.parametrize(('engine', 'profile', 'program'), [
    ('docker', DOCKER, 'docker'), ('podman', PODMAN, 'podman'), ('/usr/bin/podman', PODMAN, '/usr/bin/podman'),
    ('sudo -n podman', PODMAN, 'podman'), ('sudo -n /opt/docker --host x', DOCKER, '/opt/docker'),
    ('podman-remote', PODMAN, 'podman-remote'), ('docker:/opt/engine', DOCKER, '/opt/engine'),
    ('sudo -n podman:run-it --url x', PODMAN, 'run-it'), ('podman:/usr/bin/docker', PODMAN, '/usr/bin/docker'),
    ('docker --host unix:///run/podman/podman.sock', DOCKER, 'docker'),
    ('docker --context podman', DOCKER, 'docker'), ('apptainer', APPTAINER, 'apptainer'),
    ('singularity', SINGULARITY, 'singularity'), ('apptainer:/opt/run-it', APPTAINER, '/opt/run-it'),
    ('nice /opt/singularity-ce --debug', SINGULARITY, '/opt/singularity-ce'),
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
    assert error.value.what == '--context: "lab": the engine command already names a daemon'


def test_faulty_names_of_contexts() -> None:
    for words in (['dino'], ['list']):
        done = tao('--context', 'a b', *words)
        assert (done.code, done.err) == (2, 'tao: error: --context: "a b": expected a name without blanks\n')


def test_profiles_differ() -> None:
    """A field that is the same for all is no difference."""
    for name in Profile._fields:
        every = (*PROFILES, NONE, APPTAINER) if name in ('kind', 'gpu_option') else PROFILES
        assert len({str(getattr(profile, name)) for profile in every}) > 1, name


@pytest.mark.parametrize(('engine', 'program'), [
    (('docker',), 'docker'), (('sudo', '-n', '/usr/bin/docker'), '/usr/bin/docker'), (('podman',), 'podman'),
    (('docker', '--context', 'lab'), 'docker'), (('/opt/engine',), '/opt/engine'),
])
def test_program(engine: tuple[str, ...], program: str) -> None:
    assert profiles.program(engine) == program


@pytest.mark.parametrize('word', ['nones', '/usr/bin/none', 'none:x', 'None'])
def test_only_the_word_itself_is_no_engine(word: str) -> None:
    assert profiles.known('none') is NONE and profiles.known(word) is None


def test_without_an_engine_there_is_no_daemon_to_name() -> None:
    assert not profiles.names_a_daemon(('none',)) and profiles.at(('none',), '') == ('none',)
    with pytest.raises(ValueError, match='with no engine there is no daemon to choose'):
        profiles.at(('none',), 'lab')
    assert profiles.tao(('none',)) == 'tao --engine none'
