"""tao doctor: is this machine ready, and if not, what is the one command that helps."""
from __future__ import annotations

import json

from .. import catalogue, host
from ..doctor import checks
from ..plan import Target
from .gather import gather
from .prepare import prepare

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ..catalogue import Catalogue
    from ..cli import Values
    from ..doctor.findings import Finding
    from ..host import Host
    from ..output import Output


def doctor(
    options: Values, environ: Mapping[str, str], as_json: bool, dev: bool, gpu_test: bool, output: Output,
) -> int:
    """Print what was found, as a table or JSON. Returns 1 if something that a launch needs is missing.

    Nothing is changed, and no container is started but with `gpu_test`.
    """
    here = host.survey(environ)
    findings = checks.run(gather(options, environ, here))
    if dev:
        from .runner import findings as of_checkouts

        findings += of_checkouts(environ, here)
    output.result(json.dumps([f._asdict() for f in findings], indent=2) + '\n' if as_json else table(findings, output))
    if any(finding.status == 'fail' for finding in findings):
        return 1
    return _gpu_test(options, environ, here, output) if gpu_test else 0


COLORS = {'ok': 'GREEN', 'warn': 'YELLOW', 'fail': 'RED', 'info': 'CYAN'}


def table(findings: Sequence[Finding], output: Output) -> str:
    """The findings for a person: a line each, with the fix below it."""
    from ..table import plain

    width = max(len(finding.name) for finding in findings)
    lines = []
    for finding in findings:
        status = output.painted(finding.status, COLORS[finding.status]) + ' ' * (5 - len(finding.status))
        lines.append(f'{status} {finding.name:<{width}}  {plain(finding.found)}')
        lines += [f'{"":<{width + 8}}fix: {plain(finding.fix)}'] if finding.fix else []
    failed = sum(finding.status == 'fail' for finding in findings)
    ready = 'ready' if not failed else f'not ready: {failed} to fix (fail)'
    return '\n'.join([*lines, ready]) + '\n'


def _gpu_test(options: Values, environ: Mapping[str, str], here: Host, output: Output) -> int:
    """Run nvidia-smi in the newest image, which has to be here; its exit code."""
    from .launch import launch
    from .task import load_catalogue

    known: Catalogue = load_catalogue(here, output)
    image = catalogue.find(known, 'model', 'dino', '', '').image
    target = Target('doctor/gpu-test', image, ('nvidia-smi', '-L'))
    plan, _ = prepare({**options, 'pull': 'never'}, {}, environ, here, output, lambda settings: target)
    return launch(plan, '', environ, here.arg_max, output)
