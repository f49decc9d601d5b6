"""tao submit slurm|kubernetes …: plan a task as for a run, and hand it to a cluster."""
from __future__ import annotations

from ...base import host
from ...base.errors import UsageError
from ...base.shell import join, quote
from ...engine import daemon, profiles
from ...engine.docker import DOCKER
from ...engine.profile import APPTAINER_KIND
from ...launch.history import Ended, Recorder, Started
from ...launch.prepare import prepare
from ...settings import command_line, parsers
from ...settings.alone import engine_words
from ...settings.durations import for_slurm
from ...settings.locate import read_mounts_file
from ...settings.option import is_verbose
from ...settings.programs import KUBERNETES, SLURM
from ...settings.submit_options import SUBMIT
from . import enroot
from .submission import CLIENT, gpu_ids, submission, without_job

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from ...launch.plan import Plan, Target
    from ...settings.command_line import Call
    from ...settings.invocation import Invocation
    from ...settings.option import Values
    from ...settings.settings import Settings
    from ...settings.values import Gpus
    from .submission import Submission


def submit(program: str, words: list[str], invocation: Invocation) -> int:
    """Submit the task in `words`; `program` is 'submit slurm' or 'submit kubernetes'.

    The options of `invocation` are those before it. Returns the exit code; raises Fatal.
    """
    own, rest = command_line.parse(words, program)
    options, environ, here, output = invocation
    options = _merged(options, own)
    output.set_up(
        quiet=bool(options.get('quiet')), verbose=is_verbose(options, environ), color=str(options.get('color', 'auto')),
    )
    if options.get('help'):
        from .arguments import help_text

        output.result(help_text(program))
        return 0
    here = here._replace(terminals=host.Terminals())
    options = _with_engine(program, options, environ)
    invocation = invocation._replace(options=options, here=here)
    wanted = submission(program, options, *_gpus(invocation))
    invocation = invocation._replace(environ=without_job(environ))
    if program == KUBERNETES:
        from .to_kubernetes import for_kubernetes, submit_kubernetes

        options, environ = for_kubernetes(options, invocation.environ)
        here = here._replace(is_tegra=False)
        invocation = invocation._replace(options=options, environ=environ, here=here)
        plan, dry_run = _plan(program, rest, wanted, invocation)
        if plan.settings.timeout:
            raise UsageError(f'{plan.settings.sources["timeout"]}: submit kubernetes cannot limit the time of a job')
        return _recorded(
            plan, ('kubectl', 'create', '-f', '-') if not dry_run else (), invocation,
            lambda tell: submit_kubernetes(plan, wanted._replace(tell=tell), dry_run, environ, output),
        )
    from .to_slurm import submit_slurm

    invocation = _local(invocation)
    plan, dry_run = _plan(program, rest, wanted, invocation)
    wanted = _bounded(plan.settings, wanted)
    return _recorded(
        plan, ('sbatch', '--parsable') if not dry_run else (), invocation,
        lambda tell: submit_slurm(
            plan, wanted._replace(tell=tell), dry_run, invocation.environ, output, is_checked='no_check' not in options,
        ),
    )


def _bounded(settings: Settings, wanted: Submission) -> Submission:
    """The submission with --timeout as Slurm's own time limit. Raises UsageError."""
    if not settings.timeout:
        return wanted
    if not wanted.time:
        return wanted._replace(time=for_slurm(settings.timeout))
    if settings.sources['timeout'].kind == 'option':
        raise UsageError('--timeout and --time cannot be combined')
    return wanted


def _recorded(
    plan: Plan, argv: Sequence[str], invocation: Invocation, run: Callable[[Callable[[str], None]], int],
) -> int:
    """The exit code of `run`, which submits by this command and tells the name of the job there; no argv, no entry."""
    if not argv:
        return run(lambda name: None)
    names: list[str] = []
    recorder = Recorder(Started(plan.job, argv, image=plan.image, release=plan.release, env=plan.by_name), invocation)
    with recorder:
        code = run(names.append)
    recorder.end(Ended('submitted' if names else 'refused', code, submitted=''.join(names)))
    return code


_OWN_IMAGE = frozenset(('image', 'cached'))


def _merged(before: Values, behind: Values) -> Values:
    """The options before `submit` and those after it: of one that is in both places the later."""
    merged: Values = {**before, **behind}
    for key, value in before.items():
        more = behind.get(key)
        if isinstance(value, list) and isinstance(more, list):
            merged[key] = [*value, *more]
    return merged


def _gpus(invocation: Invocation) -> tuple[Gpus | None, str]:
    """The GPUs that --gpus, TAO_GPUS or the mounts file asks for, and which of them does. Raises UsageError."""
    given = ((invocation.options.get('gpus'), '--gpus'), (invocation.environ.get('TAO_GPUS'), 'TAO_GPUS'))
    for text, source in given:
        if text:
            try:
                return parsers.gpus(str(text)), f'{source} {text}'
            except ValueError as e:
                raise UsageError(f'{source}: "{text}": {e}') from None
    file, _ = read_mounts_file(invocation)
    return file.options.get('gpus'), f'{file.path}: DockerOptions.gpus'


def _plan(program: str, words: list[str], wanted: Submission, invocation: Invocation) -> tuple[Plan, str]:
    """(the plan of the task in `words`, as on a machine without a terminal; the form of a dry run or '')."""
    from ...launch.target import task_target
    from ...tasks.load import load_catalogue

    known = load_catalogue(invocation.here, invocation.output)
    call = command_line.call(words, known.groups(), known.subtasks_by_name(), invocation.options)
    if call.form in ('shell', 'help'):
        task = call.task or call.group
        if call.task:
            task_target(known, call, '')  # whose error is better for a name that is none
        raise UsageError(f'{program} {task}: which subtask?', advice=f'tao {quote(task)} --help')
    _refuse_late(program, words, call)
    options = {
        **{key: value for key, value in invocation.options.items() if key != 'name'},
        'gpus': gpu_ids(wanted.gpus) or 'none',
        **dict.fromkeys(_OWN_IMAGE.intersection(invocation.options) if wanted.image else (), enroot.ANY),
    }

    def target(settings: Settings) -> Target:
        # on docker's own network the nodes would not reach each other; pods do
        network = 'host' if wanted.nodes > 1 and program == SLURM else ''
        return task_target(known, call, settings.release, settings.image)._replace(network=network)

    plan, dry_run = prepare(invocation._replace(options=options), {}, target, is_launched=False)
    plan = plan._replace(image=wanted.image or plan.image)
    invocation.output.verbose(f'image: {plan.image} ({plan.target.image_from if not plan.settings.image else "named"})')
    return plan, dry_run


def _refuse_late(program: str, words: list[str], call: Call) -> None:
    """Raise UsageError for options of submit after the task, where a bare "--" does not say that they are its own."""
    own = command_line.table(program)
    keys = {option.key for option in SUBMIT}
    looked_at = set(words[:words.index('--')] if '--' in words else words)
    names = [word.partition('=')[0] for word in call.words if call.form == 'task' and word in looked_at]
    late = [name for name in names if name in own and own[name].key in keys]
    if late:
        raise UsageError(
            f'{", ".join(late)}: the options of submit go before the task name',
            advice=f'tao {program} {late[0]} … {join((call.task, call.subtask))} …',
        )


def _with_engine(program: str, options: Values, environ: Mapping[str, str]) -> Values:
    """The options with an engine that a cluster's machines have: with docker for the engine where there is none here.

    Apptainer is one of Slurm's ways to make a container, and one names the other.
    """
    kind = profiles.profile(engine_words(options, environ)).kind
    asked = options.get('container')
    if program == SLURM and (asked == APPTAINER_KIND or (kind == APPTAINER_KIND and not asked)):
        if kind == APPTAINER_KIND:
            return {**options, 'container': APPTAINER_KIND}
        if 'engine' in options:
            raise UsageError(f'--container apptainer and --engine {options["engine"]} cannot be combined')
        return {**options, 'engine': APPTAINER_KIND}
    if not kind:
        return options
    if 'engine' in options:
        raise UsageError(
            f'--engine {options["engine"]}: a submitted job needs an engine', advice='leave it out, or --engine docker',
        )
    return {**options, 'engine': DOCKER.name}


def _local(invocation: Invocation) -> Invocation:
    """The invocation in an environment without a remote daemon: every node runs a container of its own."""
    options, environ, here, output = invocation
    found = daemon.find(engine_words(options, environ), environ, here.home, host.json_file)
    if not found.is_remote:
        return invocation
    output.notice(f'every node uses its own engine, not the remote daemon {found.address}')
    return invocation._replace(environ={name: value for name, value in environ.items() if name not in CLIENT})


