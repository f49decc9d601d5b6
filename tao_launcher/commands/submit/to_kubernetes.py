"""tao submit kubernetes: hand a plan to kubectl as a manifest."""
from __future__ import annotations

import re

from ...base import host
from ...base.errors import EngineError
from ...base.shell import join
from ...engine import process
from . import kubernetes
from .pod import SECRET
from .report import submitted
from .submission import CLIENT

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ...base.output import Output
    from ...launch.plan import Plan
    from ...settings.option import Values
    from ...settings.values import Variable
    from .submission import Submission

PATIENCE = 120.0  # seconds for a cluster that is far away


def for_kubernetes(
    options: Values, environ: Mapping[str, str], variables: Sequence[Variable],
) -> tuple[Values, Mapping[str, str]]:
    """The options and environment of a plan that no engine of this machine runs, and whose paths are elsewhere.

    What is passed by name (`variables` are those of the mounts file) need not be set here: a Secret has it.
    """
    given = options.get('env', [])
    names = [word for word in given if '=' not in word] if isinstance(given, list) else []
    names += [variable.name for variable in variables if variable.value is None]
    kept = {name: value for name, value in environ.items() if name not in (*CLIENT, 'TAO_ENGINE')}
    return {**options, 'no_check': True, 'engine': 'docker'}, {**dict.fromkeys(names, ''), **kept}


def submit_kubernetes(
    plan: Plan, wanted: Submission, dry_run: str, environ: Mapping[str, str], output: Output,
) -> int:
    """Print the manifest of a plan (`dry_run` is not ''), or create it. Returns the exit code; raises Fatal."""
    import hashlib
    import json

    # equal submissions have one name: the digest is that of what is submitted
    unnamed = json.dumps(kubernetes.manifest(plan, wanted, '', host.is_file).document)
    digest = hashlib.sha256(unnamed.encode()).hexdigest()[:12]
    made = kubernetes.manifest(plan, wanted, digest, host.is_file)
    for notice in (*plan.notices, *made.notices):
        output.notice(notice)
    there = ('-n', wanted.namespace) if wanted.namespace else ()
    if made.secrets:
        given = {name: plan.export.get(name) or environ.get(name, '') for name in made.secrets}
        unset = [name for name, value in given.items() if not value or environ.get(name) != value]
        _say_secret(made.secrets, unset, there, output)
    text = json.dumps(made.document, indent=2, ensure_ascii=False) + '\n'
    if dry_run:
        output.result(text)
        return 0
    _create(text, made.name, there, environ, output)
    submitted(f'job.batch/{made.name}', wanted, output)
    pods = f'job-name={made.name}'
    for what, words in (
        ('Kubernetes has it now, tao list has not', ('get', 'pods', '-l', pods)),
        ('what it writes', ('logs', '-f', '--prefix', '--tail=-1', '-l', pods)),
        ('to end it, and to remove it', ('delete', 'job,service', made.name)),
    ):
        output.notice(f'{what}: {join(("kubectl", *there, *words))}')
    return 0


def _say_secret(names: Sequence[str], unset: Sequence[str], there: Sequence[str], output: Output) -> None:
    """How to make the Secret without a value in any command line: printf is the shell's own.

    Of the variables `names` it takes the values of the shell, which has to be given those of `unset` before.
    """
    values = '; '.join(f'printf \'%s=%s\\n\' {name} "${name}"' for name in names)
    words = join(('kubectl', *there, 'create', 'secret', 'generic', SECRET))
    before = f', with {", ".join(unset)} set in the shell' if unset else ''
    output.notice(f'the Secret {SECRET} of the cluster has to hold {", ".join(names)}; to make it{before}:')
    output.notice(f'{words} --from-env-file=<({values})')


def _create(text: str, name: str, there: Sequence[str], environ: Mapping[str, str], output: Output) -> None:
    """Create what the manifest says, or nothing of it. Raises EngineError."""
    look = join(('kubectl', *there, 'get', 'job,service', name))
    try:
        answer = process.ask(('kubectl', *there, 'create', '-o', 'name', '-f', '-'), environ, PATIENCE, text=text)
    except KeyboardInterrupt:
        output.notice(f'kubectl was interrupted, and may have created the job: {look}')
        raise
    if answer.code == 0:
        return
    if answer.is_missing:
        raise EngineError(
            'kubectl: no such program', 'tao submit kubernetes hands its manifest to kubectl',
            advice='install kubectl (https://kubernetes.io/docs/tasks/tools/), or write the manifest with --dry-run',
        )
    made = [word for word in answer.out.split() if re.fullmatch('[a-z][a-z0-9.]*/[a-z0-9][a-z0-9.-]*', word)]
    if made:  # a Service without its Job
        process.ask(('kubectl', *there, 'delete', *made), environ, PATIENCE)
    if answer.is_late:
        raise EngineError('kubectl did not end, and may have created the job', answer.err, advice=look)
    again = 'AlreadyExists' in answer.err or 'already exists' in answer.err
    words = join(('kubectl', *there, 'delete', 'job,service', name))
    raise EngineError(
        'kubectl did not create the job', *answer.err.strip().splitlines(),
        advice=f'--name NAME for one more, or {words}' if again else '',
    )
