"""Bundles from every engine to every other, by tag and by digest: their stores call the same image by different ids."""
from __future__ import annotations

import json
import subprocess
import sys
from contextlib import ExitStack, contextmanager
from itertools import cycle
from pathlib import Path
from typing import Callable, Iterator, Sequence, Union

import air_gap
import pytest
from air_gap import BARE_PYTHON, SCRIPTS, OfflineHost

TESTS = Path(__file__).parents[1]
PUBLISH = Path(__file__).with_name('publish_images.py')
ENGINES = (
    'docker-20', 'docker-26', 'docker-28', 'docker-28-containerd', 'docker-rootless', 'podman-4', 'podman-5',
)
MACHINES_OWN = ('docker-20', 'podman-4')  # the others' programs come from tests/engine_root
# What shows that it is the engine of that name, as `version` and `info` print it.
SIGNS = {'docker-rootless': 'name=rootless', 'docker-28-containerd': 'io.containerd.snapshotter'}
TASKS = ('single', 'single_by_tag', 'several', 'several_by_tag')
AGAIN = list(zip(ENGINES, (*ENGINES[1:], ENGINES[0])))
AS_ITS_USER = ['setpriv', '--reuid=23456', '--clear-groups', 'unshare', '--user', 'true']
pytestmark = pytest.mark.area('bundle')


def program(engine: str) -> str:
    """Its client's name."""
    return engine.partition('-')[0]


class Engine:
    """One of the engines, on a host that nobody else reaches."""

    def __init__(self, name: str, programs: Sequence[str], host: OfflineHost) -> None:
        self.name = name
        # not in its process namespace: podman's script enters that from here
        self._enter = [*programs, 'nsenter', f'--target={host.inside[2]}', '--net']
        self.host = host

    def run(self, *words: Union[str, Path], check: bool = True) -> subprocess.CompletedProcess[str]:
        """A command on its host."""
        return self.host.run(*self._enter, *words, check=check)

    @contextmanager
    def registry(self, folder: Path) -> Iterator[None]:
        """For a while the images in that folder are in a registry that this host reaches."""
        with air_gap.registry(folder, inside=self._enter):
            yield

    def forget(self) -> None:
        """Remove every image."""
        found = self.run(program(self.name), 'images', '--quiet', '--no-trunc').stdout.split()
        if found:
            self.run(program(self.name), 'rmi', '--force', *sorted(set(found)))


@contextmanager
def programs_of(name: str) -> Iterator[list[str]]:
    """The words before a command that is to see the programs of an engine. Skips where they cannot be had."""
    if name in MACHINES_OWN:
        yield []
        return
    made = subprocess.run(
        [TESTS / 'engine_root', 'make', name], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, encoding='utf-8',
    )
    if made.returncode:
        pytest.skip(f'the programs of {name} cannot be had here')
    holder = subprocess.Popen(
        [TESTS / 'engine_root', 'enter', made.stdout.strip(), 'sh', '-c', 'echo ready; exec sleep infinity'],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, encoding='utf-8',
    )
    try:
        assert holder.stdout and holder.stdout.readline() == 'ready\n'
        yield ['nsenter', f'--target={holder.pid}', '--mount']
    finally:
        holder.kill()
        holder.wait(60)
        if holder.stdout:
            holder.stdout.close()


@contextmanager
def running(name: str, home: Path) -> Iterator[Engine]:
    """An engine without images."""
    is_podman = program(name) == 'podman'
    if name == 'docker-rootless' and subprocess.run(AS_ITS_USER, stderr=subprocess.DEVNULL, check=False).returncode:
        pytest.skip('users may not make user namespaces here')
    docker = 'docker-20' if is_podman else name  # podman lives in the namespaces of one
    with programs_of(name) as programs, air_gap.offline_host(home, engine=docker, programs=programs) as host:
        if is_podman:
            air_gap.use_podman(host)
            host.env['TAO_ENGINE'] = 'podman'
        engine = Engine(name, programs, host)
        number = name.partition('-')[2].partition('-')[0]
        shown = engine.run(program(name), 'info', '--format', '{{json .}}').stdout
        assert f'"{number}.' in shown or not number.isdigit()
        assert SIGNS.get(name, '') in shown
        yield engine


class Square:
    """The engines that were asked for, the images in a registry's folder, and the bundles that were saved."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        self._folder = folder
        self._stack = stack
        self._engines: dict[str, Union[Engine, str]] = {}
        self._saved: dict[str, Path] = {}
        self._program: list[Union[str, Path]] = [SCRIPTS / 'tao']  # until a bundle has it in one file
        self.has_run: set[tuple[str, str, str]] = set()  # (engine, task, id of the image) that ran
        self.references: dict[str, str] = {}
        self.turn = cycle(TASKS)

    def engine(self, name: str) -> Engine:
        """That engine, started when it is first asked for. Skips where it cannot be had."""
        if name not in self._engines:
            try:
                engine = self._stack.enter_context(running(name, self._folder / name))
            except pytest.skip.Exception as reason:
                self._engines[name] = str(reason)
            else:
                self._engines[name] = engine
                self._use_images(engine)
        found = self._engines[name]
        if isinstance(found, str):
            pytest.skip(found)
        return found

    def saved(self, name: str) -> Path:
        """A bundle that this engine has saved of what it had pulled."""
        if name not in self._saved:
            engine, bundle = self.engine(name), self._folder / f'of-{name}'
            with engine.registry(self._folder / 'registry'):
                engine.run(*self._program, 'pull', *TASKS)
                engine.run(*self._program, 'bundle', 'save', bundle, *TASKS)
            engine.forget()
            self._program = [*BARE_PYTHON, bundle / 'tao.pyz']
            self._saved[name] = bundle
        return self._saved[name]

    def _use_images(self, engine: Engine) -> None:
        """Write the catalogue of the images on that host; the first time, publish them."""
        if not self.references:
            with engine.registry(self._folder / 'registry'):
                digests = engine.run(sys.executable, PUBLISH, '5000').stdout.split()
            for task, digest in zip(TASKS, digests):
                name = f'127.0.0.1:5000/tao/{task}'
                self.references[task] = f'{name}:1' if task.endswith('_by_tag') else f'{name}@{digest}'
        images = {}
        for task, reference in self.references.items():
            by_digest = {'docker_digest': reference.partition('@')[2]} if '@' in reference else {}
            images[f'tao/{task}'] = {'1': {'docker_registry': '127.0.0.1:5000', 'tasks': [task], **by_digest}}
        path = Path(engine.host.env['HOME']) / '.tao' / 'config.json'
        path.parent.mkdir()
        groups = {'model': {'dockers': images}}
        path.write_text(json.dumps({'format_version': 3.0, 'toolkit_version': '7.1.0', 'task_group': groups}))


@pytest.fixture(scope='module')
def square(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Square]:
    with ExitStack() as stack:
        yield Square(tmp_path_factory.mktemp('square'), stack)


def works(engine: Engine, bundle: Path, square: Square) -> None:
    """Loaded there, the images are there, are listed, and run; a second load has nothing to do.

    An image of the same id is the same image, and what has run there is not run again and again: of those one in turn.
    """
    tao: list[Union[str, Path]] = [*BARE_PYTHON, bundle / 'tao.pyz']
    loaded = engine.run(*tao, 'bundle', 'load', bundle)
    assert sorted(loaded.stdout.split()) == sorted(square.references.values()), loaded.stderr
    listed = {image['reference']: image for image in json.loads(engine.run(*tao, 'images', '--format', 'json').stdout)}
    assert {reference: image['present'] for reference, image in listed.items()} == dict.fromkeys(
        square.references.values(), True,
    )
    turn = next(square.turn)
    for task in TASKS:
        which = (engine.name, task, listed[square.references[task]]['id'])
        if task == turn or which not in square.has_run:
            words = ('--gpus', 'none', '--network', 'none', task, 'run', '/bin/sh', '-c', 'echo "$0"', task)
            done = engine.run(*tao, *words)
            assert done.stdout == f'{task}\n', done.stderr
            square.has_run.add(which)
    again = engine.run(*tao, '--quiet', '--dry-run', 'bundle', 'load', bundle)
    assert again.stdout == ''


@pytest.mark.parametrize('saver', ENGINES)
@pytest.mark.parametrize('loader', ENGINES)
def test_what_one_engine_saves_another_loads(
    loader: str, saver: str, square: Square, record_property: Callable[[str, object], None],
) -> None:
    record_property('engine', loader)
    bundle, engine = square.saved(saver), square.engine(loader)
    try:
        works(engine, bundle, square)
    finally:
        engine.forget()


@pytest.mark.parametrize(('saver', 'loader'), AGAIN, ids=map('-to-'.join, AGAIN))
def test_what_was_loaded_is_saved_again(
    saver: str, loader: str, square: Square, tmp_path: Path, record_property: Callable[[str, object], None],
) -> None:
    record_property('engine', loader)
    bundle, there, back = square.saved(saver), square.engine(loader), square.engine(saver)
    try:
        there.run(*BARE_PYTHON, bundle / 'tao.pyz', 'bundle', 'load', bundle)
        there.run(*BARE_PYTHON, bundle / 'tao.pyz', 'bundle', 'save', tmp_path / 'again', *TASKS)
        works(back, tmp_path / 'again', square)
    finally:
        there.forget()
        back.forget()
