"""The objects of a submission, created one after the other: all of them, or none, or it is said what is left."""
from __future__ import annotations

import base64
import json
import re

from ...base.errors import EngineError
from .kubectl import CREATE, CREATE_JOB, is_refusal, is_there_already, owner, said
from .kubernetes import owned, secret

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from ...base.output import Output
    from ...engine.process import Answer
    from .kubectl import Kubectl
    from .kubernetes import Manifest

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
        try:
            answer = kubectl.ask(*(CREATE_JOB if kind == 'job' else CREATE), text=text)
        except (KeyboardInterrupt, SystemExit):
            look = kubectl.line('get', ','.join((*done, kind)), made.name)
            output.notice(f'kubectl was interrupted, and may have created the {kind}: {look}')
            raise
        answer = _without(answer, values)
        if answer.code != 0:
            raise _failure(answer, kind, made.name, done, kubectl)
        for line in said(answer):
            output.notice(f'kubectl: {line}')
        done.append(kind)
        uid = answer.out.strip()
    return uid if re.fullmatch('[A-Za-z0-9][A-Za-z0-9-]{0,63}', uid) else ''


def hand_over(made: Manifest, uid: str, kubectl: Kubectl, output: Output) -> None:
    """Make the Job with that id the owner of its Service and its Secret, so that they go when it does."""
    for what in owned(made):
        why = 'kubectl printed no id of the job'
        if uid:
            answer = kubectl.ask('patch', what, '--type=merge', '-p', owner(made.name, uid))
            if answer.code == 0:
                continue
            why = ' '.join(said(answer))
        output.notice(f'{what} stays when the job is removed ({why}): {kubectl.line("delete", what)}')


def _failure(answer: Answer, kind: str, name: str, done: list[str], kubectl: Kubectl) -> EngineError:
    """The error for an object that was not created, once what was created before it is gone again."""
    if answer.is_missing:
        return EngineError(
            'kubectl: no such program', 'tao submit kubernetes hands its manifests to kubectl',
            advice='install kubectl (https://kubernetes.io/docs/tasks/tools/), or write them with --dry-run',
        )
    is_open = not is_refusal(answer)
    if kind == 'job' and is_open:
        found = _is_there(kind, name, kubectl)
        if found is not False:
            what = 'kubectl did not end' if answer.is_late else 'kubectl failed'
            end = f'but the cluster has job {name}' if found else 'and may have created the job'
            look = kubectl.line('get', ','.join((*done, kind)), name)
            return EngineError(f'{what}, {end}', *said(answer), advice=look)
    left = _left(done, name, kubectl)
    why = [f'{one} was created before, and could not be removed' for one in left]
    if kind != 'job' and is_open:
        left.append(f'{kind}/{name}')
        why.append(f'{left[-1]} may have been created')
    advice = kubectl.line('delete', *left) if left else ''
    if is_there_already(answer) and not left:
        advice = f'--name NAME for one more, or {kubectl.line("delete", f"job/{name}")}'
    return EngineError('kubectl did not create the job', *said(answer), *why, advice=advice)


def _is_there(kind: str, name: str, kubectl: Kubectl) -> bool | None:
    """Whether the cluster has an object of that name; None when that cannot be told."""
    answer = kubectl.ask('get', kind, name, '--ignore-not-found', '-o', 'name')
    return bool(answer.out.strip()) if answer.code == 0 else None


def _left(done: list[str], name: str, kubectl: Kubectl) -> list[str]:
    """Remove what was created; what could not be removed."""
    objects = [f'{kind}/{name}' for kind in done]
    return [one for one in objects if kubectl.ask('delete', one, '--ignore-not-found').code != 0]


def _without(answer: Answer, values: Mapping[str, str]) -> Answer:
    """The answer without the values: an error may show the object that was refused."""
    shown = answer.err
    for value in sorted((value for value in values.values() if len(value) >= SHORTEST), key=len, reverse=True):
        coded = base64.b64encode(value.encode()).decode()
        for form in (value, coded, json.dumps(value)[1:-1], json.dumps(value, ensure_ascii=False)[1:-1]):
            shown = shown.replace(form, '***')
    return answer._replace(err=shown)
