"""tao submit kubernetes: hand a plan to kubectl as manifests."""
from __future__ import annotations

from ...base import host
from ...base.errors import UsageError
from ...base.text import is_utf8
from ...engine.signals import Unwinding
from . import kubernetes, kubernetes_script, patch
from .create import create, hand_over
from .kubectl import Kubectl
from .kubernetes_wait import Log, Submitted, Watch
from .report import submitted
from .submission import CLIENT

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from ...base.output import Output
    from ...launch.plan import Plan
    from ...settings.option import Values
    from .kubernetes import Manifest
    from .submission import Submission


def for_kubernetes(options: Values, environ: Mapping[str, str]) -> tuple[Values, Mapping[str, str]]:
    """The options and environment of a plan that no engine of this machine runs, and whose paths are elsewhere."""
    kept = {name: value for name, value in environ.items() if name not in (*CLIENT, 'TAO_ENGINE')}
    return {**options, 'no_check': True, 'engine': 'docker'}, kept


def submit_kubernetes(
    plan: Plan, wanted: Submission, dry_run: str, environ: Mapping[str, str], output: Output,
) -> int:
    """Print what is done for a plan (`dry_run` is not ''), or do it. Returns the exit code; raises Fatal."""
    made = _named(plan, wanted)
    for notice in (*plan.notices, *made.notices):
        output.notice(notice)
    values = {name: plan.export.get(name) or environ.get(name, '') for name in made.secrets}
    _check(values)
    kubectl = Kubectl(wanted.namespace, environ)
    if dry_run:
        unset = [name for name in made.secrets if environ.get(name) != values[name]]
        _print(made, unset, kubectl, wanted, dry_run, output)
        return 0
    with Unwinding():
        uid = create(made, values, kubectl, output)
        try:
            submitted(f'job.batch/{made.name}', wanted, output)
            hand_over(made, uid, kubectl, output)
        finally:  # the job is there, even if someone interrupts this
            for what, line in follow_up(made.name, wanted.nodes, kubectl).items():
                output.notice(f'{what}: {line}')
    watch = Watch(Submitted(made.name, uid, made.digest, wanted.nodes), kubectl, output)
    if wanted.wait:
        return watch.wait(Log(kubectl) if wanted.follow else None)
    if not output.quiet:
        watch.look()
    return 0


def _named(plan: Plan, wanted: Submission) -> Manifest:
    """The manifests, patched; equal submissions have one name, for the digest is that of what is submitted."""
    import hashlib
    import json

    patches = patch.read(wanted.patches)

    def patched(digest: str) -> Manifest:
        made = kubernetes.manifest(plan, wanted, digest, host.is_file)
        job, notices = patch.applied(made.job, patches)
        return made._replace(job=job, notices=(*made.notices, *notices))

    unnamed = patched('')
    return patched(hashlib.sha256(json.dumps([unnamed.service, unnamed.job]).encode()).hexdigest()[:12])


def _check(values: Mapping[str, str]) -> None:
    """Raise UsageError for values that JSON cannot hold, which it does not show."""
    odd = [name for name, value in values.items() if not is_utf8(value)]
    if odd:
        raise UsageError(f'{", ".join(odd)}: not UTF-8, which JSON needs')


def _print(
    made: Manifest, unset: list[str], kubectl: Kubectl, wanted: Submission, form: str, output: Output,
) -> None:
    """Print what would be done. The variables `unset` have other values here than in the job."""
    if form != 'json':
        output.say_exports(unset, 'the script takes {} from its environment')
        output.result(kubernetes_script.text(made, kubectl, wanted))
        return
    if made.secrets:
        before = f', with {", ".join(unset)} set in the shell' if unset else ''
        files = ' '.join(f'--from-file={name}=<(printf %s "${name}")' for name in made.secrets)
        output.notice(f'the Secret {made.name} has to hold {", ".join(made.secrets)}; to make it{before}:')
        output.notice(f'{kubectl.line("create", "secret", "generic", made.name)} {files}')
    output.result(kubernetes_script.as_json(made))


def follow_up(name: str, nodes: int, kubectl: Kubectl) -> dict[str, str]:
    """What people do with a job that the cluster has, and the commands for it."""
    logs = ('logs', '-f', '--prefix', '--tail=-1', f'--max-log-requests={nodes}', '-l', f'job-name={name}')
    return {
        'Kubernetes has it now; tao list does not show it': kubectl.line('describe', f'job/{name}'),
        'what it writes': kubectl.line(*logs),
        'to end it, and to remove it': kubectl.line('delete', f'job/{name}'),
    }
