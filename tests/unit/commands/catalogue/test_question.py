"""The container that an image is asked in: it is ours, and gone on every way out."""
from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from support import CHECKOUT, tao

from tao_launcher.commands.catalogue import question

IMAGE = 'nvcr.io/nvidia/tao/tao-toolkit:7.2.0-pyt'
ID = 'a' * 64
# A client whose container outlives it: "there" is the container, "said" what its images print without end.
DOCKER = f"""#!/bin/sh
folder=${{0%/*}}
echo "$@" >>"$folder/calls"
case $1 in
run)
    echo "$TAO_LAUNCH_ID" >"$folder/new"
    mv "$folder/new" "$folder/there" # whole: the client can be ended at any moment
    [ ! -e "$folder/endless" ] || exec yes "a line of an image that has nothing to say, and says it all the same"
    exec sleep 300
    ;;
ps) [ ! -e "$folder/there" ] || echo {ID} ;;
inspect) printf '{ID} running "2026-01-01T00:00:00Z" ["TAO_LAUNCH_ID=%s"]\\n' "$(cat "$folder/there")" ;;
rm) rm "$folder/there" ;;
esac
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of the client, which is on PATH."""
    found = tmp_path / 'client'
    found.mkdir()
    (found / 'docker').write_text(DOCKER)
    (found / 'docker').chmod(0o755)
    monkeypatch.setenv('PATH', f'{found}:/usr/bin:/bin')
    return found


@pytest.mark.parametrize('number', [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_interrupted(folder: Path, home: Path, number: int) -> None:
    argv = [sys.executable, str(CHECKOUT / 'bin' / 'tao'), 'catalogue', 'probe', IMAGE]
    with subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding='utf-8') as tao_probe:
        deadline = time.monotonic() + 60
        while not (folder / 'there').exists() and time.monotonic() < deadline:
            time.sleep(0.02)
        assert (folder / 'there').exists()
        tao_probe.send_signal(number)
        out, err = tao_probe.communicate(timeout=60)
    assert tao_probe.returncode in (128 + number, -number), err
    assert (out, (folder / 'there').exists()) == ('', False)
    assert f'rm -f -v {ID}' in (folder / 'calls').read_text().splitlines()
    assert not (home / '.tao' / 'releases.d').exists()


def test_output_without_end(folder: Path) -> None:
    (folder / 'endless').touch()
    done = tao('catalogue', 'probe', IMAGE)
    assert (done.code, done.out, done.err) == (125, '', (
        f'tao: error: {IMAGE} could not be queried\n    it printed more than 64 MiB\n    its container was removed\n'))
    assert not (folder / 'there').exists()


def test_no_answer_in_time(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(question, 'LIMIT', 1.0)
    monkeypatch.setattr(question, 'LOOK', 0.1)
    done = tao('catalogue', 'probe', IMAGE)
    assert (done.code, done.out, done.err) == (125, '', (
        f'tao: error: {IMAGE} could not be queried\n    it has not answered within 1 s\n'
        '    its container was removed\n'))
    assert not (folder / 'there').exists()


def test_a_container_that_cannot_be_removed(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(question, 'LIMIT', 0.5)
    monkeypatch.setattr(question, 'LOOK', 0.1)
    (folder / 'docker').write_text(DOCKER.replace('rm) rm "$folder/there" ;;', 'rm) exit 1 ;;'))
    done = tao('catalogue', 'probe', IMAGE)
    assert (done.code, done.err.splitlines()) == (125, [
        f'tao: notice: container {ID[:12]} of {IMAGE} may still be running: docker rm -f {ID}',
        f'tao: error: {IMAGE} could not be queried', '    it has not answered within 0 s',
    ])


def test_the_engine_falls_silent(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(question, 'LIMIT', 0.5)
    monkeypatch.setattr(question, 'LOOK', 0.1)
    (folder / 'docker').write_text(DOCKER.replace('ps) ', 'ps) exit 1;'))
    done = tao('catalogue', 'probe', IMAGE)
    assert (done.code, done.err.splitlines()[0][:22]) == (125, 'tao: error: the docker')
