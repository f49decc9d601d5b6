"""What --patch changes of a Job before it is submitted: JSON merge patches (RFC 7386)."""
from __future__ import annotations

from ...base import host, json_text
from ...base.errors import Fault, UsageError
from ...base.record import Record
from ...engine import answers
from ...settings.docker_args import decided
from .job_state import CONTAINER

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from typing import Any, Dict

    Object = Dict[str, Any]

TOP = ('apiVersion', 'kind', 'metadata', 'spec')
POD = ('spec', 'template', 'spec')
# What the launcher finds the job by and tells its ranks, and the option for it where there is one.
FIXED = {
    ('apiVersion',): '', ('kind',): '', ('metadata', 'name'): '--name', ('metadata', 'generateName'): '--name',
    ('metadata', 'namespace'): '--namespace',
    **{(*where, 'labels', name): '' for where in (('metadata',), (*POD[:-1], 'metadata'))
       for name in ('tao.job', 'tao.plan')},
    ('spec', 'completions'): '--nodes', ('spec', 'parallelism'): '--nodes', ('spec', 'completionMode'): '',
    ('spec', 'selector'): '', ('spec', 'manualSelector'): '', (*POD, 'subdomain'): '', (*POD, 'hostname'): '',
}


class Patch(Record):
    """A patch and the file that it is from, for messages."""

    name: str
    value: Mapping[str, Any]


def read(paths: Sequence[str]) -> list[Patch]:
    """The patches in these files; "-" is standard input. Raises FileError, or UsageError for one that is read twice."""
    if paths.count('-') > 1:
        raise UsageError('--patch -: standard input can be read only once')
    return [_read(path) for path in paths]


def _read(path: str) -> Patch:
    name = 'standard input' if path == '-' else path
    data = host.standard_input() if path == '-' else host.read(path, 'patch of the Job (--patch)', required=True)
    value = json_text.loads(data or b'', name)
    faults = list(json_text.text_faults(value))
    if not isinstance(value, dict):
        faults.append(Fault('', 'expected an object, such as {"spec": {"template": {"spec": {…}}}}'))
    else:
        faults += [
            Fault(key, f'a Job has {", ".join(TOP[2:])}; what is a pod\'s goes under {".".join(POD)}')
            for key in value if key not in TOP
        ]
    if faults or not isinstance(value, dict):
        raise json_text.refused(name, faults)
    return Patch(name, value)


def merged(target: object, patch: object) -> Any:
    """What a merge patch makes of a value: null removes a member, and what is no object is replaced whole."""
    if not isinstance(patch, dict):
        return patch
    found = dict(target) if isinstance(target, dict) else {}
    for key, value in patch.items():
        if value is None:
            found.pop(key, None)
        else:
            found[key] = merged(found.get(key), value)
    return found


def applied(job: Mapping[str, Any], patches: Sequence[Patch]) -> tuple[Object, list[str]]:
    """(the Job with these patches, notices about what of the launcher's own they replace).

    Raises FileError for a patch by which the launcher, or the ranks, would no longer find the job.
    """
    notices = []
    found = dict(job)
    for patch in patches:
        before, found = found, merged(found, patch.value)
        faults = list(_faults(before, found))
        if faults:
            raise json_text.refused(patch.name, faults)
        notices += [
            f'{patch.name} replaces {".".join(POD)}.{key} as a whole, including what the launcher has put there'
            for key, value in answers.fields(before, *POD).items()
            if isinstance(value, list) and answers.at(found, *POD, key) != value
        ]
    return found, notices


def _faults(before: Object, after: Object) -> Iterator[Fault]:
    for path, option in FIXED.items():
        if answers.at(before, *path) != answers.at(after, *path):
            where = ''
            for key in path:
                where = json_text.at(where, key)
            yield Fault(where, str(decided(option)))
    if CONTAINER not in [answers.text(each, 'name') for each in answers.entries(after, *POD, 'containers')]:
        yield Fault('.'.join((*POD, 'containers')), f'expected the container {CONTAINER} among them')
