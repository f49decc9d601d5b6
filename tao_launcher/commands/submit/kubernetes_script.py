"""What a submission to Kubernetes does, as a script for a shell: the same commands with the same manifests.

Only the values that must not be seen are not in it: it takes them from its environment.
"""
from __future__ import annotations

import json

from ...base.shell import exact, join
from .job_state import CONTAINER
from .kubectl import CREATE, CREATE_JOB, EVENTS, objects, owner
from .kubernetes import owned, secret

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from .kubectl import Kubectl
    from .kubernetes import Manifest
    from .submission import Submission

UID = 'UID-OF-THE-JOB'
# The values as JSON has them, by a program whose command line does not show them. Nothing is made without them.
VALUES = """tao_values=$(python3 -c '
import json, os, sys
values = {}
for name in sys.argv[1:]:
    try:
        values[name] = os.environb[name.encode()].decode()
    except KeyError:
        sys.exit(name + ": not in the environment: export it first")
    except UnicodeDecodeError:
        sys.exit(name + ": not UTF-8, which JSON needs")
print(json.dumps(values))
' %s)"""


def text(made: Manifest, kubectl: Kubectl, wanted: Submission) -> str:
    """The script of a submission; what only looks at the job is a comment in it."""
    lines = ['#!/bin/sh', 'set -e', *_head(made, kubectl)]
    if made.service:
        lines.append(_piped(join(kubectl.words(*CREATE)), made.service))
    if made.secrets:
        document = json.dumps(secret(made, {}), indent=2).replace('{}', '$tao_values')
        lines.append(f'{join(kubectl.words(*CREATE))} <<END\n{document}\nEND')
    if owned(made):
        lines.append(f'uid=$({_piped(join(kubectl.words(*CREATE_JOB)), made.job)}\n)')
    else:
        lines.append(_piped(join(kubectl.words(*CREATE_JOB)), made.job))
    patch = exact(owner(made.name, UID)).replace(UID, "'\"$uid\"'")
    lines += [f'{join(kubectl.words("patch", what, "--type=merge", "-p"))} {patch}' for what in owned(made)]
    return '\n'.join((*lines, *_looks(made, kubectl, wanted), ''))


def _head(made: Manifest, kubectl: Kubectl) -> list[str]:
    """What is said and looked at before anything is created."""
    lines = []
    if owned(made):
        lines.append('# A refusal ends this script, and leaves what kubectl has said is created; to remove it:')
        lines.append(f'# {kubectl.line("delete", "--ignore-not-found", *owned(made))}')
    lines += [f': "${{{name}?is not set: export it first}}"' for name in made.secrets]
    return [*lines, *[VALUES % join(made.secrets)] * bool(made.secrets)]


def _looks(made: Manifest, kubectl: Kubectl, wanted: Submission) -> list[str]:
    """What is asked of the job once it is there."""
    until = 'until the job has ended, whose exit code is then that of its pod' if wanted.wait else 'once'
    words = [objects(made.digest), EVENTS, *[('logs', '-f', '-c', CONTAINER, 'POD-OF-RANK-0')] * wanted.follow]
    return [f'# then, {until}:', *(f'# {kubectl.line(*each)}' for each in words)]


def _piped(line: str, document: Mapping[str, Any]) -> str:
    return f"{line} <<'END'\n{json.dumps(document, indent=2, ensure_ascii=False)}\nEND"


def as_json(made: Manifest) -> str:
    """The manifests alone, as one document that kubectl takes: a List."""
    items = [item for item in (made.service, made.job) if item]
    return json.dumps({'apiVersion': 'v1', 'kind': 'List', 'items': items}, indent=2, ensure_ascii=False) + '\n'
