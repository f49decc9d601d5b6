"""tao [GROUP] TASK …: run a task of the catalogue."""
from __future__ import annotations

from .. import catalogue, cli, host
from ..errors import ConfigError, UsageError
from ..options import VERBS
from ..plan import Target
from .launch import launch
from .prepare import prepare

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from ..catalogue import Catalogue
    from ..cli import Call, Values
    from ..host import Host
    from ..output import Output
    from ..settings import Settings
WITH_STEPS = ('bundle', 'config', 'submit')


def task(options: Values, words: list[str], environ: Mapping[str, str], output: Output) -> int:
    """Run, print or explain the task in `words`. Returns the exit code; raises Fatal."""
    here = host.survey(environ)
    if words and words[0] == 'help':
        options, words = {**options, 'help': True}, words[1:]
    if words and words[0] in VERBS:  # before the catalogue: a faulty one is no reason not to stop a job
        from .verbs import verb

        asked = [*words[:1 + (words[0] in WITH_STEPS)], '--help'] if options.get('help') else words
        return verb(asked, options, environ, output)
    try:
        known = load_catalogue(here, output)
    except ConfigError as e:
        if not options.get('help'):
            raise
        output.error(e)  # and help all the same
        known = builtin_catalogue()
    if options.get('help') or not words:
        return _help(known, words, output, asked=bool(options.get('help')))
    call = cli.call(words, known.groups(), known.subtasks_by_name(), options)
    if call.form == 'help':
        return _help(known, [name for name in (call.group, call.task) if name], output, asked=True)

    def target(settings: Settings) -> Target:
        return task_target(known, call, settings.release)

    plan, dry_run = prepare(options, {}, environ, here, output, target)
    return launch(plan, dry_run, environ, here.arg_max, output)


def task_target(known: Catalogue, call: Call, release: str) -> Target:
    """What a call launches. Raises UsageError for unknown names."""
    found = catalogue.find(known, call.group, call.task, call.subtask, release)
    if call.form == 'task' and call.subtask and not call.forced:
        catalogue.check_subtask(known, found, call.subtask)
    command: tuple[str, ...] = ()
    if call.form == 'run':
        command = call.words
    elif call.form == 'task':
        command = (found.task, *([call.subtask] if call.subtask else []), *call.words)
    last = 'shell' if call.form == 'shell' else call.subtask
    job = '/'.join(part for part in (found.group, found.task, last) if part)
    elsewhere = catalogue.subtask_elsewhere(known, found, call.subtask) if call.form == 'task' else ''
    older = '' if release else catalogue.moved(known, found)
    notices = tuple(notice for notice in (older, elsewhere) if notice)
    newest = '' if release or known.path else ', the newest that has it'
    whence = f'{found.group}/{found.task} in release {found.release}{known.path and f" of {known.path}"}{newest}'
    return Target(
        job, found.image, command, found.release, notices=notices, image_from=whence, is_task=call.form == 'task',
    )


def load_catalogue(here: Host, output: Output) -> Catalogue:
    """The built-in catalogue, or the one of ~/.tao/config.json. Raises ConfigError."""
    path = override_path(here)
    override = read_override(path)
    if override:
        output.verbose(f'catalogue: {path} replaces the built-in releases')
        return override
    return builtin_catalogue()


def builtin_catalogue() -> Catalogue:
    """The catalogue that comes with the package."""
    return catalogue.builtin(_data('releases.json'), _data('subtasks.json'))


def _data(name: str) -> dict[str, Any]:
    import json

    found: dict[str, Any] = json.loads(host.package_data(name))
    return found


def override_path(here: Host) -> str:
    """The file that replaces the built-in catalogue."""
    return f'{here.home}/.tao/config.json'


def read_override(path: str) -> Catalogue | None:
    """The catalogue of that file; None when it is not there. Raises ConfigError."""
    data = host.read(path, 'catalogue of releases', required=False)
    if data is None:
        return None
    from ..jsontext import loads

    return catalogue.from_override(loads(data, path), path, _data('subtasks.json'))


def _help(known: Catalogue, words: list[str], output: Output, asked: bool) -> int:
    from .. import help as texts

    if not asked:
        raise UsageError('which task?', advice='tao --help')
    output.result(texts.tao(known, words))
    return 0
