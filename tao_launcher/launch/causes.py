"""Why a launch failed, in words: pure, from its exit code and what the engine answered afterwards.

What was not established comes after an "if".
"""
from __future__ import annotations

from ..base.shell import join
from ..engine import profiles, remedies
from ..engine.failures import engine_failure
from . import refusals
from .image_refusals import foreign

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .facts import FailureFacts

AT_ONCE = 1.0  # seconds: a command that cannot be started ends no later
# No image is without them, so their 126 and 127 are those of a command in their script.
SHELLS = ('sh', 'bash', '/bin/sh', '/bin/bash')
# What a program of another kind of machine ends with, after --init and without.
QUICK_CODES = (1, 255)


def failures(facts: FailureFacts) -> list[tuple[str, str]]:
    """(what happened, what to do) of a failed launch; several where the engine's own words decide, or none."""
    if facts.code == 125:
        wrong = engine_failure(
            facts.engine, facts.engine_code, facts.engine_error, facts.address, facts.machine, facts.environ,
        )
        return [wrong] if wrong else [] if facts.has_started else _refusal(facts)
    if facts.code in (126, 127):
        return _command(facts)
    if facts.code in QUICK_CODES:
        found = foreign(facts)
        return [found] if found[0] else []
    found = _ended(facts)
    return [found] if found[0] else []


def _ended(facts: FailureFacts) -> tuple[str, str]:
    """What ended a job that was running."""
    if facts.code == 135:
        shm = f'/dev/shm has {facts.shm}' if facts.shm else f"/dev/shm has {_name(facts)}'s 64 MB"
        return f'the job died of a bus error; {shm}', '--shm_size 16G (or more) before the task name'
    if facts.code == 137:
        return _killed(facts)
    if facts.code == 139:
        return 'the job crashed (segmentation fault)', _shell(facts)
    return '', ''


def _name(facts: FailureFacts) -> str:
    return profiles.profile(facts.engine).name


def _shell(facts: FailureFacts) -> str:
    """The command for a look into the image."""
    return join((*facts.engine, 'run', '--rm', '-it', facts.image, '/bin/bash'))


def _refusal(facts: FailureFacts) -> list[tuple[str, str]]:
    """Why an engine that answers did not start the container."""
    found = refusals.established(facts)
    return [found] if found[0] else refusals.possible(facts)


def _command(facts: FailureFacts) -> list[tuple[str, str]]:
    """126 and 127: the command cannot be executed, or is not there; docker says so, after --init tini does.

    Both are a client's words too for whatever it lacks: a mount's source, a program for credentials.
    """
    if facts.has_started and (facts.command in SHELLS or facts.lifetime is None or facts.lifetime > AT_ONCE):
        return []  # the job's own code
    if not facts.has_started:
        found = refusals.established(facts)
        if found[0] or not facts.may_be_created:
            return [found] if found[0] else []
        possible = refusals.possible(facts)
        if facts.has_init and facts.events is not None or possible and profiles.profile(facts.engine).uses_cdi:
            return possible  # the engine got as far as the command in no case
    why = 'cannot be executed' if facts.code == 126 else 'was not found'
    name = profiles.profile(facts.engine).name
    who = 'tini' if facts.has_started else name if facts.events is not None else f'{name} or tini'
    if facts.hidden_by:  # a look into the image would find it
        what = f'{facts.command} {why}: {facts.hidden_by} hides what {facts.image} has there'
        return [(f'if {who} reported it: {what}', 'leave that mount out, or mount it at another path')]
    return [(f'if {who} reported it: command "{facts.command}" {why} in {facts.image}', _shell(facts))]


def _killed(facts: FailureFacts) -> tuple[str, str]:
    """137: the job was killed, or ended so itself."""
    events = facts.events or ()
    smaller = 'a smaller batch size'
    if 'oom' in events and facts.has_memory_limit:
        return 'the job was killed: it used more memory than its limit', f'a higher limit, or {smaller}'
    if 'oom' in events:
        return 'the kernel killed a process of the job because memory ran out', smaller
    if facts.kernel_kills:
        return 'exit code 137 is signal 9: the kernel killed a process in the meantime because memory ran out', smaller
    if 'kill' in events:
        return f'the job was killed by someone\'s {_name(facts)} stop, kill or rm -f', ''
    if facts.kernel_kills == 0 and events:
        return (
            f'exit code 137 is signal 9: {_name(facts)} killed nothing, and the kernel\'s out-of-memory killer did '
            'not do it either, so it is the job\'s own code, or someone killed its process', '',
        )
    return (
        f'exit code 137 is signal 9: from outside {_name(facts)}, by the kernel because memory ran out, or the job\'s '
        'own',
        remedies.as_root(facts.machine, 'dmesg') + ' | grep -i "out of memory"' if not facts.is_remote else '',
    )
