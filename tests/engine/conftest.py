"""Fixtures for tests against a real docker engine, which tests/run starts and describes in TAO_TEST_* variables."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Callable, Iterator, Mapping, NamedTuple, Optional, Union

import mini_checkouts
import pytest
from air_gap import KeptRegistry, Registry
from mini_checkouts import Mini
from waiting import PATIENCE

from tao_launcher.checkouts.builder import PLUGINS

SCRIPTS = Path(sys.executable).parent
HOST = os.environ.get('TAO_TEST_DOCKER_HOST', '')
CLIENTS = [Path(path) for path in os.environ.get('TAO_TEST_DOCKERS', 'docker').split(':')]
OWN_CLIENT = next((path for path in CLIENTS if path.parent == Path('/usr/bin')), CLIENTS[0])  # Debian's, as the daemon
WHY_NOT = os.environ.get('TAO_TEST_WHY_NOT', 'TAO_TEST_DOCKER_HOST is unset: start these with tests/run')
OURS = 'label=tao.plan'
# Their outcome can depend on how a Python starts processes, waits for them and treats signals, terminals and pipes. So
# can that of tests in other files, which are marked one by one.
AFTER_PROCESSES = (
    'test_detach.py', 'test_exit_codes.py', 'test_jobs_live.py', 'test_jobs_trouble.py', 'test_progress.py',
    'test_shells.py', 'test_signals.py', 'test_sudo.py', 'test_terminal.py', 'test_time_limit.py',
)


class Engine(NamedTuple):
    """What the tests have to know of the engine that tests/run chose, whose name it gives."""

    name: str

    @property
    def has_containerd_store(self) -> bool:
        """Are images in containerd's store? There an image's id is its manifest's digest."""
        return self.name.endswith('-containerd')

    @property
    def has_buildx(self) -> bool:
        """Has its client the plugin that builds? Debian 12 has no package of it."""
        return any(os.access(f'{folder}/docker-buildx', os.X_OK) for folder in PLUGINS)

    @property
    def is_rootless(self) -> bool:
        """Is the daemon another user's than root? Then it reads what everybody may, and its root is that user."""
        return self.name == 'docker-rootless'

    def host_id(self, number: int) -> int:
        """The user or group here that a container's is; private_dockerd says who a rootless daemon's are."""
        if not self.is_rootless:
            return number
        return 199999 + number if number else 23456


ENGINE = Engine(os.environ.get('TAO_TEST_ENGINE', 'docker-20'))
collect_ignore = [] if ENGINE.has_buildx else ['test_builders.py']


def version_of(client: Path) -> str:
    if not HOST:
        return 'none'
    said = subprocess.run([client, '--version'], stdout=subprocess.PIPE, encoding='utf-8', check=True).stdout
    found = re.search(r'\d[\w.]*', said)
    return found.group() if found else said.strip()


def is_impossible(item: pytest.Item) -> bool:
    return ENGINE.is_rootless and bool(item.get_closest_marker('needs_root'))


def is_tried_elsewhere(item: pytest.Item) -> bool:
    """Is it one for every engine, with a docker client beside this engine's own? Those are tried with their engines.

    Beside it they still run what is for one engine only, and every test that has no client of its own.
    """
    callspec = getattr(item, 'callspec', None)
    client = callspec.params.get('each_docker', OWN_CLIENT) if callspec else OWN_CLIENT
    return client != OWN_CLIENT and bool(item.get_closest_marker('engine_dependent'))


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what this engine cannot do or another tries; note each test's area and engine for tests/matrix."""
    left_out = {item for item in items if is_impossible(item) or is_tried_elsewhere(item)}
    if left_out:
        config.hook.pytest_deselected(items=list(left_out))
        items[:] = [item for item in items if item not in left_out]
    for item in items:
        mark = item.get_closest_marker('area')
        if item.path.name in AFTER_PROCESSES:
            item.add_marker('after_processes')
        item.user_properties.append(('area', mark.args[0] if mark else 'the rest'))
        if item.path.name.startswith('test_podman') and not ENGINE.name.startswith('podman'):
            item.user_properties.append(('engine', 'podman-4'))  # the machine's own
        if item.path.name.startswith('test_apptainer'):
            item.user_properties.append(('engine', 'apptainer'))


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup() -> None:
    """Without an engine every test is skipped, before a fixture asks for one."""
    if not HOST:
        pytest.skip(WHY_NOT)


class Docker:
    """One docker client and the private engine."""

    def __init__(self, path: Path, folder: Path) -> None:
        self.path = path
        home, programs = folder / 'home', folder / 'bin'
        for made in (home, programs):
            made.mkdir(parents=True)
        (programs / 'docker').symlink_to(path)
        self.env: dict[str, str] = {
            'PATH': f'{programs}:{SCRIPTS}:/usr/bin:/bin',
            'HOME': str(home),
            'DOCKER_HOST': HOST,
            'LANG': 'C.UTF-8',
        }

    def run(self, *args: str, check: bool = True, timeout: float = 60) -> subprocess.CompletedProcess[str]:
        """`docker ARGS…` in `.env`; with check any exit code but 0 fails the test."""
        done = subprocess.run(
            [self.path, *args],
            env=self.env,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding='utf-8',
            timeout=timeout,
        )
        if check and done.returncode:
            pytest.fail(f'docker {" ".join(args)}: exit code {done.returncode}\n{done.stdout}{done.stderr}')
        return done

    def containers(self, *filters: str, all: bool = True) -> list[str]:
        """Full ids, the newest first; filters are docker's, such as "label=tao.job" or "status=running"."""
        return self.run(
            'ps', '-q', '--no-trunc', *(['--all'] if all else []), *(f'--filter={word}' for word in filters)
        ).stdout.split()

    def wait_for(self, *filters: str, count: int = 1, all: bool = False) -> list[str]:
        """The ids once exactly COUNT containers match; by default only running ones are counted."""
        deadline = time.monotonic() + PATIENCE
        while len(found := self.containers(*filters, all=all)) != count:
            if time.monotonic() > deadline:
                pytest.fail(f'{len(found)} containers instead of {count} after {PATIENCE} s')
            time.sleep(0.05)
        return found

    def remove(self, *containers: str) -> None:
        """Remove them, whatever they do; the engine may be removing one that has --rm at the same moment."""
        self.run('rm', '-f', *containers, check=False)
        for container in containers:
            self.wait_for(f'id={container}', count=0, all=True)

    def inspect(self, container: str) -> dict[str, Any]:
        found: list[dict[str, Any]] = json.loads(self.run('container', 'inspect', container).stdout)
        return found[0]


class Program:
    """An installed console script."""

    def __init__(self, name: str, docker: Docker) -> None:
        self.path = SCRIPTS / name
        self.docker = docker

    def __call__(
        self,
        *argv: Union[str, Path],
        env: Optional[Mapping[str, str]] = None,
        cwd: Union[str, Path, None] = None,
        stdin: str = '',
    ) -> subprocess.CompletedProcess[str]:
        """ENV is the whole environment, by default `docker.env`; CWD is by default its HOME."""
        env = self.docker.env if env is None else env
        return subprocess.run(
            [self.path, *argv],
            env=env,
            cwd=cwd or env['HOME'],
            input=stdin,
            capture_output=True,
            encoding='utf-8',
            timeout=60,
        )


@pytest.fixture(autouse=True)
def nothing_left(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """No test may leave a container of the launcher's; whatever else it left is removed for the next one."""
    yield
    engine = Docker(CLIENTS[0], tmp_path_factory.mktemp('check'))
    if not engine.containers():
        return
    # docker lists a container for a moment after its client ended, while it is being removed
    deadline = time.monotonic() + PATIENCE
    while (ours := engine.containers(OURS)) and time.monotonic() < deadline:
        time.sleep(0.05)
    told = engine.run('ps', '--all', '--no-trunc', f'--filter={OURS}').stdout if ours else ''
    engine.run('rm', '--force', '--volumes', *engine.containers(), check=False)  # one may be gone by now
    engine.wait_for(all=True, count=0)
    assert not ours, f'the test left containers behind:\n{told}'


@pytest.fixture(autouse=ENGINE.is_rootless)
def open_folders(tmp_path: Path) -> None:
    """Pytest's folders, which are closed, for a daemon that is not root's."""
    for path in (tmp_path, *tmp_path.parents[:2]):
        path.chmod(0o755)


@pytest.fixture
def docker(tmp_path_factory: pytest.TempPathFactory) -> Docker:
    return Docker(CLIENTS[0], tmp_path_factory.mktemp('docker'))


@pytest.fixture(params=CLIENTS, ids=version_of)
def each_docker(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Docker:
    """Every docker client that this machine has, one after the other: releases differ in what they do with signals."""
    return Docker(request.param, tmp_path_factory.mktemp('docker'))


@pytest.fixture
def tao(docker: Docker) -> Program:
    return Program('tao', docker)


@pytest.fixture
def tao_pt(docker: Docker) -> Program:
    return Program('tao_pt', docker)


@pytest.fixture
def wrapped(docker: Docker) -> Callable[[str], Path]:
    """Takes a script; puts a docker on PATH that notes its words and does that before it is the real one."""
    programs = Path(docker.env['PATH'].partition(':')[0])

    def wrap(script: str) -> Path:
        calls = programs / 'calls'
        (programs / 'docker').unlink()
        (programs / 'docker').write_text(
            f'#!/bin/sh\nreal={docker.path}\necho "$*" >>{calls}\n{script}\nexec "$real" "$@"\n',
        )
        (programs / 'docker').chmod(0o755)
        return calls

    return wrap


@pytest.fixture
def printed_argv() -> Callable[[str], list[str]]:
    """Takes what a task of the stand-in image printed back to the words it was called with, its own name first."""
    escapes = {'\\n': '\n', '\\r': '\r', '\\\\': '\\'}

    def words(printed: str) -> list[str]:
        lines = re.findall(r'^argv\[\d+\]=<(.*)>\r?$', printed, re.MULTILINE)
        return [re.sub(r'\\[nr\\]', lambda match: escapes[match.group()], line) for line in lines]

    return words


@pytest.fixture
def socket_for_all(docker: Docker) -> Iterator[None]:
    """The engine's socket, open to every user for one test."""
    path = docker.env['DOCKER_HOST'][len('unix://'):]
    before = os.stat(path).st_mode & 0o777
    os.chmod(path, 0o666)
    yield
    os.chmod(path, before)


@pytest.fixture(scope='session')
def kept_registry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[KeptRegistry]:
    with ExitStack() as stack:
        yield KeptRegistry(tmp_path_factory.mktemp('registry'), stack)


@pytest.fixture
def registry(kept_registry: KeptRegistry) -> Registry:
    """A registry with nothing in it."""
    return kept_registry.empty()


@pytest.fixture
def mini(tmp_path: Path, docker: Docker, registry: Registry, kept_registry: KeptRegistry) -> Iterator[Mini]:
    """A miniature checkout of a backend, whose base image's own base is in the registry."""
    kept_registry.with_image(docker, mini_checkouts.BASE)
    found = mini_checkouts.mini(tmp_path / 'my checkout', docker, registry)
    yield found
    found.forget()
