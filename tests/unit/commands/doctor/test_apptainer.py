"""The checks of an engine without a daemon."""
from __future__ import annotations

import os
from pathlib import Path

import pytest
from doctor_answers import facts, findings
from support import tao

from tao_launcher.commands.doctor import apptainer
from tao_launcher.commands.doctor.apptainer import Places, Runtime
from tao_launcher.commands.doctor.findings import GIB, Finding

HERE = facts(engine=('apptainer',), program='/usr/bin/apptainer', nvidia_smi=None)
GPUS = HERE._replace(nvidia_smi='0, NVIDIA A100, 81920, 535.104.05\n')
ASK = 'ask the administrator for user namespaces, or for apptainer with its setuid part (apptainer-suid)'
# As Apptainer 1.4 answers; a job is never started.
ANSWERS = '''#!/bin/sh
case $1 in
version) echo 1.4.5 ;;
buildcfg) printf 'PREFIX=/usr\\nAPPTAINER_SUID_INSTALL=1\\n' ;;
*) echo "$@" >>{asked} ;;
esac
'''


@pytest.mark.parametrize(('found', 'finding'), [
    (Runtime('/x', '1.4.5'), Finding('engine', 'ok', '/usr/bin/apptainer 1.4.5')),
    (Runtime('/x', '1.4.5', has_setuid=True), Finding(
        'engine', 'ok', '/usr/bin/apptainer 1.4.5, with its setuid part',
    )),
    (Runtime('/x', '1.4.5', locked='/proc/sys/user/max_user_namespaces'), Finding(
        'engine', 'fail', '/usr/bin/apptainer 1.4.5: no user namespaces for you (/proc/sys/user/max_user_namespaces is '
        '0), and no setuid part: no container starts',
        ASK,
    )),
    (Runtime('/x', '1.4.5', said='unshare: Operation not permitted'), Finding(
        'engine', 'fail', '/usr/bin/apptainer 1.4.5: no user namespaces for you (unshare: Operation not permitted), '
        'and no setuid part: no container starts', ASK,
    )),
])
def test_program(found: Runtime, finding: Finding) -> None:
    assert apptainer.program(HERE, found) == finding
    assert apptainer.program(facts(), found) is None


def test_no_program() -> None:
    nothing = HERE._replace(program='')
    assert apptainer.program(nothing, Runtime()) == Finding(
        'engine', 'fail', 'no program apptainer on PATH', 'https://apptainer.org/docs/admin/main/installation.html',
    )
    assert apptainer.program(nothing, Runtime('/opt/bin/apptainer')) == Finding(
        'engine', 'fail', 'no program apptainer on PATH, but /opt/bin/apptainer',
        '--engine /opt/bin/apptainer, or that folder on PATH',
    )


def test_places() -> None:
    assert apptainer.places(HERE, Places()) is None
    wide = Places('/c', 80 * GIB, '/tmp', 60 * GIB)
    assert apptainer.places(HERE, wide) == Finding('cache', 'ok', '80 GiB free in /c; 60 GiB free in /tmp')
    small = apptainer.places(HERE, wide._replace(temporary_free=20 * GIB))
    assert small == Finding(
        'cache', 'warn', '80 GiB free in /c; 20 GiB free in /tmp; 50 are recommended in each',
        'apptainer cache clean  (or name folders with more room by APPTAINER_TMPDIR)',
    )
    none = apptainer.places(HERE, Places('/c', 1 << 20, '/tmp', None))
    assert none and none.found == '0 GiB free in /c; no image fits'


def test_libraries() -> None:
    assert apptainer.libraries(HERE, ()) is None and apptainer.libraries(facts(), ()) is None
    assert apptainer.libraries(GPUS, ()) == Finding('--nv', 'ok', "ldconfig lists the driver's libraries")
    missing = apptainer.libraries(GPUS, ('libcuda.so.1',))
    assert missing and (missing.status, missing.found) == (
        'warn', 'ldconfig does not list libcuda.so.1, so --nv cannot give them to a container',
    )


def test_doctor(tmp_path: Path) -> None:
    """No daemon is asked, and no container is started."""
    (tmp_path / 'apptainer').write_text(ANSWERS.format(asked=tmp_path / 'asked'))
    (tmp_path / 'apptainer').chmod(0o755)
    environ = {'TAO_ENGINE': 'apptainer', 'PATH': f'{tmp_path}:{os.environ["PATH"]}'}
    done = tao('doctor', '--format', 'json', env=environ)
    found = findings(done.out)
    assert found['engine']['found'] == f'{tmp_path}/apptainer 1.4.5, with its setuid part'
    assert '.apptainer/cache' in found['cache']['found'] or 'GiB free in ' in found['cache']['found']
    assert found['login']['fix'] == "apptainer registry login docker://nvcr.io -u '$oauthtoken'"
    assert not {*found} & {'client', 'daemon', 'server', 'toolkit', 'init', 'destinations'}
    assert not (tmp_path / 'asked').exists() and done.code == 0
