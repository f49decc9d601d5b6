"""After a launch with Apptainer that failed: the job's own code, or that it never ran, and what to do."""
from __future__ import annotations

from pathlib import Path

import pytest
from fake_apptainer import FakeApptainer, apptainer
from plans import launch
from support import tao_process

from tao_launcher.launch.apptainer_failures import remedy, says

__all__ = ('apptainer',)

# What Apptainer 1.4.5 says.
NO_NAMESPACE = (
    '\x1b[91mERROR  : Failed to create user namespace: not allowed to create user namespace\n'
    '\x1b[0mINFO   : A system administrator may need to enable user namespaces, install\n'
)
NO_HOST = 'FATAL:   Unable to handle docker://a.b/c:d uri: dial tcp: lookup a.b: no such host\n'
NO_FLAG = 'Error for command "exec": unknown flag: --no-eval\n'
NO_CGROUPS = 'WARNING: x\nFATAL:   container creation failed: cannot use cgroups - systemd not running as init\n'
UNAUTHORIZED = 'FATAL:   While making image from oci registry: unauthorized: authentication required\n'
NO_ROOM = '\x1b[31mFATAL:  \x1b[0m While making image: write /tmp/x: no space left on device\n'
NO_FOLDER = 'FATAL:   failed to set working directory: chdir /x: no such file or directory\n'


def ran(*words: str) -> tuple[int, list[str]]:
    done = tao_process('--quiet', '--image', 't.sif', 'dino', 'run', *words)
    return done.code, done.err.splitlines()


@pytest.mark.parametrize('code', [1, 3, 255])
def test_a_code_of_the_jobs_own(code: int) -> None:
    assert ran('sh', '-c', f'exit {code}') == (code, [])


def test_a_command_that_is_not_there(tmp_path: Path) -> None:
    code, err = ran('nosuch')
    assert (code, err[1:]) == (127, [f'tao: error: nosuch: no such program in {Path.cwd()}/t.sif'])
    (tmp_path / 'plain').touch()
    code, err = ran(f'{tmp_path}/plain')
    assert (code, err[1:]) == (126, [f'tao: error: {tmp_path}/plain is not executable in {Path.cwd()}/t.sif'])


@pytest.mark.parametrize(('said', 'code', 'told'), [
    (NO_NAMESPACE, 1, 'Failed to create user namespace: not allowed to create user namespace'),
    (NO_FLAG, 1, 'for command "exec": unknown flag: --no-eval'),
    (NO_HOST, 255, 'Unable to handle docker://a.b/c:d uri: dial tcp: lookup a.b: no such host'),
])
def test_a_job_that_was_not_started(
    said: str, code: int, told: str, apptainer: FakeApptainer, tmp_path: Path,
) -> None:
    (tmp_path / 'said').write_text(said)
    apptainer.path.write_text(f'#!/bin/sh\ncat {tmp_path}/said >&2\nexit {code}\n')
    done, err = ran('true')
    assert (done, err[len(said.splitlines()):][:2]) == (
        125, ['tao: error: apptainer did not start the job', f'    {told}'],
    )


@pytest.mark.parametrize(('said', 'advice'), [
    (NO_NAMESPACE, 'ask the administrator for user namespaces'),
    (NO_FLAG, 'install Apptainer 1.1 or SingularityCE 3.10'),
    (NO_HOST, 'on a machine with a network: singularity pull tao.sif docker://nvcr.io/nvidia/tao/'),
    (UNAUTHORIZED, "singularity registry login -u '$oauthtoken' docker://nvcr.io"),
    (NO_ROOM, 'set SINGULARITY_TMPDIR and SINGULARITY_CACHEDIR to'),
    (NO_CGROUPS, 'leave --memory and --cpus out'),
    (NO_FOLDER, '--workdir takes a folder of the image'), ('FATAL:   something else', ''),
])
def test_remedies(said: str, advice: str) -> None:
    made = launch('--engine', 'singularity', 'dino', 'train').plan
    found = remedy(made, ' '.join(says(said)))
    assert found.startswith(advice) and bool(found) == bool(advice)


def test_says() -> None:
    assert says(NO_CGROUPS) == ['container creation failed: cannot use cgroups - systemd not running as init']
    assert says('INFO:    Using cached SIF image\nWARNING: x\nFATAL:\nErrors: 0\n') == []
    assert says(f'FATAL:   {"x" * 400}\x07') == ['x' * 300]
