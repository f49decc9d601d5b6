"""A dry run that only a variable makes is announced: nobody typed it."""
from __future__ import annotations

import pytest
from support import tao

SAID = 'tao: notice: TAO_DRY_RUN is set: nothing is run\n'


@pytest.mark.parametrize(('options', 'words', 'variable', 'said'), [
    ([], [], '1', SAID), (['--dry-run'], [], '1', ''), ([], ['--dry-run'], '1', ''), ([], ['--dry-run'], '', ''),
])
def test_it_is_announced(options: list[str], words: list[str], variable: str, said: str) -> None:
    done = tao(*options, 'catalogue', 'probe', *words, 'example.com/a:1.2.3', env={'TAO_DRY_RUN': variable})
    assert (done.code, done.out.split()[:2], done.err) == (0, ['docker', 'run'], said)
