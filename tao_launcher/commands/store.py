"""The verbs about images: what they are called with, made ready for each of them."""
from __future__ import annotations

from .. import host
from ..errors import UsageError
from .engine import engine as find_engine
from .images import Needed, needed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Mapping

    from ..cli import Values
    from ..output import Output


def state_file(home: str) -> str:
    """Where the ids of images that a bundle brought are remembered, by reference."""
    return f'{home}/.local/state/tao/images.json'


def store(given: Namespace, options: Values, environ: Mapping[str, str], output: Output) -> int:
    """Run images, pull or bundle. Returns the exit code; raises Fatal."""
    from .task import load_catalogue

    here = host.survey(environ)
    engine = find_engine(options, environ)
    if given.verb == 'bundle' and given.step == 'verify':
        from .bundle_load import verify

        images = verify(given.folder, output)
        output.result(f'{given.folder}: good, {len(images)} image{"s"[:len(images) > 1]}\n')
        return 0
    if given.verb == 'bundle' and given.step == 'load':
        from .bundle_load import load

        return load(given.folder, engine, state_file(here.home), output)
    known = load_catalogue(here, output)
    release = given.release or str(options.get('release') or environ.get('TAO_RELEASE') or '')
    registry = given.registry or str(options.get('registry') or environ.get('OVERRIDE_REGISTRY') or '')
    if given.verb == 'images':
        from .images import images as show

        return show(given.tasks, release, registry, given.format == 'json', known, engine, output)
    if given.verb == 'pull':
        from .pull import pull

        if bool(given.tasks) == given.all:
            raise UsageError('which images?', advice='tao pull TASK…, or tao pull --all')
        every = release or (list(known.releases)[-1] if given.all else '')
        dry_run = bool(given.dry_run or options.get('dry_run') or environ.get('TAO_DRY_RUN'))
        return pull(needed(known, given.tasks, every, registry), engine, given.all, given.yes, dry_run, output)
    from .bundle_save import save

    wanted: list[Needed] = needed(known, given.tasks, release, registry)
    return save(given.folder, wanted, _program(), engine, output)


def _program() -> bytes:
    """The bytes of tao.pyz: of the file that is running, or made from this package."""
    import importlib.util
    import os
    import sys

    from ..help import version
    from ..pyz import build

    if os.path.isfile(sys.argv[0]) and sys.argv[0].endswith('.pyz'):
        with open(sys.argv[0], 'rb') as f:
            return f.read()
    specs = [importlib.util.find_spec(name) for name in ('colorama', 'shellingham')]
    extras = [os.path.dirname(spec.origin) for spec in specs if spec and spec.origin]
    return build(os.path.dirname(os.path.dirname(__file__)), extras, version())
