"""What is in the way of a write at the end of a build, as it is said before its first step."""
from __future__ import annotations

import os
from pathlib import Path

import pytest
from engine_answers import Engine
from nobody import NOBODY
from support import tao

from tao_launcher.base.errors import ConfigError
from tao_launcher.commands.runner.writable import require_writable


def test_a_file_that_can_be_replaced(tmp_path: Path) -> None:
    (tmp_path / 'file').touch()
    (tmp_path / 'link').symlink_to('file')
    for name in ('file', 'link'):
        require_writable(str(tmp_path / name), 'without')


@pytest.mark.parametrize(('path', 'each', 'what'), [
    ('/proc/sys/kernel/ostype', '/proc/sys/kernel/ostype', 'the file'),
    ('/proc/self/comm', '/proc/{pid}', 'its folder'),
])
def test_a_file_that_cannot(path: str, each: str, what: str) -> None:
    """Of the kernel's not even root may replace one."""
    each = each.format(pid=os.getpid())
    with pytest.raises(ConfigError) as error:
        require_writable(path, 'without')
    assert (error.value.what, error.value.why, error.value.advice) == (
        f'{path}: cannot be written', (f'{what} is read-only for you: {each}', 'nothing was built or pushed'),
        f'ls -ld {each}, or without',
    )


@pytest.mark.skipif(os.geteuid() != 0, reason='only root can give a link away')
def test_a_link_of_someone_else(buildable: Path, engine: Engine) -> None:
    manifest = buildable / 'docker/manifest.json'
    manifest.rename(buildable / 'theirs')
    manifest.symlink_to(buildable / 'theirs')
    os.lchown(manifest, NOBODY, NOBODY)
    for more in ([], ['--dry-run']):
        done = tao('build', '--push', *more, program='tao_pt', env={'NV_TAO_PYTORCH_TOP': str(buildable)})
        assert (done.code, done.out, engine.calls) == (2, '', [])
        assert done.err == (
            f'tao_pt: error: {manifest}: cannot be written (it is a link that belongs to nobody)\n'
            '    nothing was built or pushed\n'
        )
