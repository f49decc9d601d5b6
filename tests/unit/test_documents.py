"""Which blocks of code README and the guides have: each kind is run by a test."""
from __future__ import annotations

import re

from documents import EVERYTHING, transcripts


def test_every_block_is_run_by_a_test() -> None:
    """Those of other engines by the tests of these, installation by the packaging tests; text is what nobody runs."""
    kinds = re.findall(r'^```(\w.*)$', EVERYTHING, re.MULTILINE)
    elsewhere = {'console podman', 'console remote', 'console slurm'}
    assert set(kinds) == {'console', 'json', 'sh', 'make', 'python', 'yaml', 'ini', 'text'} | elsewhere
    assert {kind: kinds.count(kind) for kind in (*elsewhere, 'sh')} == {**dict.fromkeys(elsewhere, 1), 'sh': 3}
    assert len(transcripts()) == kinds.count('console') >= 15
