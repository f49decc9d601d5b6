"""The checks of `tao doctor`: pure, each from the facts that were gathered to a finding and its fix."""
from __future__ import annotations

import shlex

from ...base.secrets import masked
from ...engine import remedies
from . import checks_engine, checks_machine
from .findings import Finding, MachineFacts

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ('CHECKS', 'MachineFacts', 'Finding', 'run')


def settings(facts: MachineFacts) -> Finding | None:
    if facts.settings_error:
        return Finding('settings', 'fail', facts.settings_error, 'unset the variable, or see tao --help environment')
    return None


def mounts(facts: MachineFacts) -> Finding:
    if facts.mounts_error:
        return Finding('mounts file', 'fail', facts.mounts_error, f'correct {facts.mounts_path}')
    if not facts.mounts_path:
        return Finding('mounts file', 'info', 'none, only --volume mounts anything; tao config init writes one')
    return Finding('mounts file', 'ok', facts.mounts_path)


def sources(facts: MachineFacts) -> Finding | None:
    if facts.missing:
        words = f'mkdir -p {shlex.join(facts.missing)}'
        fix = words if facts.can_create else remedies.as_root(facts.machine, words)
        return Finding('sources', 'fail', f'missing: {", ".join(facts.missing)}', fix)
    if facts.unwritable:
        return Finding(
            'sources', 'warn', f'not writable by {facts.job_user}, who the job runs as: {", ".join(facts.unwritable)}',
            remedies.as_root(facts.machine, f'chown {facts.job_user} {shlex.join(facts.unwritable)}'),
        )
    return Finding('sources', 'ok', 'all there') if facts.mounts_path and not facts.mounts_error else None


def catalogue(facts: MachineFacts) -> Finding | None:
    if facts.catalogue_error:
        return Finding('catalogue', 'fail', facts.catalogue_error, f'correct or remove {facts.catalogue}')
    if facts.catalogue:
        return Finding('catalogue', 'info', f'{facts.catalogue} replaces the built-in releases')
    return None


CHECKS: tuple[Callable[[MachineFacts], Finding | None], ...] = (
    checks_engine.client, checks_engine.daemon, checks_engine.server, checks_engine.init,
    checks_engine.rootless, checks_engine.disk,
    checks_machine.memory, checks_machine.cores, checks_machine.driver, checks_machine.gpus, checks_engine.toolkit,
    checks_machine.old_packages, checks_machine.platform, checks_machine.selinux, settings, mounts, sources,
    checks_engine.login, catalogue, checks_machine.python, checks_machine.program, checks_machine.variables,
)


def run(facts: MachineFacts) -> list[Finding]:
    """Every check's finding, in their order; none shows a password."""
    found = (check(facts) for check in CHECKS)
    return [f._replace(found=masked(f.found), fix=masked(f.fix)) for f in found if f]
