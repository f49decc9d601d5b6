"""One option: its key, its spellings, and whether much is to be said."""
from __future__ import annotations

from typing import Any

import pytest

from tao_launcher.settings.option import Option, is_debugging, is_verbose, spellings


@pytest.mark.parametrize(('option', 'key', 'example'), [
    (Option('--shm_size', 'SIZE'), 'shm_size', '--shm_size SIZE'), (Option('--no-check'), 'no_check', '--no-check'),
    (Option('--dry-run', 'FORM', optional=True), 'dry_run', '--dry-run'),
])
def test_key_and_example(option: Option, key: str, example: str) -> None:
    assert (option.key, option.example) == (key, example)


def test_spellings() -> None:
    assert spellings(['-q', '--dry-run', '--dry_run', '--all']) == ['-q', '--dry-run', '--all']
    assert spellings(['--shm_size', '--shm-size']) == ['--shm_size']


@pytest.mark.parametrize(('options', 'value', 'verbose'), [
    ({}, '', False), ({}, '0', False), ({}, 'No', False), ({}, '1', True), ({'verbose': True}, '', True),
    ({'quiet': True}, '1', False), ({'verbose': True}, '0', True),
])
def test_verbose(options: Any, value: str, verbose: bool) -> None:
    environ = {'TAO_LAUNCHER_DEBUG': value}
    assert is_verbose(options, environ) is verbose
    assert is_debugging(environ) is (value == '1')
