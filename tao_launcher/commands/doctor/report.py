"""Doctor's findings for a person."""
from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from ...base.output import Output
    from .findings import Finding


COLORS = {'ok': 'GREEN', 'warn': 'YELLOW', 'fail': 'RED', 'info': 'CYAN'}


def table(findings: Sequence[Finding], output: Output) -> str:
    """The findings for a person: a line each, with the fix below it."""
    from ...base.text import plain

    width = max(len(finding.name) for finding in findings)
    lines = []
    for finding in findings:
        status = output.painted(finding.status, COLORS[finding.status]) + ' ' * (5 - len(finding.status))
        lines.append(f'{status} {finding.name:<{width}}  {plain(finding.found)}')
        lines += [f'{"":<{width + 8}}fix: {plain(finding.fix)}'] if finding.fix else []
    failed = sum(finding.status == 'fail' for finding in findings)
    ready = 'ready' if not failed else f'not ready: {failed} to fix (fail)'
    return '\n'.join([*lines, ready]) + '\n'
