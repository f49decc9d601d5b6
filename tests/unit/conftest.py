"""Guards around every test: no test sees the machine's settings, writes to its home or meets its docker."""
from __future__ import annotations

import json
import os
import re
import tempfile
from pathlib import Path

import hypothesis
import pytest
from engine_answers import Engine
from fake_kubectl import FakeKubectl
from hypothesis import HealthCheck
from hypothesis.configuration import set_hypothesis_home_dir
from recorded import Recorded, history_of
from runner_calls import NAMES
from support import FakeDocker, write_mounts

from tao_launcher.base import machine
from tao_launcher.checkouts import builder
from tao_launcher.launch import host_looks

HALF = os.environ.get('TAO_TEST_HALF')  # 1 or 2: tests/run quick has two processes
EXAMPLES = int(os.environ.get('TAO_TEST_EXAMPLES', '100'))  # tests/run has fewer where another Python has them all
# The fixtures below are per test, which is what hypothesis warns of; nothing of a run is kept.
hypothesis.settings.register_profile(
    'launcher', max_examples=EXAMPLES, deadline=None, database=None,
    derandomize=os.environ.get('CI') == 'true', print_blob=True,
    suppress_health_check=list(HealthCheck),
)
hypothesis.settings.load_profile('launcher')
set_hypothesis_home_dir(os.path.join(tempfile.gettempdir(), f'hypothesis-{os.getuid()}'))

SETTINGS = re.compile(
    '(TAO|DOCKER|CONTAINER|SLURM|CUDA|NVIDIA|SUDO|NV_TAO|XDG|PYTHON)_?[A-Z0-9_]*|LAUNCHER_MOUNTS|OVERRIDE_REGISTRY|NO_COLOR'
)
# Files that `tests/run quick` leaves out: real processes, terminals, shells, many generated examples, much to read.
SLOW = {
    'test_again.py', 'test_any_answer.py', 'test_apptainer_run.py', 'test_ask.py', 'test_asked.py', 'test_attach.py',
    'test_build_push.py', 'test_checks.py', 'test_child.py', 'test_color.py', 'test_contributing.py',
    'test_corpus.py', 'test_create.py', 'test_dry_run.py', 'test_dry_run_guard.py',
    'test_envsetup.py', 'test_explain.py', 'test_files.py', 'test_foreground.py', 'test_fuzz.py', 'test_here_run.py',
    'test_history.py', 'test_init.py', 'test_kubernetes_wait.py', 'test_linear.py', 'test_local_job.py',
    'test_logs.py', 'test_messages.py', 'test_mounts_file_schema.py', 'test_no_traceback.py', 'test_outlive.py',
    'test_path_notices_launch.py', 'test_pyz.py',
    'test_question.py', 'test_questions.py', 'test_reading.py', 'test_run.py', 'test_says.py', 'test_session.py',
    'test_shell_functions.py',
    'test_slurm_functions.py', 'test_suggestions.py', 'test_supervise.py', 'test_time_limit.py', 'test_to_slurm.py',
    'test_validate.py', 'test_waits.py', 'test_watch.py',
}
KEPT = re.compile('TAO_TEST_.*|PYTHONPATH|PYTHONDONTWRITEBYTECODE')


def pytest_ignore_collect(collection_path: Path) -> bool | None:
    """Whether a file is left out."""
    name = collection_path.name
    if not HALF or not name.startswith('test_'):
        return None
    return True if name in SLOW or sum(name.encode()) % 2 != int(HALF) % 2 else None


@pytest.fixture(scope='session')
def unasked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for PATH with engines that no test has asked for."""
    folder = tmp_path_factory.mktemp('unasked')
    for name in ('docker', 'podman', 'sudo'):
        (folder / name).write_text('#!/bin/sh\necho "this test was not to start $0" >&2\nexit 99\n')
        (folder / name).chmod(0o755)
    return folder


@pytest.fixture(autouse=True)
def nothing_of_this_machine(tmp_path: Path, unasked: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A temporary HOME, another current folder, and none of the variables that a launch depends on."""
    for name in os.environ:
        if SETTINGS.fullmatch(name) and not KEPT.fullmatch(name):
            monkeypatch.delenv(name)
    home, here = tmp_path / 'home', tmp_path / 'here'
    home.mkdir()
    here.mkdir()
    monkeypatch.setenv('HOME', str(home))
    monkeypatch.setenv('LANG', 'C.UTF-8')
    monkeypatch.delenv('LC_ALL', raising=False)
    monkeypatch.setenv('TAO_HISTORY', 'off')  # for it a launch asks about its image, whenever it gets to that
    monkeypatch.setenv('PATH', f'{unasked}:{os.environ["PATH"]}')
    monkeypatch.setattr(builder, 'PLUGINS', ())
    monkeypatch.setattr(machine, 'USUAL', ())  # what this machine has there
    monkeypatch.setattr(host_looks, 'DEFAULT_SOCKET', str(tmp_path / 'no.sock'))  # who may set limits here
    monkeypatch.chdir(here)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """The test's HOME."""
    return tmp_path / 'home'


@pytest.fixture
def fake_docker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FakeDocker:
    """A docker (and podman) first on PATH that records how it is called."""
    fake = FakeDocker(tmp_path / 'fake')
    monkeypatch.setenv('PATH', f'{fake.folder}:{os.environ["PATH"]}')
    return fake


@pytest.fixture
def kubectl(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FakeKubectl:
    """A kubectl on PATH that answers as told."""
    made = FakeKubectl(tmp_path / 'kubectl')
    monkeypatch.setenv('PATH', f'{made.folder}:{os.environ["PATH"]}')
    return made


@pytest.fixture
def engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Engine:
    """A docker on PATH that answers as told."""
    made = Engine(tmp_path / 'engine')
    monkeypatch.setenv('PATH', f'{made.folder}:{os.environ["PATH"]}')
    monkeypatch.setenv('NO_COLOR', '1')
    return made


@pytest.fixture
def recorded(fake_docker: FakeDocker, home: Path, monkeypatch: pytest.MonkeyPatch) -> Recorded:
    """The history of launches by a docker that ends with 0 (`fake_docker.ends_with`)."""
    monkeypatch.delenv('TAO_HISTORY', raising=False)
    return Recorded(fake_docker, history_of(home))


@pytest.fixture
def buildx(home: Path) -> Path:
    """The file of docker's buildx, among the plugins of the test's HOME."""
    path = home / '.docker' / 'cli-plugins' / 'docker-buildx'
    path.parent.mkdir(parents=True)
    path.touch(mode=0o755)
    return path


@pytest.fixture
def mounted(home: Path) -> Path:
    """A home whose folder `specs` is mounted at /workspace/specs."""
    (home / 'specs').mkdir()
    (home / 'specs/a.yaml').write_text('')
    write_mounts(home, {'Mounts': [{'source': '~/specs', 'destination': '/workspace/specs/'}]})
    return home


@pytest.fixture
def buildable(tmp_path: Path, engine: Engine, buildx: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout to stand in, whose manifest has a digest of 64 a, and an engine that builds and pushes everything."""
    folder = tmp_path / 'checkout'
    (folder / 'docker').mkdir(parents=True)
    (folder / 'nvidia_tao_pytorch').mkdir()
    (folder / 'docker' / 'Dockerfile').touch()
    (folder / 'docker' / 'manifest.json').write_text(
        json.dumps({'registry': 'r.test:5000', 'repository': 'a/b', 'digest': 'sha256:' + 'a' * 64}),
    )
    for verb in ('buildx', 'build', 'tag', 'push', 'rmi', '--version'):
        engine.answers(verb)
    monkeypatch.chdir(folder)
    monkeypatch.setenv('USER', 'jo')
    return folder


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout whose base image is nvcr.io/a/b:c."""
    root = tmp_path / 'my checkout'
    (root / 'docker').mkdir(parents=True)
    (root / 'deep' / 'er').mkdir(parents=True)
    (root / 'docker' / 'manifest.json').write_text(json.dumps({**NAMES, 'tag': 'c'}))
    return root


@pytest.fixture
def open_folder(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The test's folder, which pytest closes to others, opened for them."""
    base = tmp_path_factory.getbasetemp()
    if os.geteuid() == 0:
        for folder in (tmp_path, base, *([base.parent] if base.parent.name.startswith('pytest-of-') else [])):
            folder.chmod(0o755)
    return tmp_path
