"""What `tao submit slurm` would submit."""
from __future__ import annotations

from support import Result, tao


def submit(*given: str) -> Result:
    """The dry run of a submission."""
    return tao('submit', 'slurm', '--dry-run', *given)


def script(*given: str) -> str:
    """The script of one that nothing is said about."""
    done = submit(*given)
    assert (done.code, done.err) == (0, '')
    return done.out
