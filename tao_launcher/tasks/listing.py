"""Every task of the catalogue, by its group."""
from __future__ import annotations

from .catalogue import CatalogueEntry

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .catalogue import Catalogue


def by_group(catalogue: Catalogue, release: str = '') -> dict[str, dict[str, CatalogueEntry]]:
    """Group → task → the newest release that has it, over all releases or in one; groups without tasks are left out."""
    found: dict[str, dict[str, CatalogueEntry]] = {}
    for name, groups in catalogue.releases.items():
        for group, images in groups.items() if release in ('', name) else ():
            for task in {task for tasks in images.values() for task in tasks}:
                entry = CatalogueEntry(group, task, name, catalogue.image(name, group, task))
                found.setdefault(group, {})[task] = entry
    return {group: found[group] for group in catalogue.groups() if group in found}
