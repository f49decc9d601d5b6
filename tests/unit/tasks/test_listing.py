"""Every task of the catalogue, by its group."""
from __future__ import annotations

from tao_launcher.tasks.catalogue import Catalogue, CatalogueEntry
from tao_launcher.tasks.listing import by_group

KNOWN = Catalogue({
    '1.0.0': {'deploy': {'a:1': ['dino', 'old']}, 'mine': {'m:1': ['own']}},
    '2.0.0': {'model': {'a:2': ['dino'], 'b:2': ['dino', 'bevfusion']}, 'deploy': {'a:2': ['dino']}},
}, {})


def test_each_from_the_newest_release_that_has_it() -> None:
    assert by_group(KNOWN) == {
        'model': {
            'dino': CatalogueEntry('model', 'dino', '2.0.0', 'b:2'),
            'bevfusion': CatalogueEntry('model', 'bevfusion', '2.0.0', 'b:2'),
        },
        'deploy': {
            'dino': CatalogueEntry('deploy', 'dino', '2.0.0', 'a:2'),
            'old': CatalogueEntry('deploy', 'old', '1.0.0', 'a:1'),
        },
        'mine': {'own': CatalogueEntry('mine', 'own', '1.0.0', 'm:1')},
    }
    assert [*by_group(KNOWN)] == ['model', 'deploy', 'mine']  # the usual ones first, dataset is empty


def test_of_one_release() -> None:
    assert by_group(KNOWN, '1.0.0') == {
        'deploy': {
            'dino': CatalogueEntry('deploy', 'dino', '1.0.0', 'a:1'),
            'old': CatalogueEntry('deploy', 'old', '1.0.0', 'a:1'),
        },
        'mine': {'own': CatalogueEntry('mine', 'own', '1.0.0', 'm:1')},
    }
