"""What `tao submit kubernetes` would submit."""
from __future__ import annotations

import json
from typing import Any

from support import Result, tao


def submit(*given: str) -> Result:
    """The dry run of a submission, its manifests alone."""
    return tao('submit', 'kubernetes', '--dry-run=json', *given)


def manifest(*given: str) -> Any:
    """The manifest of one that nothing is said about."""
    done = submit('--quiet', *given)
    assert (done.code, done.err) == (0, '')
    return json.loads(done.out)
