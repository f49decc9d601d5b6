"""What a call of a task launches."""
from __future__ import annotations

from ..tasks import catalogue
from ..tasks.catalogue import GROUPS, CatalogueEntry, UnknownTask
from .plan import Target

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..settings.command_line import Call
    from ..tasks.catalogue import Catalogue


def task_target(known: Catalogue, call: Call, release: str, image: str = '') -> Target:
    """What a call launches; `image` is the one that was named instead of the task's, or ''.

    Raises UsageError for unknown names. In a named image the task may be any.
    """
    newer = unknown = ''
    if release and release not in known.releases:
        from ..tasks.newer import at_release

        known, newer = at_release(known, release, call.group, call.task)
    try:
        found = catalogue.find(known, call.group, call.task, call.subtask, release)
    except UnknownTask as e:
        if not image:
            raise
        found = CatalogueEntry(call.group or GROUPS[0], call.task, '', image)
        unknown = '; '.join((f'{e.what}, but {image} may have it', *e.why[:1]))
    if call.form == 'task' and call.subtask and not call.forced:
        catalogue.check_subtask(known, found, call.subtask)
    command: tuple[str, ...] = ()
    if call.form == 'run':
        command = call.words
    elif call.form == 'task':
        command = (found.task, *([call.subtask] if call.subtask else []), *call.words)
    last = 'shell' if call.form == 'shell' else call.subtask
    job = '/'.join(part for part in (found.group, found.task, last) if part)
    elsewhere = catalogue.unknown_subtask(known, found, call.subtask) if call.form == 'task' else ''
    older = '' if release or image else catalogue.moved(known, found)
    notices = tuple(notice for notice in (newer, older, unknown, elsewhere) if notice)
    newest = '' if release or known.path else ', the newest that has it'
    whence = f'{found.group}/{found.task} in release {found.release}{newest}'
    path = known.path or known.added.get(found.release, '')
    if path:  # a file has all of the names
        from ..base.shell import quote

        whence = f'{quote(f"{found.group}/{found.task}")} in release {quote(found.release)} of {quote(path)}{newest}'
    return Target(
        job, found.image, command, found.release, notices=notices, image_from=whence,
        arguments=call.words if call.form == 'task' else (),
        about_image=tuple(filter(None, (newer, older, unknown))),
    )
