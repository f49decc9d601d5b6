"""tao submit ENGINE …: hand a task to a cluster."""
from __future__ import annotations

from ..errors import UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..cli import Values
    from ..output import Output


def submit(engine: str, words: list[str], options: Values, environ: Mapping[str, str], output: Output) -> int:
    """Submit the task in `words` to slurm or kubernetes. Returns the exit code; raises Fatal."""
    raise UsageError(f'submit {engine} is not part of this version')
