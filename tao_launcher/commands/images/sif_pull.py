"""tao pull with Apptainer: a file for each image that tasks need, which a launch then uses."""
from __future__ import annotations

from functools import partial

from ...base import host
from ...base.errors import CheckFailed, EngineError, UsageError
from ...base.folders import make_folders
from ...base.shell import join, quote
from ...base.text import plural
from ...engine import pulls, sif
from ...engine.apptainer import variable
from ...engine.foreground import show
from ...engine.platforms import architecture
from ...engine.profiles import profile
from ...engine.pulls import TOKEN, Wanted
from ...engine.references import is_local
from ...launch.apptainer_failures import says
from .asked import AGAIN, WITHOUT_NETWORK, agreed
from .sif_store import SifStore

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from .store import Needed


def pull(wanted: Sequence[Needed], store: SifStore, *, ask_first: bool, yes: bool) -> int:
    """Have Apptainer make the files that are not here.

    With `ask_first` it asks on a terminal, and needs `yes` elsewhere. Raises UsageError, CheckFailed, EngineError.
    """
    asked = architecture(store.platform)
    if asked and asked != architecture(store.machine):
        raise UsageError(
            f'--platform {store.platform}: a file of another machine would stand in the place of this one\'s',
            advice=f'{join(store.words)} pull --arch {quote(asked)} FILE {quote(sif.source(wanted[0].reference))}',
        )
    absent = store.missing(wanted)
    if store.dry_run:
        store.output.result(''.join(store.line(*_command(store, image.reference)) for image in absent))
        return 0
    if not absent:
        store.output.progress('every image is here', last=True)
        return 0
    store.output.notice(f'{plural(len(absent), "image")} to pull into {store.folder}, size not known')
    if ask_first and not yes and not agreed(store.output):
        raise CheckFailed('not pulled', advice='the same command with --yes')
    try:
        make_folders(store.folder, [])
    except OSError as e:
        raise CheckFailed(
            f'{store.folder}: {e.strerror or e}', advice='TAO_SIF_DIR names another folder for the images',
        ) from None
    for image in absent:
        _pull(store, image.reference)
    return 0


def _command(store: SifStore, reference: str) -> tuple[str, ...]:
    """The command that makes the file of an image, in place of one that is not whole."""
    path = store.path(reference)
    plain = ['--no-https'] if is_local(reference) else []  # as docker does
    again = ['--force'] if host.is_there(path) else []
    return (*store.words, 'pull', *plain, *again, path, sif.source(reference))


def _pull(store: SifStore, reference: str) -> None:
    """Make one file, with Apptainer's own progress on a terminal and a line every 30 s elsewhere."""
    terminals, output = host.terminals(), store.output
    if terminals.stdout and terminals.stderr:
        answer = show(_command(store, reference), store.environ, has_errors=False)
    else:
        output.progress(f'pulling {reference}', last=True)
        answer = show(
            _command(store, reference), store.environ, has_errors=True,
            still=lambda seconds: output.progress(f'still pulling {reference}, {seconds:.0f} s'),
        )
    found = store.found(reference)
    if not found:  # with another launcher's help it may be here all the same
        raise _failure(store, reference, answer.code or 0, answer.err.strip()[-pulls.LONGEST:])
    if not sif.fits(found.machine, store.machine):
        output.notice(f'{found.path} is for {found.machine}, and this machine is {architecture(store.machine)}')


def _failure(store: SifStore, reference: str, code: int, text: str) -> EngineError:
    """The error for a pull that failed, from what Apptainer said."""
    kind = pulls.trouble(text)
    wanted = Wanted(reference, store.words, store.environ)
    why, advice = pulls.explained(kind, wanted, text) if kind != 'helper' else ('', '')
    registry = wanted.registry
    login = f'{join(store.words)} registry login{TOKEN if registry == "nvcr.io" else ""} docker://{registry}'
    named = partial(variable, profile(store.words))
    own = {
        'login': login,
        'limit': f'{login}, or the same command again later',
        'space': f'{named("TMPDIR")} and {named("CACHEDIR")} name other folders, TAO_SIF_DIR one for the files',
        'plain': f'{named("NOHTTPS")}=1 in the environment',
        'proxy': 'env | grep -i proxy',
        'network': WITHOUT_NETWORK,
    }
    if kind == 'space':
        why = 'a disk is full: where Apptainer keeps what it fetches, where it unpacks it, or where the files are'
    advice = own.get(kind, advice)
    if not advice and kind not in pulls.LASTING:
        advice = AGAIN
    said = '\n'.join(says(text))[-300:].splitlines() or [f'it ended with exit code {code}, and no whole file is there']
    lines = [*said, *([why] if why else [])]
    return EngineError(f'{reference} could not be pulled', *lines, advice=advice)
