"""tao config init: write the mounts file, asking for what it is to say."""
from __future__ import annotations

from ...base import backup, folders, host, machine
from ...base.errors import ConfigError, Unanswered, UsageError
from ...base.lock import STATE
from ...base.output import shown
from ...engine import daemon
from ...launch import limits
from ...settings import mounts_file
from ...settings.alone import engine_words
from ...settings.dry_run import is_dry_run
from ...settings.locate import mounts_path
from ...settings.repeatable import Problems
from . import draft, further
from .questions import Questions, drafted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from ...base.host import Host
    from ...base.output import Output
    from ...engine.daemon import Daemon
    from ...settings.invocation import Invocation
    from ...settings.values import MountsFile
    from .questions import Answers


def config_init(answers: Answers, invocation: Invocation, *, yes: bool, dry_run: bool) -> int:
    """Write the mounts file that a launch reads; with `yes` nothing is asked, and what is missing gets its default.

    Returns 0. Raises UsageError for wrong answers or nobody to ask, ConfigError when it cannot be written.
    """
    if not yes and not machine.can_ask():
        raise UsageError(
            'config init asks questions, and there is no terminal to ask them on',
            advice='tao config init --yes; tao config init --help has an option for every answer',
        )
    options, environ, here, output = invocation
    path, named_by = mounts_path(invocation)
    engine = daemon.find(engine_words(options, environ), environ, here.home, host.json_file)
    questions = Questions(output, asking=not yes)
    if questions.asking:
        output.say(
            f'this will write {shown(path)}; press Enter to accept the value in [ ], '
            'Ctrl-C to leave everything unchanged'
        )
    left_out, who = _beyond(engine, here)
    problems = Problems()
    more = further.docker_options(options, here.cwd, here.home, problems)
    questions.problems += problems.found
    found = drafted(answers, questions, here, environ, left_out=left_out)
    variables, secret = further.variables(options, here.cwd, here.home)
    text = draft.text(draft.document(found._replace(variables=variables, options=more)))
    if left_out and answers.ulimit is None:
        output.notice(f'no limit for {" and ".join(left_out)}: {who}')
    _say_left_out(further.unwritten(options), secret, output)
    data = text.encode('utf-8', 'surrogateescape')
    file = mounts_file.parse(data, path, environ, here.home)
    missing = [] if engine.is_remote else _missing(file)
    if is_dry_run(invocation, asked=dry_run):
        _say_plan(path, data, missing, output)
        output.result(text)
        return 0
    if questions.asking:
        missing = _agreed(questions, path, text, missing)
    older = f'{here.home}/.tlt_mounts.json'
    has_older = named_by == 'default' and host.exists(older) and not host.exists(path)
    _write(path, data, missing, here, output)
    if has_older:
        output.notice(f'{older} will no longer be read')
    return 0


def _beyond(engine: Daemon, here: Host) -> tuple[tuple[str, ...], str]:
    """(the recommended limits that an engine cannot set, the reason)."""
    if engine.is_rootless or (engine.maps_the_caller and not here.is_root):
        return ('memlock',), 'a rootless engine cannot raise it'
    return limits.refused(draft.RECOMMENDED, engine), f'{engine.profile.name} cannot raise it here'


def _say_left_out(unwritten: list[str], secret: list[str], output: Output) -> None:
    if unwritten:
        output.notice(f'not written, as a mounts file cannot hold it: {", ".join(unwritten)}')
    if secret:
        output.notice(f'written without the value, which may be a secret: {", ".join(secret)}; a launch takes it from '
                      'its environment')


def _missing(file: MountsFile) -> list[str]:
    return list(dict.fromkeys(mount.source for mount in file.mounts if host.look(mount.source) is False))


def _say_plan(path: str, data: bytes, missing: Sequence[str], output: Output) -> None:
    for folder in missing:
        output.notice(f'would create {folder}')
    output.notice(f'would write {path}' + ('; the existing file is kept as a backup' if host.exists(path) else ''))


def _agreed(questions: Questions, path: str, text: str, missing: list[str]) -> list[str]:
    """The folders to create. Raises Unanswered when the file is not to be written."""
    if missing and not questions.agrees(f'create {", ".join(map(shown, missing))}?'):
        missing = []
    questions.output.log(shown_lines(text))
    kept = '; the existing file is kept as a backup' if host.exists(path) else ''
    if not questions.agrees(f'write this to {shown(path)}{kept}?'):
        raise Unanswered('nothing was written')
    return missing


def shown_lines(text: str) -> str:
    """Lines as people may see them."""
    return '\n'.join(map(shown, text.splitlines()))


def _write(path: str, data: bytes, missing: Sequence[str], here: Host, output: Output) -> None:
    """Create the folders, then put the file in place. Raises ConfigError; then all is as it was."""
    made: list[str] = []
    at = ''
    owner = (here.uid, here.gid) if here.is_root and here.uid else None  # sudo: for whom it is
    try:
        for at in missing:
            folders.make_folders(at, made, owner)
        at = path
        is_new = not backup.holds(path, data)
        kept = backup.replace(path, data, f'{here.home}/{STATE}') if is_new else ''
    except BaseException as e:
        folders.remove_folders(made)
        if not isinstance(e, OSError):
            raise
        folder = e.filename if isinstance(e.filename, str) else at
        what, advice = f'{folder}: cannot be created', 'name another folder, or create it as a user who may'
        if at == path:
            what = f'{path}: cannot be written'
            advice = 'another file: tao --mounts_file PATH config init, and export LAUNCHER_MOUNTS=PATH'
        raise ConfigError(f'{what} ({e.strerror})', 'nothing was changed', advice=advice) from None
    for folder in made:
        output.notice(f'created {folder}')
    if kept:
        output.notice(f'{path} as it was is kept as {kept}')
    output.notice(f'wrote {path}' if is_new else f'{path} is already up to date')
