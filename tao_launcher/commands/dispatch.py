"""What the words of a command line ask for: a verb, help, or a task. Verbs load nothing of what launches tasks."""
from __future__ import annotations

from ..base.errors import UnknownRelease, UsageError
from ..settings.programs import VERBS, WITH_STEPS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..settings.invocation import Invocation


def dispatch(words: list[str], invocation: Invocation) -> int:
    """Do what `words` ask for. Returns the exit code; raises Fatal."""
    try:
        return _dispatched(words, invocation)
    except UnknownRelease as e:
        from ..settings.alone import source_of

        source = source_of('release', invocation.options, invocation.environ)
        if source.kind != 'variable' or invocation.environ[source.name] != e.release:
            raise
        raise UsageError(f'{source}: {e.what}', *e.why, advice=e.advice) from None


def _dispatched(words: list[str], invocation: Invocation) -> int:
    while words[:1] == ['help'] or words[:2] in (['--', '--help'], ['--', '-h']):  # no task has such a name
        invocation = invocation._replace(options={**invocation.options, 'help': True})
        words = [word for word in words[1:] if word not in ('-h', '--help')]
    if invocation.options.get('help') and not words:
        from .help.overview import overview

        invocation.output.result(overview())
        return 0
    if words and (invocation.options.get('help') or words[1:] in (['--help'], ['-h'])):
        from .help.topics import guide_named

        name = guide_named(words[0])
        if name:
            from .help.guides import guide

            return guide(name, invocation)
    if words and words[0] in VERBS:  # before the catalogue: a faulty one is no reason not to stop a job
        from .verbs import verb

        is_help = bool(invocation.options.get('help'))
        return verb([*words[:1 + (words[0] in WITH_STEPS)], '--help'] if is_help else words, invocation)
    from .task import task

    return task(words, invocation)
