"""What releases of TAO ask of the host, from data/requirements.json. Pure."""
from __future__ import annotations

from ..base.record import Record
from ..base.text import numbers
from .newer import version_of
from .release_file import order

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


class Requirements(Record):
    """What NVIDIA documents for a release, and for others; `entries` are those of the file, by release.

    A release whose name is no version asks for nothing that is known.
    """

    release: str = ''
    entries: Mapping[str, Mapping[str, str]] = {}

    def least(self, key: str) -> str:
        """The least version of driver, toolkit or python, or what pip has to be above; '' where none is known."""
        return _least(self.entries, self.release, key)

    def is_met(self, key: str, version: str) -> bool:
        """Whether a version is enough."""
        return _is_enough(version, self.least(key))

    def newest_for(self, key: str, version: str, releases: Iterable[str]) -> str:
        """The newest of the releases for which a version is enough; '' for none."""
        fit = [name for name in releases if order(name)[0] and _is_enough(version, _least(self.entries, name, key))]
        return max(fit, key=order, default='')


def release_used(image: str, tag: str, release: str) -> str:
    """The release that a launch uses: the version in an image or a tag that was named, else `release`."""
    return version_of(image or (f'image:{tag}' if tag else '')) or release


def _is_enough(version: str, least: str) -> bool:
    """Whether a version is not below another; 535.183.01 is not below 535, and nothing is below none."""
    return numbers(version) >= numbers(least)


def _least(entries: Mapping[str, Mapping[str, str]], release: str, key: str) -> str:
    """That of the newest entry not above the release, of those that say anything of it."""
    if not order(release)[0]:
        return ''
    below = [name for name, entry in entries.items() if key in entry and order(name) <= order(release)]
    return entries[max(below, key=order)][key] if below else ''
