"""The objects of a submission, created one after the other: all of them, or none, or it is said what is left."""
from __future__ import annotations

import base64
import json
import re

from ...base.errors import EngineError
from ...engine import process
from .kubectl import CREATE, CREATE_JOB, is_open, is_there_already, owner, said
from .kubernetes import owned, secret

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from ...base.output import Output
    from ...engine.process import Answer
    from .kubectl import Kubectl
    from .kubernetes import Manifest

REMOVAL = 30.0  # seconds for what was created before a refusal to go again: a finalizer may hold it
SHORTEST = 4  # characters of a value that can be told from words


def create(made: Manifest, values: Mapping[str, str], kubectl: Kubectl, output: Output) -> str:
    """Create the Service, the Secret with the values, and the Job. Returns the Job's id, '' where kubectl prints none.

    The Job comes last: it may displace others' work, and would find neither its ranks nor its variables.
    Raises EngineError.
    """
    steps = {
        **({'service': made.service} if made.service else {}),
        **({'secret': secret(made, values)} if made.secrets else {}),
        'job': made.job,
    }
    done: list[str] = []
    uid = ''
    for kind, document in steps.items():
        text = json.dumps(document, ensure_ascii=False)
        is_there = None
        try:
            answer = _without(kubectl.ask(*(CREATE_JOB if kind == 'job' else CREATE), text=text), values)
            if kind == 'job' and is_open(answer):
                is_there = _is_there(made, kubectl)
        except (KeyboardInterrupt, SystemExit):
            look = kubectl.line('get', ','.join((*done, kind)), made.name)
            output.notice(f'kubectl was interrupted, and may have created the {kind}: {look}')
            raise
        if answer.code != 0:
            raise _failure(answer, kind, made.name, done, kubectl, output, is_there=is_there)
        for line in said(answer):
            output.notice(f'kubectl: {line}')
        done.append(kind)
        uid = answer.out.strip()
    return uid if re.fullmatch('[A-Za-z0-9][A-Za-z0-9-]{0,63}', uid) else ''


def hand_over(made: Manifest, uid: str, kubectl: Kubectl, output: Output) -> None:
    """Make the Job with that id the owner of its Service and its Secret, so that they go when it does."""
    whole = owned(made)
    for number, what in enumerate(whole):
        why = 'kubectl printed no id of the job'
        if uid:
            try:
                answer = kubectl.ask('patch', what, '--type=merge', '-p', owner(made.name, uid))
            except (KeyboardInterrupt, SystemExit):
                _say_left(whole[number:], 'when the job is removed (kubectl was interrupted)', kubectl, output)
                raise
            if answer.code == 0:
                continue
            why = ' '.join(said(answer))
        _say_left([what], f'when the job is removed ({why})', kubectl, output)


def _say_left(what: list[str], when: str, kubectl: Kubectl, output: Output) -> None:
    stay = 'stays' if len(what) == 1 else 'stay'
    output.notice(f'{", ".join(what)} {stay} {when}: {kubectl.line("delete", *what)}')


def _failure(
    answer: Answer, kind: str, name: str, done: list[str], kubectl: Kubectl, output: Output, *, is_there: bool | None,
) -> EngineError:
    """The error for an object that was not created, once what was created before it is gone again.

    `is_there` tells, of a Job whose creation was not refused, whether the cluster has it; None where nobody knows.
    """
    if answer.is_missing:
        return EngineError(
            'kubectl: no such program', 'tao submit kubernetes hands its manifests to kubectl',
            advice='install kubectl (https://kubernetes.io/docs/tasks/tools/), or write them with --dry-run',
        )
    may_be_there = is_open(answer)
    if kind == 'job' and may_be_there and is_there is not False:
        what = 'kubectl did not end' if answer.is_late else 'kubectl failed'
        end = f'but the cluster has job {name}' if is_there else 'and may have created the job'
        look = kubectl.line('get', ','.join((*done, kind)), name)
        return EngineError(f'{what}, {end}', *said(answer), advice=look)
    open_ones = [f'{kind}/{name}'] if kind != 'job' and may_be_there else []
    if done:
        output.notice(f'kubectl did not create the {kind} ({" ".join(said(answer))}); removing what was created before')
    left = _left([f'{one}/{name}' for one in done], open_ones, kubectl, output)
    why = [f'{one} was created before, and could not be removed' for one in left]
    why += [f'{one} may have been created' for one in open_ones]
    left += open_ones
    advice = kubectl.line('delete', *left) if left else ''
    if is_there_already(answer) and not left:
        advice = f'--name NAME to submit another one, or {kubectl.line("delete", f"job/{name}")}'
    return EngineError('kubectl did not create the job', *said(answer), *why, advice=advice)


def _is_there(made: Manifest, kubectl: Kubectl) -> bool | None:
    """Whether the cluster has that very Job, and not just one of its name; None when that cannot be told."""
    labels, name = f'tao.plan={made.digest}', f'metadata.name={made.name}'
    answer = kubectl.ask('get', 'job', '-l', labels, '--field-selector', name, '-o', 'name')
    return bool(answer.out.strip()) if answer.code == 0 else None


def _left(objects: list[str], open_ones: list[str], kubectl: Kubectl, output: Output) -> list[str]:
    """Remove objects within REMOVAL seconds; what could not be removed. `open_ones` are told too if it is interrupted.
    """
    left: list[str] = []
    until = process.clock() + REMOVAL
    for number, one in enumerate(objects):
        try:
            answer = kubectl.ask('delete', one, '--ignore-not-found', patience=max(until - process.clock(), 1.0))
        except (KeyboardInterrupt, SystemExit):
            _say_left([*left, *objects[number:], *open_ones], '(kubectl was interrupted)', kubectl, output)
            raise
        if answer.code != 0:
            left.append(one)
    return left


def _without(answer: Answer, values: Mapping[str, str]) -> Answer:
    """The answer without the values: an error may show the object that was refused."""
    shown = answer.err
    for value in sorted((value for value in values.values() if len(value) >= SHORTEST), key=len, reverse=True):
        coded = base64.b64encode(value.encode()).decode()
        for form in (value, coded, json.dumps(value)[1:-1], json.dumps(value, ensure_ascii=False)[1:-1]):
            shown = shown.replace(form, '***')
    return answer._replace(err=shown)
