"""Releases that the catalogue does not have: a newer one, and what is said of any other. Pure.

NVIDIA publishes a release every other month; the tags of its images begin with the release's name.
"""
from __future__ import annotations

import re

from ..base.errors import UnknownRelease
from ..base.suggest import did_you_mean, nearest
from ..engine.references import with_tag
from .release_file import order

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from .catalogue import Catalogue

VERSION = r'[0-9]{1,4}(\.[0-9]{1,4}){2,3}'  # that a tag begins with
RELEASE = r'(0|[1-9][0-9]{0,3})(\.(0|[1-9][0-9]{0,3})){2}(\.[1-9][0-9]{0,3})?'  # as 6.25.11.1 is one


def at_release(catalogue: Catalogue, release: str, group: str = '', task: str = '') -> tuple[Catalogue, str]:
    """(the catalogue, with a release that is newer than all it has; a notice about that, or '').

    A newer release has the images of the newest one below it in its own version. Raises UnknownRelease for a release
    that is neither known nor newer, and any unknown one where a file replaces the built-in releases; `group` and
    `task` are for its advice.
    """
    if not release or release in catalogue.releases:
        return catalogue, ''
    if catalogue.path or not is_newer(catalogue, release):
        raise unknown(catalogue, group, task, release)
    newest = [name for name in catalogue.releases if order(name) < order(release)][-1]
    groups = {
        group: {_in_version(image, newest, release): tasks for image, tasks in images.items()}
        for group, images in catalogue.releases[newest].items()
    }
    notice = (
        f'release {release} is newer than those known here: it is assumed to have the images of {newest}, '
        f'with {release} in their tags'
    )
    return catalogue._replace(releases={**catalogue.releases, release: groups}), notice


def is_newer(catalogue: Catalogue, release: str) -> bool:
    """Whether a release is a version above all those that come with the launcher."""
    newest = catalogue.newest or list(catalogue.releases)[-1]
    return bool(re.fullmatch(RELEASE, release)) and order(release) > order(newest)


def _in_version(image: str, old: str, new: str) -> str:
    tag = _tag(image)
    return with_tag(image, new + tag[len(old):]) if _version(tag) == old else image


def _tag(image: str) -> str:
    """The tag of an image; '' for one by digest."""
    return '' if '@' in image else image.rpartition('/')[2].partition(':')[2]


def version_of(image: str) -> str:
    """The version that an image's tag begins with, or ''."""
    return _version(_tag(image))


def _version(tag: str) -> str:
    found = re.match(VERSION, tag)
    return found.group() if found else ''


def unknown(catalogue: Catalogue, group: str, task: str, release: str) -> UnknownRelease:
    """The error for a release that is not known: what was meant, and how an image of that version is named."""
    where = f' in {catalogue.path}' if catalogue.path else ''
    hints = [*_of_an_image(catalogue, release), did_you_mean(_meant(catalogue, release))]
    return UnknownRelease(
        release, f'unknown release {release}{where}', *filter(None, hints), f'known: {", ".join(catalogue.releases)}',
        advice=_by_tag(catalogue, group, task, release),
    )


def _of_an_image(catalogue: Catalogue, release: str) -> list[str]:
    """What is to be said of a version that no release has, but the tag of an image."""
    for name, groups in reversed(list(catalogue.releases.items())):
        for images in groups.values():
            for image, tasks in images.items():
                if version_of(image) == release and tasks:
                    task = tasks[0] if len(tasks) == 1 else f'{tasks[0]}, among others,'
                    return [f'{release} is the version of an image: {task} of release {name} runs in {image}']
    return []


def _meant(catalogue: Catalogue, release: str) -> list[str]:
    """The releases that may be meant, the likeliest first."""
    known, bare = list(catalogue.releases), release.strip().lstrip('vV')
    if bare in known:
        return [bare]
    plain = _plain(bare)
    if plain != bare and (plain in known or not catalogue.path and is_newer(catalogue, plain)):
        return [plain]
    if not re.fullmatch(r'[0-9]{1,4}(\.[0-9]{1,4}){0,3}', bare):
        return [] if re.fullmatch('[0-9.]*', bare) else nearest(bare, known)
    inside = [name for name in reversed(known) if name.startswith(f'{bare}.')]
    if inside:
        return inside[:3]
    if not catalogue.path:
        newer = [name for name in (bare, f'{bare}.0', f'{bare}.0.0') if is_newer(catalogue, name)]
        if newer:
            return newer[:1]
    return _neighbours(known, bare)


def _plain(release: str) -> str:
    """A version without zeros in front of its numbers, a fourth number that is 0, and what a tag has after it."""
    numbers = re.match(r'[0-9]{1,9}(\.[0-9]{1,9}){2}', release)
    rest = release[numbers.end():] if numbers else ''
    if not numbers or rest and not re.fullmatch(r'(\.0+)?(-[\w.-]*)?', rest):
        return release
    return '.'.join(str(int(number)) for number in numbers.group().split('.'))


def _neighbours(known: Sequence[str], release: str) -> list[str]:
    """The next older and the next newer release with the same first number."""
    major = [name for name in known if name.partition('.')[0] == release.partition('.')[0]]
    older = [name for name in major if order(name) < order(release)]
    newer = [name for name in major if order(name) > order(release)]
    return [*older[-1:], *newer[:1]]


def _by_tag(catalogue: Catalogue, group: str, task: str, release: str) -> str:
    """How the task is run in an image of that version, where it is known that there are such."""
    if not task or not _of_an_image(catalogue, release):
        return ''
    for name in reversed(catalogue.releases_with(task, group)):
        for of_group in [group] if group else catalogue.groups():
            tag = _tag(catalogue.image(name, of_group, task))
            if _version(tag):
                from ..base.shell import join

                words = ('tao', '--tag', release + tag[len(_version(tag)):], *([group] if group else []), task)
                return f'{join(words)} …'
    return ''
