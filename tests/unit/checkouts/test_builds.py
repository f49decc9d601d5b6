"""The words that build, tag and push: what goes by name, and which names an image can have."""
from __future__ import annotations

import pytest

from tao_launcher.base.errors import UsageError
from tao_launcher.checkouts import builds
from tao_launcher.checkouts.builds import Arguments, Recipe

NOTHING = builds.arguments((), {})


def test_arguments() -> None:
    given = ['A=1', 'HERE', 'MY_TOKEN=s3cr3t', 'A=2', 'EMPTY=', 'API_KEY=']
    assert builds.arguments(given, {'HERE': 'x'}) == Arguments(
        words=('HERE', 'MY_TOKEN', 'A=2', 'EMPTY=', 'API_KEY='), export={'MY_TOKEN': 's3cr3t'},
        by_name=('HERE', 'MY_TOKEN'),
    )


def test_every_faulty_argument_without_its_value() -> None:
    with pytest.raises(UsageError) as error:
        builds.arguments(['=s3cr3t', '9X=s3cr3t', 'GONE', 'A=1'], {})
    assert [error.value.what, *error.value.why] == [
        '--build-arg: "": expected NAME=VALUE or NAME', '--build-arg: "9X": expected NAME=VALUE or NAME',
        '--build-arg: GONE is not set here; export it, or give GONE=VALUE',
    ]


def test_secrets() -> None:
    """By name, whatever they look like; docker's own form is docker's."""
    secrets = ['NETRC', 'PLAIN=s3cr3t', 'id=a,src=/x y', 'id=b,env=B_VALUE', 'id=c,type=env,env=C']
    given = builds.arguments(['A=1'], {'NETRC': 'x', 'B_VALUE': ''}, secrets)
    assert given == Arguments(('A=1',), {'PLAIN': 's3cr3t'}, ('NETRC', 'PLAIN', 'B_VALUE', 'C'), (
        'id=NETRC,env=NETRC', 'id=PLAIN,env=PLAIN', 'id=a,src=/x y', 'id=b,env=B_VALUE', 'id=c,type=env,env=C',
    ))
    recipe = Recipe('/c/Dockerfile', 'i:1', '/c', given, force=False, pull=False, platform='linux/arm64')
    assert builds.build(('build',), recipe) == (
        'build', '--platform', 'linux/arm64', '-f', '/c/Dockerfile', '-t', 'i:1', '--network=host',
        '--build-arg', 'A=1',
        *(word for secret in given.secrets for word in ('--secret', secret)), '/c',
    )


def test_every_faulty_secret_without_its_value() -> None:
    secrets = ['GONE', '9=s3cr3t', 'id=s3cr3t', 'id=s3cr3t,x=y', 'PATH=s3cr3t', 'DOCKER_HOST', 'A=s3cr3t']
    with pytest.raises(UsageError) as error:
        builds.arguments(['A=1'], {'DOCKER_HOST': 'x'}, secrets)
    assert [error.value.what, *error.value.why] == [
        '--build-secret: GONE is not set here; export it, or give GONE=VALUE',
        '--build-secret: "9": expected NAME=VALUE or NAME',
        *['--build-secret: "id=…": expected id=NAME,src=FILE or id=NAME,env=VARIABLE'] * 2,
        'A is given as --build-arg and as --build-secret',
        "--build-secret: PATH: the engine's own client would act on it; choose another name",
    ]


@pytest.mark.parametrize(('engine', 'words'), [
    (['docker'], ('docker',)), (['sudo', '-n', 'docker'], ('sudo', '--preserve-env=A,T', '-n', 'docker')),
    (['/bin/sudo', 'podman'], ('/bin/sudo', '--preserve-env=A,T', 'podman')),
])
def test_sudo_keeps_what_goes_by_name(engine: list[str], words: tuple[str, ...]) -> None:
    assert builds.engine_words(engine, builds.arguments(['A', 'T'], {'A': '', 'T': ''})) == words
    assert builds.engine_words(engine, NOTHING) == tuple(engine)


def test_build() -> None:
    recipe = Recipe('/c/Dockerfile', 'i:1', '/c', NOTHING, force=False, pull=False)
    assert builds.build(('build', '--iidfile', 'f'), recipe) == (
        'build', '--iidfile', 'f', '-f', '/c/Dockerfile', '-t', 'i:1', '--network=host', '/c',
    )
    given = builds.arguments(['A=1', 'B=2'], {})
    assert builds.build(('build',), recipe._replace(given=given, force=True, pull=True)) == (
        'build', '--pull', '-f', '/c/Dockerfile', '-t', 'i:1', '--no-cache', '--network=host', '--build-arg', 'A=1',
        '--build-arg', 'B=2', '/c',
    )


@pytest.mark.parametrize('text', [
    'a', 'a:1', 'a/b:1', 'r.test/a/b', 'r.test:5000/a__b/c-d:2_A.b', '[::1]:5000/a:1', 'localhost/a',
])
def test_names_of_images(text: str) -> None:
    assert builds.image(text) == text


@pytest.mark.parametrize('text', [
    '', ':1', 'a:', '-a', 'A', 'a b', 'a:b:c', 'a/B:1', 'a@sha256:x', '/a', 'a\n', 'a//b',
])
def test_what_is_no_name_of_an_image(text: str) -> None:
    with pytest.raises(ValueError, match='expected TAG, or REPOSITORY:TAG such as'):
        builds.image(text)


@pytest.mark.parametrize(('user', 'tag'), [
    ('jo', 'jo'), ('DOM\\jo doe', 'DOM-jo-doe'), ('.-jo', 'jo'), ('ü', 'user'), ('', 'user'), ('x' * 200, 'x' * 100),
])
def test_a_user_as_a_tag(user: str, tag: str) -> None:
    assert builds.tag_of(user) == tag
