"""tao submit slurm|kubernetes …: plan a task as for a run, and hand it to a cluster."""
from __future__ import annotations

from .. import cli, daemon, host, parsers
from ..clusters.submission import CLIENT, gpu_ids, submission, without_job
from ..errors import ResultLost, UsageError
from ..options import KUBERNETES, SLURM, SUBMIT
from ..output import OutputClosed
from ..settings import engine_words
from .prepare import mounts_file, prepare

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..cli import Call, Values
    from ..clusters.submission import Submission
    from ..host import Host
    from ..output import Output
    from ..plan import Plan, Target
    from ..settings import Settings
    from ..values import Gpus


def submit(program: str, words: list[str], options: Values, environ: Mapping[str, str], output: Output) -> int:
    """Submit the task in `words`; `program` is 'submit slurm' or 'submit kubernetes'.

    `options` are those before it. Returns the exit code; raises Fatal.
    """
    own, rest = cli.parse(words, program)
    options = _merged(options, own)
    output.set_up(options, environ)
    if options.get('help'):
        from .verbs import verb

        return verb([*program.split(), '--help'], {}, environ, output)
    here = host.survey(environ)._replace(terminals=host.Terminals())
    wanted = submission(program, options, *_gpus(options, environ, here))
    environ = without_job(environ)
    if program == KUBERNETES:
        from .submit_kubernetes import for_kubernetes, submit_kubernetes

        file, _ = mounts_file(options, environ, here)
        options, environ = for_kubernetes(options, environ, file.variables)
        here = here._replace(is_tegra=False)
        plan, dry_run = _plan(program, rest, wanted, options, environ, here, output)
        return submit_kubernetes(plan, wanted, dry_run, environ, output)
    from .submit_slurm import submit_slurm

    environ = _local(options, environ, here, output)
    plan, dry_run = _plan(program, rest, wanted, options, environ, here, output)
    return submit_slurm(plan, wanted, dry_run, 'no_check' not in options, environ, output)


def _merged(before: Values, behind: Values) -> Values:
    """The options before `submit` and those behind it: of one that stands in both places the later."""
    merged: Values = {**before, **behind}
    for key, value in before.items():
        more = behind.get(key)
        if isinstance(value, list) and isinstance(more, list):
            merged[key] = [*value, *more]
    return merged


def _gpus(options: Values, environ: Mapping[str, str], here: Host) -> tuple[Gpus | None, str]:
    """The GPUs that --gpus, TAO_GPUS or the mounts file asks for, and which of them does. Raises UsageError."""
    for text, source in ((options.get('gpus'), '--gpus'), (environ.get('TAO_GPUS'), 'TAO_GPUS')):
        if text:
            try:
                return parsers.gpus(str(text)), f'{source} {text}'
            except ValueError as e:
                raise UsageError(f'{source}: "{text}": {e}') from None
    file, _ = mounts_file(options, environ, here)
    return file.options.get('gpus'), f'{file.path}: DockerOptions.gpus'


def _plan(
    program: str, words: list[str], wanted: Submission, options: Values, environ: Mapping[str, str], here: Host,
    output: Output,
) -> tuple[Plan, str]:
    """(the plan of the task in `words`, as on a machine without a terminal; the form of a dry run or '')."""
    from .task import load_catalogue, task_target

    known = load_catalogue(here, output)
    call = cli.call(words, known.groups(), known.subtasks_by_name(), options)
    if call.form in ('shell', 'help'):
        task = call.task or call.group
        if call.task:
            task_target(known, call, '')  # whose error is better for a name that is none
        raise UsageError(f'{program} {task}: which subtask?', advice=f'tao {task} --help')
    _refuse_late(program, words, call)
    options = {
        **{key: value for key, value in options.items() if key != 'name'},
        'gpus': ','.join(gpu_ids(wanted.gpus)) or 'none',
    }

    def target(settings: Settings) -> Target:
        # on docker's own network the nodes would not reach each other; pods do
        network = 'host' if wanted.nodes > 1 and program == SLURM else ''
        return task_target(known, call, settings.release)._replace(network=network)

    plan, dry_run = prepare(options, {}, environ, here, output, target)
    output.verbose(f'image: {plan.image} (release {plan.release})')
    return plan, dry_run


def _refuse_late(program: str, words: list[str], call: Call) -> None:
    """Raise UsageError for options of submit behind the task, where a bare "--" does not say that they are its own."""
    own = cli.table(program)
    keys = {option.key for option in SUBMIT}
    looked_at = words[:words.index('--')] if '--' in words else words
    names = [word.partition('=')[0] for word in call.words if call.form == 'task' and word in looked_at]
    late = [name for name in names if name in own and own[name].key in keys]
    if late:
        raise UsageError(
            f'{", ".join(late)}: the options of submit stand before the task name',
            advice=f'tao {program} {late[0]} … {call.task} {call.subtask} …',
        )


def _local(options: Values, environ: Mapping[str, str], here: Host, output: Output) -> Mapping[str, str]:
    """The environment without a remote daemon: every node runs a container of its own."""
    found = daemon.find(engine_words(options, environ), environ, here.home, host.json_file)
    if not found.is_remote:
        return environ
    output.notice(f'every node uses its own engine, not the remote daemon {found.address}')
    return {name: value for name, value in environ.items() if name not in CLIENT}


def submitted(job: str, output: Output) -> None:
    """Print what a cluster calls a job that it has by now; on stderr where nobody reads stdout."""
    try:
        output.result(f'{job}\n')
    except (OutputClosed, ResultLost):
        output.say(f'the job is submitted: {job}')
