"""The base image of the runner that builds its own: pulled, else built, and never against what was asked."""
from __future__ import annotations

import json
import shlex
from pathlib import Path

import pytest
from engine_answers import Engine
from runner_checkout import DIGEST, backend, commands, without_minute
from runner_checkout import run as run_on
from support import MADE, FakeDocker, Result, tao

from tao_launcher.checkouts.runners import BUILDS_ITS_BASE

MISSING = 'Error: No such image: x\n'


@pytest.fixture
def root(tmp_path: Path, engine: Engine, buildx: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout to be in, whose base image nobody has; an engine that builds."""
    folder = tmp_path / 'checkout'
    for name in ('docker', 'nvidia_tao_tf1', 'nvidia_tao_pytorch'):
        (folder / name).mkdir(parents=True)
    (folder / 'docker' / 'Dockerfile').touch()
    (folder / 'docker' / 'manifest.json').write_text(
        json.dumps({'registry': 'r.test', 'repository': 'a/b', 'tag': 'c'}),
    )
    engine.answers('image', '[]\n', MISSING, 1)
    engine.answers('image.2', json.dumps([{'Id': MADE}]))
    for verb in ('pull', 'buildx', 'run'):
        engine.answers(verb)
    monkeypatch.chdir(folder)
    return folder


def run(*options: str, program: str = BUILDS_ITS_BASE) -> Result:
    return tao('--quiet', *options, '--', 'make', program=program)


def steps(engine: Engine) -> list[str]:
    return [call[1] for call in engine.calls if call[1] in ('image', 'pull', 'buildx', 'run')]


def test_it_is_pulled(root: Path, engine: Engine) -> None:
    assert run().code == 0
    assert steps(engine) == ['image', 'pull', 'run']


def test_it_is_built_where_it_can_not_be_pulled(root: Path, engine: Engine) -> None:
    engine.answers('pull', '', 'unauthorized\n', 1)
    done = run()
    assert done.code == 0
    assert steps(engine) == ['image', 'pull', 'buildx', 'image', 'run']
    build = next(call for call in engine.calls if call[1] == 'buildx')
    assert build[build.index('-t') + 1] == 'r.test/a/b:c' and build[-1] == str(root)
    assert f'it cannot be pulled: building r.test/a/b:c from {root}/docker/Dockerfile' in done.err


def test_a_build_that_fails_is_the_end(root: Path, engine: Engine) -> None:
    engine.answers('pull', code=1)
    engine.answers('buildx', code=17)
    assert run().code == 17
    assert steps(engine) == ['image', 'pull', 'buildx', 'buildx']


def test_a_pull_that_somebody_ended_is_not_followed_by_a_build(root: Path, engine: Engine) -> None:
    engine.answers('pull', code=130)
    assert run().code == 130
    assert steps(engine) == ['image', 'pull']


@pytest.mark.parametrize(('image', 'error'), [('[{}]\n', ''), ('', 'Cannot connect to the Docker daemon\n')])
def test_it_is_here_or_there_is_no_engine_to_say_so(root: Path, engine: Engine, image: str, error: str) -> None:
    engine.answers('image', image, error, 1 if error else 0)
    assert run().code == 0
    assert steps(engine) == ['image', 'run']


@pytest.mark.parametrize('options', [['--pull', 'never'], ['--image', 'x:y'], ['--cached', 'x:y'], ['--tag', 'dev']])
def test_another_image_is_never_built(root: Path, engine: Engine, options: list[str]) -> None:
    assert run(*options).code == 0
    assert steps(engine) == ['run']


def test_other_runners_build_nothing(root: Path, engine: Engine) -> None:
    assert run(program='tao_pt').code == 0
    assert steps(engine) == ['run']


def test_without_a_dockerfile_there_is_nothing_to_build(root: Path, engine: Engine) -> None:
    """docker pulls the image itself, or says why not."""
    (root / 'docker' / 'Dockerfile').unlink()
    assert run().code == 0
    assert steps(engine) == ['run']
    assert len(tao('--quiet', '--dry-run', '--', 'make', program=BUILDS_ITS_BASE).out.splitlines()) == 1


DOTTED = 'r.test/a/b:c'


def test_a_dry_run_shows_all_of_it(root: Path, engine: Engine) -> None:
    """In the order, with the cases, and in the words of a launch."""
    out = tao('--quiet', '--dry-run', '--', 'make', program=BUILDS_ITS_BASE).out
    *before, line = out.splitlines()
    build = before[4]
    assert before == [
        f'docker image inspect {DOTTED}', '# where it is not here:', f'docker pull {DOTTED}',
        '# where it cannot be pulled:', build, '# where it cannot be pulled:', f'docker image inspect {DOTTED}',
        '# then:',
    ]
    assert build.startswith('docker buildx build --load --metadata-file ')
    assert build.endswith(f' --pull -f {root}/docker/Dockerfile -t {DOTTED} --network=host {root}')
    assert steps(engine) == []
    engine.answers('pull', '', 'unauthorized\n', 1)
    assert run().code == 0
    assert [call for call in engine.calls if call[1] in ('image', 'pull', 'buildx', 'run')] == [
        *map(shlex.split, (before[0], before[2], build, before[6], line)),
    ]


def test_a_dry_run_of_an_older_client(root: Path, buildx: Path, engine: Engine) -> None:
    """Without buildx its version is asked, and the tag is looked at before and after."""
    buildx.unlink()
    document = json.loads(tao('--quiet', '--dry-run=json', '--', 'make', program=BUILDS_ITS_BASE).out)
    words = [each['argv'][1:] for each in document['before'][2:]]
    inspect = ['image', 'inspect', DOTTED]
    assert [words[0], words[1], words[3]] == [['--version'], inspect, inspect]
    assert words[2][:2] == ['build', '--iidfile']


def test_a_dry_run_shows_what_is_run_with_another_image(root: Path, engine: Engine) -> None:
    """No image can be built to a digest: then the line is another one."""
    (root / 'docker/manifest.json').write_text(
        json.dumps({'registry': 'r.test', 'repository': 'a/b', 'digest': DIGEST}))
    words = ['--quiet', '--dry-run', '--', 'make']
    *before, line = tao(*words, program=BUILDS_ITS_BASE, env={'USER': 'jo'}).out.splitlines()
    assert before[0] == f'docker image inspect r.test/a/b@{DIGEST}' and line.endswith(f' r.test/a/b@{DIGEST} make')
    assert before[7] == '# where it was built, in place of the next line:' and before[8].endswith(' r.test/a/b:jo make')
    engine.answers('pull', '', 'unauthorized\n', 1)
    assert tao('--quiet', '--', 'make', program=BUILDS_ITS_BASE, env={'USER': 'jo'}).code == 0
    runs = [call for call in engine.calls if call[1] in ('buildx', 'run')]
    assert runs == [shlex.split(before[4]), shlex.split(before[8])]


def test_other_forms_of_the_dry_run(root: Path, engine: Engine) -> None:
    pretty = tao('--quiet', '--dry-run=pretty', '--', 'make', program=BUILDS_ITS_BASE).out
    assert pretty.startswith(f'docker image inspect {DOTTED}\n# where') and '# then:\ndocker run --rm \\\n' in pretty
    document = json.loads(tao('--quiet', '--dry-run=json', '--', 'make', program=BUILDS_ITS_BASE).out)
    cases = ['', 'where it is not here', *['where it cannot be pulled'] * 2]
    assert [each['if'] for each in document['before']] == cases
    assert document['before'][1]['argv'] == ['docker', 'pull', DOTTED] and document['argv'][-1] == 'make'
    explained = tao('--quiet', '--explain', '--', 'make', program=BUILDS_ITS_BASE).out.splitlines()
    assert explained[:2] == [
        f'# before: docker image inspect {DOTTED}', f'# where it is not here: docker pull {DOTTED}',
    ]
    assert all(line.startswith('# ') for line in explained)
    assert 'before' not in json.loads(tao('--dry-run=json', '--', 'make', program='tao_pt').out)


@pytest.mark.parametrize('options', [['--pull', 'never'], ['--image', 'x:y'], ['--cached', 'x:y'], ['--tag', 'dev']])
def test_a_dry_run_shows_no_build_that_would_not_be(root: Path, options: list[str], engine: Engine) -> None:
    out = tao('--quiet', '--dry-run', *options, '--', 'make', program=BUILDS_ITS_BASE).out
    assert len(out.splitlines()) == 1


def test_build_gives_it_the_name_that_the_next_launch_takes(root: Path, fake_docker: FakeDocker) -> None:
    """So that it can be tried at once: by tag. A digest names another image in any case."""
    done = tao('build', program=BUILDS_ITS_BASE)
    assert (done.code, done.out, done.err) == (0, f'{DOTTED}\n', 'tao_tf: notice: to run it: tao_tf\n')
    build, = (call for call in fake_docker.calls if call[1] == 'buildx')
    assert build[build.index('-t') + 1] == DOTTED
    assert next(commands(tao('--dry-run', '--', 'script', 'args', program=BUILDS_ITS_BASE).out))[-1] == DOTTED
    done = tao('--registry', 'm.test', 'build', program=BUILDS_ITS_BASE)
    assert (done.out, done.err) == ('m.test/a/b:c\n', 'tao_tf: notice: to run it: tao_tf --registry m.test\n')
    done = tao('build', '--tag', 'dev', program=BUILDS_ITS_BASE)
    assert (done.out, done.err) == ('r.test/a/b:dev\n', 'tao_tf: notice: to run it: tao_tf --image r.test/a/b:dev\n')
    (root / 'docker/manifest.json').write_text(
        json.dumps({'registry': 'r.test', 'repository': 'a/b', 'digest': DIGEST, 'tag': 'c'}))
    done = tao('build', program=BUILDS_ITS_BASE, env={'USER': 'jo'})
    assert (done.out, done.err) == ('r.test/a/b:jo\n', 'tao_tf: notice: to run it: tao_tf --image r.test/a/b:jo\n')


@pytest.mark.parametrize(('program', 'has_script', 'built'), [
    ('tao_tf', True, True), ('tao_tf', False, False), ('tao_pt', True, False),
])
def test_kernels_are_built_before_the_wheel(program: str, has_script: bool, built: bool, tmp_path: Path) -> None:
    """Where the backend of TensorFlow 1 has the script for it, as NVIDIA's deploy.sh does."""
    checkout = backend(tmp_path / 'x', program, manifest={'registry': 'r.test', 'repository': 'a/b', 'tag': 'c'})
    (checkout / 'docker/Dockerfile').unlink()
    if has_script:
        (checkout / 'release/docker/build_kernels.py').touch()
    done = run_on(checkout, 'release', '--wheel', '--tag', 'x', '--dry-run', program=program)
    assert (done.code, done.err) == (0, '')
    found = [line[line.index(DOTTED) + 1:] for line in commands(done.out) if line[1] == 'run']
    kernels = ['python', 'release/docker/build_kernels.py']
    assert found == [*([kernels] if built else []), ['python', 'setup.py', 'bdist_wheel']]


@pytest.mark.parametrize(('code', 'ran'), [(0, 2), (7, 1)])
def test_kernels_that_fail_end_the_release(code: int, ran: int, root: Path, engine: Engine) -> None:
    """What is run is what is printed; with kernels that cannot be built there is no wheel."""
    for name in ('release/docker/build_kernels.py', 'release/docker/Dockerfile', 'dist/x.whl'):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).touch()
    words = ['release', '--wheel', '--tag', 'x']
    printed = [line for line in commands(tao(*words, '--dry-run', program=BUILDS_ITS_BASE).out)
               if line[1] in ('run', 'buildx')]
    assert [line[1] for line in printed] == ['buildx', 'run', 'run', 'buildx']
    engine.answers('image', json.dumps([{'Id': MADE}]))
    engine.answers('run.1', code=code)
    done = tao(*words, program=BUILDS_ITS_BASE)
    assert done.code == code
    called = [without_minute(call) for call in engine.calls if call[1] in ('run', 'buildx')]
    assert called == printed[1:1 + ran] + printed[3:][:ran - 1]


def test_a_wheel_waits_for_no_release_of_its_own(root: Path, engine: Engine) -> None:
    """The base image and the release image are of one repository, whose builds take turns."""
    for name in ('release/docker/Dockerfile', 'dist/x.whl'):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).touch()
    engine.answers('pull', '', 'unauthorized\n', 1)
    engine.answers('image.3', json.dumps([{'Id': MADE}]))
    done = tao('release', '--wheel', '--tag', 'x', program=BUILDS_ITS_BASE)
    assert done.code == 0, done.err
    assert steps(engine) == ['image', 'pull', 'buildx', 'image', 'run', 'buildx', 'image']
    assert 'it cannot be pulled: building' in done.err and 'another build' not in done.err


def test_a_release_by_digest_shows_both_lines_of_each_step(root: Path) -> None:
    (root / 'docker/manifest.json').write_text(
        json.dumps({'registry': 'r.test', 'repository': 'a/b', 'digest': DIGEST}))
    for name in ('release/docker/build_kernels.py', 'release/docker/Dockerfile'):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).touch()
    out = tao('release', '--wheel', '--tag', 'x', '--dry-run', program=BUILDS_ITS_BASE, env={'USER': 'jo'}).out
    images = [line[line.index('python') - 1] for line in commands(out) if line[1] == 'run']
    assert images == ['r.test/a/b:jo', f'r.test/a/b@{DIGEST}'] * 2
