"""The verbs about images: what they are called with, made ready for each of them."""
from __future__ import annotations

from ...base import host
from ...base.errors import UsageError
from ...base.text import plural
from ...engine import signals
from ...engine.references import REMEMBERED
from ...settings.chosen_engine import engine as find_engine
from ...settings.settings import dry_run_form, registry_and_release
from .store import Needed, Store, needed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import Namespace

    from ...settings.invocation import Invocation


def store(given: Namespace, invocation: Invocation) -> int:
    """Run images, pull or bundle. Returns the exit code; raises Fatal."""
    with signals.Unwinding():
        return _store(given, invocation)


def _store(given: Namespace, invocation: Invocation) -> int:
    options, environ, here, output = invocation
    if given.verb == 'bundle' and given.step == 'verify':
        from .bundle_load import verify

        images = verify(given.folder, output)
        output.result(f'{given.folder}: good, {plural(len(images), "image")}\n')
        return 0
    asked = bool(given.dry_run or options.get('dry_run'))
    dry_run = asked or bool(dry_run_form(options, environ))
    if dry_run and not asked:
        output.say_dry_run()
    state = f'{here.home}/{REMEMBERED}'
    remembered = host.json_file(state)
    made = Store(
        find_engine(invocation), remembered if isinstance(remembered, dict) else {},
        dry_run, bool(options.get('no_check')), output,
    )
    if given.verb == 'bundle' and given.step == 'load':
        from .bundle_load import load

        return load(given.folder, state, made)
    wanted = _wanted(given, invocation)
    if given.verb == 'images':
        from .show import images as show

        return show(wanted, made, as_json=given.format == 'json')
    if given.verb == 'pull':
        from .pull import pull

        return pull(wanted, made, ask_first=given.all, yes=given.yes)
    from .bundle_save import save
    from .pyz import program

    return save(given.folder, wanted, program, made)


def _wanted(given: Namespace, invocation: Invocation) -> list[Needed]:
    """The images that the command line asks for. Raises UsageError."""
    from ...tasks.load import load_catalogue

    own = {key: getattr(given, key) for key in ('registry', 'release') if getattr(given, key)}
    registry, release = registry_and_release({**invocation.options, **own}, invocation.environ)
    known = load_catalogue(invocation.here, invocation.output)
    if given.verb == 'pull':
        if bool(given.tasks) == given.all:
            raise UsageError('which images?', advice='tao pull TASK…, or tao pull --all')
        release = release or (list(known.releases)[-1] if given.all else '')
    wanted, notices = needed(known, given.tasks, release, registry)
    for notice in notices:
        invocation.output.notice(notice)
    return wanted
