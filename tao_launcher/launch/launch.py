"""Launch a job, or print what would be launched."""
from __future__ import annotations

from . import argv, kinds

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..base.output import Output
    from ..settings.invocation import Invocation
    from .argv import Lines
    from .plan import Plan


def launch(plan: Plan, dry_run: str, invocation: Invocation) -> int:
    """Print the plan's command (`dry_run` is shell, pretty, json or explain) or run it ('').

    Returns the job's exit code as subprocess writes it: negative when the launcher is to die of a
    signal itself. Raises UsageError, ConfigError or EngineError before a job is started.
    """
    _, environ, here, output = invocation
    lines = kinds.lines(plan)
    words = argv.words(lines)
    environ_bytes = sum(len(name) + len(value) + 10 for name, value in environ.items())
    argv.check_size(plan, words, environ_bytes, here.arg_max)
    for notice in plan.notices:
        output.notice(notice)
    if dry_run and plan.settings.timeout:
        from ..settings.durations import shown

        source, limit = plan.settings.sources['timeout'], shown(plan.settings.timeout)
        output.notice(f'{source}: the launcher ends the job after {limit}; the printed command has no such limit')
    if dry_run:
        _print(plan, lines, dry_run, environ, output)
        return 0
    return kinds.run(plan, words, invocation)


def _print(plan: Plan, lines: Lines, form: str, environ: Mapping[str, str], output: Output) -> None:
    if form == 'explain':
        from ..base.masking import masked_words
        from . import explain

        before = ((when or 'before', output.line(masked_words(words))) for when, words in plan.before)
        output.result(''.join(f'# {when}: {line}' for when, line in before))
        output.result(explain.text(kinds.explained(plan, lines)))
        return
    if form == 'json':
        output.result(as_json(plan, argv.words(lines)))
        return
    output.say_exports([name for name, value in plan.export.items() if environ.get(name) != value])
    for when, words in plan.before:
        output.result((f'# {when}:\n' if when else '') + output.line(words))
    output.result(('# then:\n' if plan.before else '') + argv.quoted(lines, pretty=form == 'pretty') + '\n')


def as_json(plan: Plan, words: tuple[str, ...]) -> str:
    """The dry run as JSON. Keys are only ever added.

    env names the variables that the engine takes from its environment; export them to run argv.
    """
    import json

    before = [{'if': when, 'argv': words} for when, words in plan.before]
    document = {
        'argv': words,
        'env': plan.by_name,
        'image': plan.image or None,
        'release': plan.release or None,
        'job': plan.job,
        'command': plan.command,
        'mounts': [
            {'source': m.source, 'destination': m.destination, 'mode': m.mode or None} for m in plan.mounts
        ],
        'engine': plan.engine,
        'tty': plan.tty,
        'detach': plan.detach,
        'notices': plan.notices,
        **({'before': before} if before else {}),
    }
    return json.dumps(document, indent=2) + '\n'
