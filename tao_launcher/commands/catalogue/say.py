"""What is said of a release that was added."""
from __future__ import annotations

from ...base import host
from ...base.suggest import did_you_mean, nearest
from ...base.text import plural
from ...settings.locate import override_path
from ...settings.programs import VERBS
from ...tasks.release_file import pairs

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ...settings.invocation import Invocation
    from ...tasks.catalogue import Catalogue
    from ...tasks.keep import Kept
    from ...tasks.release_file import Release


def say_kept(name: str, release: Release, kept: Kept, known: Catalogue, invocation: Invocation) -> None:
    """Print the file's path, and say what the release has; `known` is the built-in catalogue."""
    output = invocation.output
    found = list(pairs(release))
    tasks = plural(len({task for _, _, task in found}), 'task')
    images = plural(len({image for _, image, _ in found}), 'image')
    over = f', over those of the built-in release {name}' if name in known.releases else ''
    state = '' if kept.is_new else ' (it was there already)'
    output.notice(f'release {name}: {tasks} in {images}{over}{state}')
    for line in notices(release, known):
        output.notice(line)
    if kept.backup:
        output.notice(f'the previous file is kept as {kept.backup}')
    say_replaced(invocation)
    output.result(f'{kept.path}\n')


def notices(release: Release, known: Catalogue) -> list[str]:
    """What may not be meant in a release: nothing to run, one task in two images, a new group, verbs as tasks."""
    found = [] if release.groups else ['it has no group, so nothing runs in that release']
    for group, images in release.groups.items():
        found += [] if images else [f'group {group} has no image']
        found += [f'{image} has no task in group {group}' for image, tasks in images.items() if not tasks]
        for task in dict.fromkeys(task for tasks in images.values() for task in tasks):
            having = [image for image, tasks in images.items() if task in tasks]
            if len(having) > 1:
                found.append(f'{group} {task} is in {" and ".join(having)}; it runs in the last of them')
        meant = nearest(group, known.groups())
        if group not in known.groups():
            found.append(f'group {group} is a new one{f"; {did_you_mean(meant)}" if meant else ""}')
    for group, task in sorted({(group, task) for group, _, task in pairs(release) if task in VERBS or task == 'help'}):
        found.append(f'task {task} has the name of a verb: tao {task} is the verb, tao {group} {task} the task')
    return found


def say_replaced(invocation: Invocation) -> None:
    """Say that another file replaces all releases, where it does."""
    path = override_path(invocation.here)
    if host.exists(path):
        invocation.output.notice(f'{path} replaces all releases: those of releases.d are not read while it is there')
