"""Doctor's findings for a person: what is wrong first."""
from __future__ import annotations

from ...base.text import plain

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from ...base.output import Output
    from .findings import Finding


COLORS = {'fail': 'RED', 'warn': 'YELLOW', 'info': 'CYAN', 'ok': 'GREEN'}  # in the order in which they are shown
FIX_FIRST = 'the first fix above, then {} again'


def has_failed(findings: Sequence[Finding]) -> bool:
    """Whether something that a launch needs is missing."""
    return any(finding.status == 'fail' for finding in findings)


def table(findings: Sequence[Finding], output: Output, *, every: bool, next_step: str) -> str:
    """The findings that ask for something, a line each with the fix below it, then how many others there are.

    With `every` the others are lines too. The last lines say whether this machine is ready, and the next step if
    there is one.
    """
    ordered = sorted(findings, key=lambda finding: [*COLORS].index(finding.status))
    to_do = [finding for finding in ordered if _is_to_do(finding)]
    fine = [finding for finding in ordered if not _is_to_do(finding)]
    lines = _lines([*to_do, *fine] if every else to_do, output)
    if fine and not every:
        lines.append(f'{len(fine)} {"check is" if len(fine) == 1 else "checks are"} fine (--all)')
    failed = sum(finding.status == 'fail' for finding in findings)
    lines.append(f'not ready: {failed} to fix (fail)' if failed else 'ready')
    return '\n'.join([*lines, *([f'next: {plain(next_step)}'] if next_step else [])]) + '\n'


def _is_to_do(finding: Finding) -> bool:
    """Whether a finding asks for something."""
    return finding.status in ('fail', 'warn') or finding.status == 'info' and bool(finding.fix)


def _lines(findings: Sequence[Finding], output: Output) -> list[str]:
    width = max((len(finding.name) for finding in findings), default=0)
    lines = []
    for finding in findings:
        status = output.painted(finding.status, COLORS[finding.status]) + ' ' * (5 - len(finding.status))
        lines.append(f'{status} {finding.name:<{width}}  {plain(finding.found)}')
        lines += [f'{"":<{width + 8}}fix: {plain(finding.fix)}'] if finding.fix else []
    return lines
