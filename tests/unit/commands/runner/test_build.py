"""tao_pt build as a command line: what is printed, and what is run."""
from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from engine_answers import Engine
from runner_checkout import BASE, DIGEST, commands, name_of_files, run, without_minute
from support import MADE, FakeDocker

from tao_launcher.launch.variables import in_ps
from tao_launcher.settings.programs import RUNNERS


@pytest.mark.parametrize('program', RUNNERS)
def test_the_lines_of_a_build(program: str, root: Path, fake_docker: FakeDocker, buildx: Path) -> None:
    done = run(root, 'build', '--push', '--force', '--build-arg', 'A=x y', '--dry-run', program=program)
    local, pushed, file = f'{BASE}:DOM-jo-doe', f'{BASE}:DOM-jo-doe-MINUTE', f'{name_of_files(root)}.built'
    assert (done.code, done.err) == (0, '')
    assert list(commands(done.out)) == [
        ['docker', 'buildx', 'build', '--load', '--metadata-file', file, '--pull', '-f', f'{root}/docker/Dockerfile',
         '-t', local, '--no-cache', '--network=host', '--build-arg', 'A=x y', str(root)],
        ['docker', 'image', 'inspect', local], ['docker', 'tag', local, pushed], ['docker', 'image', 'inspect', pushed],
        ['docker', 'push', pushed], ['docker', 'image', 'inspect', pushed],
    ]
    assert [line for line in done.out.splitlines() if line.startswith('#')] == [
        f'# then: unless that is the image whose id is in {state(root)}/{file}, nothing more is done',
        '# then: unless that is the same image, it is not pushed',
        f'# then: its digest, of RepoDigests, goes into {root}/docker/manifest.json as digest',
    ]
    assert fake_docker.calls == []


def state(root: Path) -> str:
    """The folder of the files of a build."""
    return str(root.parent / 'home/.local/state/tao')


@pytest.mark.parametrize(('version', 'buildkit'), [
    ('Docker version 20.10.24+dfsg1, build 297e128', '1'), ('Docker version 18.09.0, build 4d60db4', '1'),
    ('Docker version 28.2.2, build e6534b4', ''), ('Docker version 23.0.0, build e92dd87', ''),
    ('Docker version 18.06.1-ce, build e68fc7a', ''), ('podman version 4.3.1', ''), ('', ''),
])
def test_without_buildx(root: Path, engine: Engine, version: str, buildkit: str) -> None:
    """A client that has BuildKit, and does not use it by itself, is told to."""
    local, file = f'{BASE}:DOM-jo-doe', f'{name_of_files(root)}.built'
    engine.answers('--version', version)
    engine.answers('image', json.dumps([{'Id': MADE}]))
    engine.answers('build')
    (engine.folder / 'docker').write_text((engine.folder / 'docker').read_text().replace(
        'exit ', '[ "$1" = build ] && echo "$DOCKER_BUILDKIT" >"$folder/buildkit"\nexit '))
    printed = run(root, 'build', '--dry-run')
    assert engine.calls == [] and list(commands(printed.out)) == [
        ['docker', '--version'], ['docker', 'image', 'inspect', local],
        ['docker', 'build', '--iidfile', file, '--pull', '-f', f'{root}/docker/Dockerfile', '-t', local,
         '--network=host', str(root)],
        ['docker', 'image', 'inspect', local],
    ]
    then = '# then: before version 23, the build has DOCKER_BUILDKIT=1 in its environment'
    assert printed.out.splitlines()[1] == then
    done = run(root, 'build')
    assert (done.code, done.out) == (0, f'{local}\n')
    assert list(map(without_minute, engine.calls)) == list(commands(printed.out))
    assert (engine.folder / 'buildkit').read_text() == f'{buildkit}\n'
    assert os.listdir(state(root)) == []


def test_a_caller_who_says_whether_buildkit_is_used(root: Path, fake_docker: FakeDocker) -> None:
    assert run(root, 'build', DOCKER_BUILDKIT='0').code == 0
    assert [call[1] for call in fake_docker.calls] == ['image', 'build', 'image']


def test_what_is_printed_is_what_is_run(root: Path, fake_docker: FakeDocker, buildx: Path) -> None:
    words = ['build', '--tag', 't', '--build-arg', 'A=1 2', '--build-arg', 'A=3', '--build-arg', 'HERE']
    printed = list(commands(run(root, *words, '--dry-run', HERE='x').out))
    done = run(root, *words, HERE='x')
    assert (done.code, done.out) == (0, f'{BASE}:t\n')
    assert list(map(without_minute, fake_docker.calls)) == printed
    assert printed[0][-5:] == ['--build-arg', 'A=3', '--build-arg', 'HERE', str(root)]


@pytest.mark.parametrize(('words', 'env', 'start'), [
    (['--engine', 'podman'], {}, ['podman', 'build', '--iidfile']),
    ([], {'TAO_ENGINE': 'docker -H x'}, ['docker', '-H', 'x', 'buildx', 'build', '--load']),
])
def test_the_engine(words: list[str], env: dict[str, str], start: list[str], root: Path, buildx: Path) -> None:
    line, look = commands(run(root, *words, 'build', '--dry-run', **env).out)
    assert line[:len(start)] == start and look[-3:-1] == ['image', 'inspect']


def test_where_buildx_is_looked_for(root: Path, tmp_path: Path, home: Path, buildx: Path) -> None:
    """In docker's own configuration, the folders that this names, and the system's, of which a test has none."""
    def is_used(*words: str, **env: str) -> bool:
        return any('buildx' in line for line in commands(run(root, *words, 'build', '--dry-run', **env).out))

    assert is_used() and not is_used('--engine', 'sudo docker') and not is_used(DOCKER_CONFIG=str(tmp_path))
    moved = tmp_path / 'plugins' / buildx.name
    moved.parent.mkdir()
    buildx.rename(moved)
    assert not is_used()
    (home / '.docker/config.json').write_text(json.dumps({'cliPluginsExtraDirs': [str(moved.parent), 7]}))
    assert is_used()
    moved.chmod(0o644)
    assert not is_used()


def test_a_secret_goes_by_name(root: Path, fake_docker: FakeDocker, buildx: Path) -> None:
    secret = ['--build-arg', 'EFF_TOKEN=s3cr3t']
    done = run(root, '--engine', 'sudo -n docker', 'build', *secret, '--dry-run')
    line = next(line for line in commands(done.out) if 'build' in line)
    assert line[:4] == ['sudo', '--preserve-env=EFF_TOKEN', '-n', 'docker']
    assert line[-3:] == ['--build-arg', 'EFF_TOKEN', str(root)]
    assert done.err == (
        f'tao_pt: notice: {in_ps("--build-arg", "EFF_TOKEN")}\n'
        'tao_pt: notice: the line takes EFF_TOKEN from its environment: export it first\n'
    )
    done = run(root, 'build', *secret)
    assert done.code == 0 and 's3cr3t' not in done.out + done.err
    assert 's3cr3t' not in str(fake_docker.calls)


def test_what_steers_the_client_is_for_the_build_alone(root: Path, fake_docker: FakeDocker, buildx: Path) -> None:
    done = run(root, 'build', '--dry-run', '--build-arg', 'https_proxy=http://u:s3cr3t@p')
    assert done.code == 2 and 's3cr3t' not in done.out + done.err
    assert 'https_proxy: a secret for the container, which cannot be handed over (--build-arg)' in done.err
    done = run(root, 'build', '--dry-run', '--build-arg', 'https_proxy', https_proxy='http://u:s3cr3t@p')
    assert list(commands(done.out))[0][-2] == 'https_proxy'
    done = run(root, '--engine', 'sudo docker', 'build', '--dry-run', '--build-arg', 'DOCKER_HOST', DOCKER_HOST='unix:///x')
    assert list(commands(done.out))[0][:2] == ['sudo', 'docker'] and 'DOCKER_HOST=unix:///x' in done.out


DIGESTS = {'x86': DIGEST, 'arm': DIGEST}


def write_digests(root: Path, **members: object) -> None:
    names = {'registry': 'nvcr.io', 'repository': 'a/b'}
    (root / 'docker/manifest.json').write_text(json.dumps({**names, **(members or {'digests': DIGESTS})}))


@pytest.mark.parametrize('words', [
    ['--platform', 'linux/amd64,linux/arm64'], ['--multiplatform'], ['--x86', '--arm'],
    ['--platform=linux/amd64', '--arm'],
])
def test_several_platforms(words: list[str], root: Path, buildx: Path) -> None:
    """Each is an image of its own; the manifest is written when all are pushed."""
    write_digests(root)
    done = run(root, 'build', '--push', *words, '--dry-run')
    assert (done.code, done.err) == (0, '')
    tag = f'{BASE}:DOM-jo-doe'
    builds: list[list[str]] = []
    others: list[list[str]] = []
    for line in commands(done.out):
        (builds if 'build' in line else others).append(line)
    assert [(line[line.index('--platform') + 1], line[line.index('-t') + 1]) for line in builds] == [
        ('linux/amd64', f'{tag}-x86'), ('linux/arm64', f'{tag}-arm'),
    ]
    assert [line[1:] for line in others] == [
        *(['image', 'inspect', f'{tag}-{name}'] for name in DIGESTS),
        *(words for name in DIGESTS for words in (
            ['tag', f'{tag}-{name}', f'{tag}-MINUTE-{name}'], ['image', 'inspect', f'{tag}-MINUTE-{name}'],
            ['push', f'{tag}-MINUTE-{name}'], ['image', 'inspect', f'{tag}-MINUTE-{name}'],
        )),
    ]
    assert done.out.splitlines()[-1].endswith('goes into ' + f'{root}/docker/manifest.json as digests.x86, digests.arm')


def test_one_other_platform(root: Path, buildx: Path) -> None:
    """It has the usual tags."""
    write_digests(root)
    done = run(root, 'build', '--push', '--arm', '--dry-run')
    first, *_ = commands(done.out)
    assert first[first.index('--platform') + 1] == 'linux/arm64'
    assert first[first.index('-t') + 1] == f'{BASE}:DOM-jo-doe'
    assert done.out.splitlines()[-1].endswith('docker/manifest.json as digests.arm')


def test_jetsons(root: Path, buildx: Path) -> None:
    """A Dockerfile, a repository and a digest of its own, where NVIDIA has one."""
    write_digests(root)
    assert run(root, 'build', '--l4t') == (
        2, '', 'tao_pt: error: --l4t: tao_pt has no base image of its own for Jetson\n    try: --arm\n')
    done = run(root, 'build', '--l4t', program='tao_deploy')
    assert done.code == 2 and f'{root}/docker/Dockerfile.l4t: no such file' in done.err
    (root / 'docker/Dockerfile.l4t').touch()
    done = run(root, 'build', '--push', '--l4t', '--dry-run', program='tao_deploy')
    first, *_ = commands(done.out)
    assert first[first.index('-f') + 1] == f'{root}/docker/Dockerfile.l4t'
    assert first[first.index('-t') + 1] == 'nvcr.io/nvstaging/tao/tao_deploy_l4t_image:DOM-jo-doe'
    assert first[first.index('--platform') + 1] == 'linux/arm64'
    assert done.out.splitlines()[-1].endswith('docker/manifest.json as digests.l4t')
    done = run(root, '--registry', 'm.test/x', 'build', '--l4t', '--dry-run', program='tao_deploy')
    assert 'm.test/x/nvstaging/tao/tao_deploy_l4t_image:DOM-jo-doe' in next(commands(done.out))


@pytest.mark.parametrize(('words', 'program'), [(['--multiplatform'], 'tao_pt'), (['--l4t'], 'tao_deploy')])
def test_a_manifest_with_one_digest_for_all(
    root: Path, fake_docker: FakeDocker, words: list[str], program: str,
) -> None:
    """Said before anything is built; without --push it does not matter."""
    (root / 'docker/Dockerfile.l4t').touch()
    done = run(root, 'build', '--push', *words, program=program)
    assert (done.code, fake_docker.calls) == (2, [])
    assert done.err == (
        f'{program}: error: {root}/docker/manifest.json: has one digest for all machines\n'
        '    nothing was built or pushed\n'
        '    try: have "digests": {"x86": "…", "arm": "…"} there in place of "digest" and "tag"\n'
    )


OWN, OTHER, SHORT = ('linux/arm64', 'linux/amd64', '--x86') if os.uname().machine == 'aarch64' else (
    'linux/amd64', 'linux/arm64', '--arm')


@pytest.mark.parametrize(('words', 'env', 'by'), [
    (['--platform', OTHER], {}, '--platform'), ([SHORT], {}, '--platform'),
    ([f'--platform={OTHER}/v8'], {}, '--platform'),
    ([], {'DOCKER_DEFAULT_PLATFORM': OTHER}, 'DOCKER_DEFAULT_PLATFORM'),
])
def test_one_digest_does_not_become_that_of_another_platform(
    root: Path, fake_docker: FakeDocker, buildx: Path, words: list[str], env: dict[str, str], by: str,
) -> None:
    """All who have this manifest would run it: by digest, by tag, and in a dry run."""
    for members in ({'digest': DIGEST}, {'tag': 'c'}):
        write_digests(root, **members)
        for more in ([], ['--dry-run']):
            done = run(root, 'build', '--push', *words, *more, **env)
            asked = words[0].partition('=')[2] or OTHER if words else OTHER
            assert (done.code, done.out, fake_docker.calls) == (2, '', [])
            assert done.err == (
                f'tao_pt: error: {root}/docker/manifest.json: has one digest for all machines\n'
                f'    {by} asks for {asked}, and this machine is {os.uname().machine}\n'
                '    nothing was built or pushed\n'
                '    try: have "digests": {"x86": "…", "arm": "…"} there in place of "digest" and "tag"\n'
            )
    assert run(root, 'build', *words, '--dry-run', **env).code == 0
    assert run(root, 'build', '--push', '--platform', OWN, '--dry-run', **env).code == 0
    sudo = run(root, '--engine', 'sudo docker', 'build', '--push', *words, '--dry-run', **env)
    assert ('has one digest' in sudo.err) == bool(words)  # sudo keeps the variable to itself


def test_what_the_client_builds_for_by_itself(root: Path, buildx: Path) -> None:
    """The entry of a dry run is that of the run."""
    write_digests(root)
    entry = 'arm' if SHORT == '--arm' else 'x86'
    done = run(root, 'build', '--push', '--dry-run', DOCKER_DEFAULT_PLATFORM=OTHER)
    assert done.out.splitlines()[-1].endswith(f'docker/manifest.json as digests.{entry}')


def test_other_platforms_without_buildx(root: Path, fake_docker: FakeDocker) -> None:
    for platforms in (OTHER, f'{OWN},{OTHER}'):
        done = run(root, 'build', '--platform', platforms, '--dry-run')
        assert done.code == 125 and done.err == (
            'tao_pt: error: docker: has no buildx, which is needed to build for other platforms\n'
            "    no docker-buildx is among the plugins of docker's client\n"
            "    try: install docker-buildx-plugin (docker's own packages) or docker-buildx (Debian 13 and later, "
            'Ubuntu)\n'
        )
    done = run(root, '--engine', 'podman', 'build', '--platform', OTHER, '--dry-run')  # which has no plugins
    assert done.code == 0 and f'--platform {OTHER}' in done.out


def test_this_machines_own_platform_needs_no_buildx(root: Path, engine: Engine) -> None:
    """NVIDIA's own instructions name it."""
    engine.answers('--version', 'Docker version 20.10.24')
    engine.answers('image', json.dumps([{'Id': MADE}]))
    engine.answers('build')
    words = ['build', '--arm' if SHORT == '--x86' else '--x86']
    printed = list(commands(run(root, *words, '--dry-run').out))
    assert run(root, *words).code == 0
    assert list(map(without_minute, engine.calls)) == printed
    build = next(call for call in printed if call[1] == 'build')
    assert build[2] == '--iidfile' and build[4:7] == ['--platform', OWN, '--pull']


def test_several_platforms_are_built_one_after_the_other(root: Path, fake_docker: FakeDocker, buildx: Path) -> None:
    done = run(root, 'build', '--multiplatform')
    tags = [f'{BASE}:DOM-jo-doe-{name}' for name in DIGESTS]
    assert (done.code, done.out) == (0, ''.join(f'{tag}\n' for tag in tags))
    assert done.err == ''.join(f'tao_pt: notice: to run it: tao_pt --image {tag}\n' for tag in tags)
    assert [call[-1] for call in fake_docker.calls if call[1] == 'image'] == tags


def test_what_may_be_wrong_when_another_platform_fails(root: Path, engine: Engine, buildx: Path) -> None:
    engine.answers('buildx', code=1)
    other = {'x86_64': '--arm', 'aarch64': '--x86'}.get(os.uname().machine, '--x86')
    emulator = {'--arm': 'qemu-aarch64', '--x86': 'qemu-x86_64'}[other]
    done = run(root, 'build', other)
    assert ('exec format error' in done.err) != Path(f'/proc/sys/fs/binfmt_misc/{emulator}').exists()
    assert done.code == 1 and 'exec format error' not in run(root, 'build').err
    platform = {'--arm': 'linux/arm64', '--x86': 'linux/amd64'}[other]
    release = run(root, '--platform', platform, 'release', '--tag', 'x')
    assert release.code == 1 and ('exec format error' in release.err) == ('exec format error' in done.err)
    assert 'exec format error' not in run(root, 'release', '--tag', 'x').err


def test_a_build_secret(root: Path, fake_docker: FakeDocker, buildx: Path) -> None:
    words = ['build', '--build-secret', 'NETRC', '--build_secret=PLAIN=s3cr3t', '--build-secret', 'id=x,src=y']
    done = run(root, '--engine', 'sudo docker', *words, '--dry-run', NETRC='here')
    line = next(line for line in commands(done.out) if 'build' in line)
    assert line[:3] == ['sudo', '--preserve-env=NETRC,PLAIN', 'docker'] and line[-7:-1] == [
        '--secret', 'id=NETRC,env=NETRC', '--secret', 'id=PLAIN,env=PLAIN', '--secret', 'id=x,src=y',
    ]
    assert done.err == (
        f'tao_pt: notice: {in_ps("--build-secret", "PLAIN")}\n'
        'tao_pt: notice: the line takes PLAIN from its environment: export it first\n'
    )
    done = run(root, *words, NETRC='here')
    assert done.code == 0 and 's3cr3t' not in done.out + done.err + str(fake_docker.calls)


@pytest.mark.parametrize(('words', 'env', 'image'), [
    (['--registry', 'localhost:5000'], {}, 'localhost:5000/a/b'),
    ([], {'OVERRIDE_REGISTRY': 'm.test/x'}, 'm.test/x/a/b'),
])
def test_another_registry(words: list[str], env: dict[str, str], image: str, root: Path, buildx: Path) -> None:
    line, _ = commands(run(root, *words, 'build', '--dry-run', **env).out)
    assert line[line.index('-t') + 1] == f'{image}:DOM-jo-doe'


def test_no_dockerfile(root: Path, fake_docker: FakeDocker) -> None:
    (root / 'docker' / 'Dockerfile').unlink()
    error = f'tao_pt: error: {root}/docker/Dockerfile: no such file\n'
    assert run(root, 'build') == (2, '', f'{error}    the checkout of tao_pt is the folder in NV_TAO_PYTORCH_TOP\n')
    os.chdir(root)
    assert run(root, 'build', NV_TAO_PYTORCH_TOP='') == (2, '', (
        f'{error}    NV_TAO_PYTORCH_TOP is not set: the checkout is the nearest folder upwards with '
        'docker/manifest.json\n'
    ))
    assert fake_docker.calls == []
