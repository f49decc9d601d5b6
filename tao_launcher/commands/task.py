"""tao [GROUP] TASK …: run a task of the catalogue."""
from __future__ import annotations

from ..base.errors import ConfigError, UsageError
from ..launch.launch import launch
from ..launch.plan import Target
from ..launch.prepare import prepare
from ..launch.target import task_target
from ..settings import command_line
from ..tasks.catalogue import UnknownTask
from ..tasks.load import builtin_catalogue, load_catalogue

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..base.output import Output
    from ..settings.invocation import Invocation
    from ..settings.settings import Settings
    from ..tasks.catalogue import Catalogue


def task(words: list[str], invocation: Invocation) -> int:
    """Run, print or explain the task in `words`, or give help. Returns the exit code; raises Fatal."""
    options, output = invocation.options, invocation.output
    try:
        known = load_catalogue(invocation.here, output)
    except ConfigError as e:
        if not options.get('help'):
            raise
        output.error(e)  # and help all the same
        known = builtin_catalogue()
    if options.get('help') or not words:
        try:
            return _help(known, words, output, asked=bool(options.get('help')))
        except UnknownTask as e:
            if e.why:  # something like it that is a task
                raise
            raise UsageError(f'no help for {words[0]}', advice='tao help topics, or tao tasks') from None
    call = command_line.call(words, known.groups(), known.subtasks_by_name(), options)
    if call.form == 'help':
        return _help_on(known, call, invocation)

    def target(settings: Settings) -> Target:
        return task_target(known, call, settings.release, settings.image)

    plan, dry_run = prepare(invocation, {}, target)
    return launch(plan, dry_run, invocation)


def _help_on(known: Catalogue, call: command_line.Call, invocation: Invocation) -> int:
    """Help on a task, also on one that only the image that was named may have."""
    try:
        return _help(known, [name for name in (call.group, call.task) if name], invocation.output, asked=True)
    except UnknownTask as e:
        from ..settings.alone import alone

        image = alone('image', invocation.options, invocation.environ)
        if not image or not call.task:
            raise
        invocation.output.notice(f'{e.what}, but {image} may have it')
        words = ' '.join(filter(None, (call.group, call.task)))
        invocation.output.result(
            f'usage: tao [options] {words} [SUBTASK] [ARGS...]\nimage    {image}\n\n'
            f"tao --image {image} {words} SUBTASK --help shows the container's own help\n",
        )
        return 0


def _help(known: Catalogue, words: list[str], output: Output, *, asked: bool) -> int:
    from .help import help as texts

    if not asked:
        raise UsageError('which task?', advice='tao --help')
    output.result(texts.tao(known, words))
    return 0
