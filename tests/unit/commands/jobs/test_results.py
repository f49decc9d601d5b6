"""Which paths of a job's container are ours."""
from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from engine_answers import container
from status_files import FINISHED, line, training

from tao_launcher.base import host
from tao_launcher.base.output import Output
from tao_launcher.commands.jobs import results
from tao_launcher.commands.jobs.job import Job, parse
from tao_launcher.engine.client import Engine
from tao_launcher.engine.daemon import Daemon
from tao_launcher.engine.podman import PODMAN
from tao_launcher.launch.results import NOWHERE
from tao_launcher.settings.invocation import Invocation
from tao_launcher.settings.values import Mount

MOUNTS = [
    {'Type': 'bind', 'Source': '/h/data', 'Destination': '/data', 'Mode': '', 'RW': True},
    {'Type': 'volume', 'Name': 'x', 'Source': '/var/lib/docker/volumes/x/_data', 'Destination': '/x/'},
    {'Type': 'tmpfs', 'Source': '', 'Destination': '/data/tmp'},
]


def job(**config: Any) -> Job:
    made = container(Mounts=MOUNTS)
    made['Config'].update(config)
    return parse(json.dumps([made]))[0]


def sources(daemon: Daemon, environ: dict[str, str]) -> list[str]:
    here = host.survey(environ)
    ours = results.ours(Engine(('docker',), environ, daemon, '0'), Invocation({}, environ, here, Output('tao', {})))
    return [mount.source for mount in results.ran(job(), ours).mounts]


def test_what_the_engine_shows() -> None:
    there = Mount('/h/data', '/data'), Mount('/var/lib/docker/volumes/x/_data', '/x'), Mount('', '/data/tmp')
    assert job().mounts == there
    ran = results.ran(job(WorkingDir='/workspace'), lambda path: path)
    assert (ran.job, ran.words, ran.mounts, ran.workdir) == ('model/dino/train', ('dino', 'train'), there, '/workspace')
    assert results.ran(job(), str).workdir == '/'


@pytest.mark.parametrize(('daemon', 'marked', 'variable', 'expected'), [
    (Daemon(), False, '', ['/h/data', '/var/lib/docker/volumes/x/_data', NOWHERE]),
    (Daemon(is_remote=True), False, '', [NOWHERE] * 3),
    (Daemon(), True, '', [NOWHERE] * 3),
    (Daemon(PODMAN), True, '', ['/h/data', '/var/lib/docker/volumes/x/_data', NOWHERE]),
    (Daemon(), True, '/work=/h', ['/work/data', NOWHERE, NOWHERE]),
    (Daemon(), True, '/a=/h:/b=/h/data:nothing', ['/b', NOWHERE, NOWHERE]),
    (Daemon(), True, '/=/', ['/h/data', '/var/lib/docker/volumes/x/_data', NOWHERE]),
])
def test_our_paths(
    daemon: Daemon, marked: bool, variable: str, expected: list[str], monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(host, 'CONTAINER_MARKS', ('/dev/null',) if marked else ())
    daemon = daemon._replace(address='unix:///proc')  # a mount of its own, as a socket from outside is
    assert sources(daemon, {'HOME': '/', 'TAO_HOST_PATH': variable}) == expected


@pytest.mark.parametrize(('later', 'written', 'is_own'), [
    ([], -60.0, True),
    ([('STARTED', 1.0)], 1.2, False),  # the next job, in the same folder
    ([('STARTED', 1.0), ('FAILURE', 2.0)], 2.2, False),
    ([('FAILURE', 0.0)], 0.0, True),  # its own last words
    ([('FAILURE', 0.0)], 0.9, False),  # of the next job, in the second in which this one ended
    ([('FAILURE', -1.0)], 1.0, True),  # a file system whose clock is a little ahead
])
def test_what_another_job_wrote_after_its_end(
    tmp_path: Path, later: list[tuple[str, float]], written: float, is_own: bool,
) -> None:
    """Of jobs that follow each other in one results folder, within seconds."""
    lines = [line(FINISHED + seconds, status, message='second') for status, seconds in later]
    mounts = training(tmp_path, line(FINISHED - 60, 'FAILURE', message='first'), *lines, at=FINISHED + 0.5 + written)
    ended = container(state='exited', code=1, Mounts=mounts)  # half a second after FINISHED
    (found,) = parse(json.dumps([ended]))
    told = results.told([found], str)[found.id]
    mine = 'second' if any(status == 'FAILURE' for status, _ in later) else 'first'
    assert told.failure == (mine if is_own else '')
    assert (told.status is not None) is is_own
