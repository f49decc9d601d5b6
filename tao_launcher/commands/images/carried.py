"""The releases that a bundle carries: those that its images come from and no launcher has by itself."""
from __future__ import annotations

from ...base import host
from ...base.errors import ConfigError
from ...base.json_reader import Reader
from ...settings.locate import override_path
from ...tasks import keep
from ...tasks.release_file import Release, document, name, pairs
from .bundle import read_releases

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from ...base.host import Host
    from ...base.output import Output
    from ...tasks.catalogue import Catalogue
    from .store import Needed


def carried(known: Catalogue, wanted: Sequence[Needed]) -> dict[str, Release]:
    """What of the releases that files have the images and tasks are, which may be nothing.

    Raises ConfigError with every name that a load would refuse: the file that replaces the catalogue may have any.
    """
    tasks: dict[str, set[str]] = {}
    for image in wanted:
        if (known.path or image.release in known.added) and _is_name(image.release):
            tasks.setdefault(image.release, set()).update(image.tasks)
    found = {
        release: reduced(Release(known.releases[release], known.subtasks), names) for release, names in tasks.items()
    }
    reader = Reader()
    there = {(image.release, task, image.reference) for image in wanted for task in image.tasks}
    read_releases({'releases': document(found)} if found else {}, there, reader)
    if reader.faults:
        raise ConfigError(f'{known.path}: has names that no bundle can carry', *map(str, reader.faults))
    return found


def reduced(release: Release, tasks: Collection[str]) -> Release:
    """What a release has of these tasks (GROUP/TASK), each with the image that it runs in: the last that lists it."""
    image_of = {(of_group, one): image for of_group, image, one in pairs(release) if f'{of_group}/{one}' in tasks}
    groups = {
        of_group: {image: [one for one in listed if image_of.get((of_group, one)) == image]
                   for image, listed in images.items()}
        for of_group, images in release.groups.items()
    }
    kept = {
        of_group: {image: listed for image, listed in images.items() if listed} for of_group, images in groups.items()
    }
    return Release(
        {of_group: images for of_group, images in kept.items() if images},
        {key: names for key, names in release.subtasks.items() if key in tasks}, release.published,
    )


def _is_name(release: str) -> bool:
    try:
        return bool(name(release))
    except ValueError:  # of a config.json, where it may be anything
        return False


def contents(releases: Mapping[str, Release], here: Host) -> dict[str, dict[str, Release]]:
    """What the file of each release is to hold, with what is there already. Raises FileError for a faulty one."""
    return {release: keep.with_kept(release, found, here) for release, found in releases.items()}


def keep_all(files: Mapping[str, dict[str, Release]], here: Host, output: Output, *, dry_run: bool) -> None:
    """Write these files, and say so. Raises ConfigError."""
    for release, content in files.items():
        if dry_run:
            output.notice(f'release {release} goes into {keep.path_of(release, here)}')
            continue
        kept = keep.keep(release, content, here)
        if kept.is_new:
            output.notice(f'release {release}, which the images are of, is in {kept.path}')
    if files and host.exists(override_path(here)):
        output.notice(f'{override_path(here)} replaces all releases: that of the bundle is not read while it is there')
