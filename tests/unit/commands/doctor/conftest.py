"""The programs that doctor asks."""
from __future__ import annotations

import stat
from pathlib import Path
from typing import Callable

import pytest
from doctor_answers import INFOS, VERSIONS, Put
from support import FakeDocker


@pytest.fixture
def put(fake_docker: FakeDocker) -> Put:
    """Puts a program on PATH: the shell script that it is."""

    def program(name: str, script: str) -> Path:
        path = fake_docker.folder / name
        path.write_text(f'#!/bin/sh\n{script}\n')
        path.chmod(stat.S_IRWXU)
        return path

    return program


@pytest.fixture
def engine(fake_docker: FakeDocker, put: Put) -> Callable[[str, str], None]:
    """A docker that gives an engine's answers to `version` and `info`."""

    def answers(version: str, info: str) -> None:
        (fake_docker.folder / 'version').write_text(VERSIONS[version])
        (fake_docker.folder / 'info').write_text(INFOS[info])
        put('docker', 'printf "2\\0%s\\0%s\\0" docker "$1" >>"${0%/*}/calls"; cat "${0%/*}/$1"')

    return answers
