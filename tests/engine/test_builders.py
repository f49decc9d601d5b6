"""Builds by docker's buildx: what another builder keeps is loaded or refused, and never is an older image pushed."""
from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Iterator

import air_gap
import pytest
from air_gap import Registry
from buildkit import far_builder
from conftest import ENGINE
from jobs import SOMEBODY
from mini_checkouts import OLD, REPOSITORY, Mini
from test_build import READ, wait_for_processes

if TYPE_CHECKING:
    from conftest import Docker, Program

pytestmark = [pytest.mark.area('build'), pytest.mark.engine_dependent]
# These two have docker-28's client, and what is the client's alone is tried there.
HAS_OWN_CLIENT = ENGINE.name not in ('docker-28-containerd', 'docker-rootless')
WAYS = ['variable', 'use', 'install']  # to choose a builder
SIGNALS = [signal.SIGINT, signal.SIGTERM, signal.SIGHUP]
HOMES = ['used', '/', 'empty']


@pytest.fixture
def far(docker: Docker) -> Iterator[str]:
    """The name of a builder that keeps its results."""
    folder = Path(tempfile.mkdtemp(prefix='tao-far-', dir='/tmp'))
    with far_builder(docker, folder) as name:
        yield name
    shutil.rmtree(folder)


def tags(registry: Registry) -> list[str]:
    """The tags that the registry has of the base image."""
    address = f'http://{registry.host}/v2/{REPOSITORY}/tags/list'
    program = f'import urllib.request as r; print(r.urlopen("{address}").read().decode())'
    done = subprocess.run(
        air_gap.near_registry('python3', '-c', program), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False,
    )
    return list(json.loads(done.stdout)['tags']) if done.returncode == 0 else []


# of engines with one client the one with which it succeeds
@pytest.mark.parametrize('how', WAYS[:1] if ENGINE.name in ('docker-28', 'docker-rootless') else WAYS)
def test_a_builder_that_keeps_its_results(
    mini: Mini, tao_pt: Program, docker: Docker, registry: Registry, far: str, how: str,
) -> None:
    """It is told to hand over what it built; BuildKit in a daemon with docker's own store cannot, and says so."""
    assert mini.run(tao_pt.path, 'build').returncode == 0  # the tag has an older image
    (mini.root / 'content.txt').write_text('new\n')
    env = {'BUILDX_BUILDER': far} if how == 'variable' else {}
    if how == 'use':
        docker.run('buildx', 'use', far)
    if how == 'install':
        docker.run('buildx', 'use', far)
        docker.run('buildx', 'install')
    done = mini.run(tao_pt.path, 'build', '--push', **env)
    if ENGINE.has_containerd_store:
        assert (done.returncode, done.stdout) == (0, f'{registry.host}/{REPOSITORY}@{mini.digest()}\n'), done.stderr
        mini.forget()
        assert mini.run(tao_pt.path, *READ).stdout == 'new\n'
    else:
        assert (done.returncode, done.stdout, mini.digest(), tags(registry)) == (1, '', OLD, [])
        assert 'exporter "docker" could not be found' in done.stderr
        assert done.stderr.endswith(
            f'tao_pt: notice: the builder {far} (driver remote) keeps its results and hands them over only with '
            '--load; if it cannot: export BUILDX_BUILDER=default\n')
    release = mini.root / 'release' / 'docker' / 'Dockerfile'
    release.parent.mkdir(parents=True)
    shutil.copy(mini.root / 'docker' / 'Dockerfile', release)
    done = mini.run(tao_pt.path, 'release', '--tag', '1.0', '--push', **env)
    assert (done.returncode == 0) == ENGINE.has_containerd_store == ('1.0' in tags(registry)), done.stderr
    done = mini.run(tao_pt.path, 'build', '--push', BUILDX_BUILDER='default')  # as is said
    assert done.returncode == 0, done.stderr
    mini.forget()
    assert mini.run(tao_pt.path, *READ).stdout == 'new\n'


@pytest.mark.parametrize('verb', ['build', 'release'])
def test_a_result_that_stays_in_the_builder(
    mini: Mini, tao_pt: Program, docker: Docker, registry: Registry, far: str, tmp_path: Path, verb: str,
) -> None:
    """A client that does not hand it over leaves the tag with the older image, which is not pushed."""
    engine = tmp_path / 'keeps'
    engine.write_text(f"""#!/bin/bash
for word; do [[ $word == --load ]] || words+=("$word"); done
exec {docker.path} "${{words[@]}}"
""")
    engine.chmod(0o755)
    (mini.root / 'release' / 'docker').mkdir(parents=True)
    shutil.copy(mini.root / 'docker' / 'Dockerfile', mini.root / 'release' / 'docker')
    words = ['--engine', f'docker:{engine}', verb, *(['--tag', 'root'] if verb == 'release' else []), '--push']
    assert mini.run(tao_pt.path, 'build').returncode == 0
    (mini.root / 'content.txt').write_text('new\n')
    before = mini.images()
    done = mini.run(tao_pt.path, *words, BUILDX_BUILDER=far)
    assert (done.returncode, done.stdout, mini.digest()) == (1, '', OLD)
    error = f'tao_pt: error: {mini.image("root")} is not the image that was just built; nothing was pushed\n'
    assert error in done.stderr
    assert f'the builder {far} (driver remote) keeps its results' in done.stderr
    assert (tags(registry), mini.images()) == ([], before)


@pytest.mark.after_processes
@pytest.mark.parametrize('number', SIGNALS if HAS_OWN_CLIENT else SIGNALS[:1])
# BuildKit in a daemon with docker's own store refuses to hand over a result before it builds it.
@pytest.mark.parametrize('which', ['default', *(['far'] if ENGINE.has_containerd_store else [])])
def test_a_signal_ends_the_build_on_the_daemon(
    mini: Mini, tao_pt: Program, request: pytest.FixtureRequest, number: int, which: str,
) -> None:
    """It is sent to the launcher alone: docker's client and its plugin are ended by the launcher."""
    name = request.getfixturevalue('far') if which == 'far' else which
    pause = f'61{os.getpid()}'
    with (mini.root / 'docker' / 'Dockerfile').open('a') as f:
        f.write(f'RUN sleep {pause}\n')
    child = subprocess.Popen(
        [tao_pt.path, 'build', '--push'], env={**mini.docker.env, 'BUILDX_BUILDER': name}, cwd=mini.root,
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True,
    )
    wait_for_processes(1, 'sleep', pause)
    child.send_signal(number)
    out, _ = child.communicate(timeout=60)
    assert (child.returncode, out) == (-2 if number == signal.SIGINT else 128 + number, b'')
    wait_for_processes(0, 'sleep', pause)
    left = subprocess.run(['pgrep', '-s', str(child.pid)], stdout=subprocess.PIPE, check=False).stdout
    assert (left, mini.images(), mini.digest()) == (b'', [], OLD)


@pytest.mark.parametrize('home', HOMES if HAS_OWN_CLIENT else HOMES[:1])
def test_another_user_without_a_home(
    mini: Mini, tao_pt: Program, registry: Registry, socket_for_all: None, tmp_path: Path, home: str,
) -> None:
    """The checkout is root's and so is HOME, as sudo -u leaves it; what the client writes goes elsewhere."""
    place = tmp_path / 'home'
    temporary = tmp_path / 'temporary'
    temporary.mkdir()
    temporary.chmod(0o1777)
    (place / '.docker' if home == 'used' else place).mkdir(parents=True)
    (mini.root / 'docker').chmod(0o777)
    mini.manifest.chmod(0o666)
    done = mini.run(
        tao_pt.path, 'build', '--push', prefix=SOMEBODY, HOME='/' if home == '/' else str(place), TMPDIR=str(temporary),
        NV_TAO_PYTORCH_TOP=str(mini.root),
    )
    assert (done.returncode, done.stdout) == (0, f'{registry.host}/{REPOSITORY}@{mini.digest()}\n'), done.stderr
    (made,) = temporary.iterdir()
    assert (made.name, made.stat().st_mode & 0o777) == ('tao-12345', 0o700)
    given = f'BUILDX_CONFIG={made}/buildx' if home == 'used' else f'HOME={made}'
    assert f'tao_pt: notice: the configuration of docker cannot be written here, so it gets {given}\n' in done.stderr
    assert mini.run(tao_pt.path, *READ, NV_TAO_PYTORCH_TOP=str(mini.root)).stdout == 'one\n'


@pytest.mark.parametrize('which', ['default', *(['far'] if ENGINE.has_containerd_store else [])])
def test_two_platforms(
    mini: Mini, tao_pt: Program, docker: Docker, registry: Registry, request: pytest.FixtureRequest, which: str,
) -> None:
    """Each is loaded, pushed and has its own digest in the manifest, which keeps its form."""
    name = request.getfixturevalue('far') if which == 'far' else which
    (mini.root / 'docker' / 'Dockerfile').write_text('FROM scratch\nARG TARGETARCH\nCOPY $TARGETARCH /content\n')
    for machine in ('amd64', 'arm64'):
        (mini.root / machine).write_text(machine)
    before = mini.write({'digests': {'arm': OLD, 'l4t': OLD}})
    done = mini.run(tao_pt.path, 'build', '--push', '--multiplatform', BUILDX_BUILDER=name)
    assert done.returncode == 0, done.stderr
    digests = json.loads(mini.manifest.read_text())['digests']
    assert done.stdout == ''.join(f'{mini.host}/{REPOSITORY}@{digests[entry]}\n' for entry in ('x86', 'arm'))
    assert mini.manifest.read_text() == before.replace(OLD, digests['arm'], 1).replace(
        f'"l4t": "{OLD}"', f'"l4t": "{OLD}",\n        "x86": "{digests["x86"]}"')
    assert sorted(re.sub(r'\d{12}', 'MINUTE', tag) for tag in mini.images()) == [
        'root-MINUTE-arm', 'root-MINUTE-x86', 'root-arm', 'root-x86',
    ]
    mini.forget()
    for entry, machine in (('x86', 'amd64'), ('arm', 'arm64')):
        reference = f'{mini.host}/{REPOSITORY}@{digests[entry]}'
        docker.run('pull', '--quiet', '--platform', f'linux/{machine}', reference)
        (found,) = json.loads(docker.run('image', 'inspect', reference).stdout)
        assert found['Architecture'] == machine


def test_one_other_platform_in_a_manifest_with_one_digest(mini: Mini, tao_pt: Program, registry: Registry) -> None:
    """It is refused before anything is built, as two are; in one with a digest for each it has its own."""
    other, entry = ('--x86', 'x86') if os.uname().machine == 'aarch64' else ('--arm', 'arm')
    for words in (['--platform', 'linux/amd64,linux/arm64'], [other]):
        done = mini.run(tao_pt.path, 'build', '--push', *words)
        assert (done.returncode, done.stdout, mini.images(), tags(registry)) == (2, '', [], [])
    with (mini.root / 'docker' / 'Dockerfile').open('a') as f:  # one that runs something may need an emulator
        f.write('FROM scratch\nCOPY content.txt /\n')
    mini.write({'digests': {'x86': OLD, 'arm': OLD}})
    done = mini.run(tao_pt.path, 'build', '--push', other)
    assert done.returncode == 0, done.stderr
    digests = json.loads(mini.manifest.read_text())['digests']
    assert done.stdout == f'{mini.host}/{REPOSITORY}@{digests.pop(entry)}\n' and list(digests.values()) == [OLD]


@pytest.mark.after_processes
def test_progress_is_shown_as_docker_shows_it(mini: Mini, tao_pt: Program, tmp_path: Path) -> None:
    """On a terminal one display that is rewritten, elsewhere lines; stdout has the result alone in both."""
    out = tmp_path / 'out'
    script = ['script', '--quiet', '--return', '--command', f'{tao_pt.path} build >{out}', '/dev/null']
    done = mini.run(script[0], *script[1:], TERM='xterm')
    assert (done.returncode, out.read_text()) == (0, f'{mini.image("root")}\n'), done.stdout
    assert re.search(r'\[\+\] Building \d+\.\d+s \(\d+/\d+\)', done.stdout)
    (mini.root / 'content.txt').write_text('two\n')
    done = mini.run(tao_pt.path, 'build')
    assert done.returncode == 0 and re.search(r'^#\d+ \[', done.stderr, re.MULTILINE) and '[+]' not in done.stderr


# Docker's client, which has someone else's image take the tag right after a build, or before a push.
MOVES = """#!/bin/sh
[ "$1" != {verb} ] || {before}
{docker} "$@" || exit
case " $* " in *" build "*) {after} ;; esac
"""


@pytest.mark.parametrize(
    'words', [['build', '--push'], ['release', '--tag', 'rel1', '--push']], ids=['build', 'release'],
)
def test_a_tag_that_someone_else_moves(
    mini: Mini, tao_pt: Program, docker: Docker, registry: Registry, tmp_path: Path, words: list[str],
) -> None:
    """After the build it is not pushed; while it is pushed that is said, and no digest is written."""
    release = mini.root / 'release' / 'docker' / 'Dockerfile'
    release.parent.mkdir(parents=True)
    shutil.copy(mini.root / 'docker' / 'Dockerfile', release)
    tag = 'rel1' if words[0] == 'release' else 'root'
    moved = f'{docker.path} tag {registry.host}/base:1 {mini.image(tag)}'
    folder = tmp_path / 'bin'
    folder.mkdir()
    client, env = folder / 'docker', {'PATH': f'{folder}:{docker.env["PATH"]}'}
    docker.run('pull', '--quiet', f'{registry.host}/base:1')
    client.write_text(MOVES.format(docker=docker.path, verb='none', before=':', after=moved))
    client.chmod(0o755)
    done = mini.run(tao_pt.path, *words, **env)
    assert (done.returncode, done.stdout, tags(registry), mini.digest()) == (1, '', [], OLD), done.stderr
    assert f'{mini.image(tag)} is not the image that was just built; nothing was pushed\n' in done.stderr
    pushed = moved.replace(mini.image(tag), '"$2"') if words[0] == 'release' else \
        f'for each; do :; done; {moved.replace(mini.image(tag), chr(34) + "$each" + chr(34))}'
    client.write_text(MOVES.format(docker=docker.path, verb='push', before=f'{{ {pushed}; }}', after=':'))
    done = mini.run(tao_pt.path, *words, **env)
    assert (done.returncode, done.stdout, mini.digest()) == (125, '', OLD), done.stderr
    assert 'something else moved its tag in the meantime' in done.stderr


def test_builds_of_one_repository_take_turns(
    mini: Mini, tao_pt: Program, docker: Docker, registry: Registry, tmp_path: Path,
) -> None:
    """Two checkouts of one user give their images the same tag: each pushes its own."""
    other = tmp_path / 'other'
    shutil.copytree(mini.root, other)
    (mini.root / 'docker' / 'Dockerfile').write_text(
        (mini.root / 'docker' / 'Dockerfile').read_text() + 'RUN sleep 3\n')
    (other / 'content.txt').write_text('other\n')
    first, second = (
        subprocess.Popen(
            [tao_pt.path, 'build', '--push'], env=docker.env, cwd=root, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding='utf-8',
        ) for root in (mini.root, other)
    )
    said = [child.communicate(timeout=120) for child in (first, second)]
    assert (first.returncode, second.returncode) == (0, 0), said
    assert sum('is running: waiting for it to end' in err for _, err in said) == 1
    digests = [json.loads((root / 'docker' / 'manifest.json').read_text())['digest'] for root in (mini.root, other)]
    assert [out for out, _ in said] == [f'{registry.host}/{REPOSITORY}@{digest}\n' for digest in digests]
    mini.forget()
    assert mini.run(tao_pt.path, *READ).stdout == 'one\n'
    done = subprocess.run(
        [tao_pt.path, *READ], env=docker.env, cwd=other, stdout=subprocess.PIPE, encoding='utf-8', check=False,
    )
    assert done.stdout == 'other\n'
