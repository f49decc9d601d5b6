"""A setting in effect, as a table and as JSON."""
from __future__ import annotations

from tao_launcher.settings.entries import Entry, as_json, rows
from tao_launcher.settings.values import Source

OPTION, FILE = Source('option', '--gpus'), Source('file', '/m.json', 'DockerOptions.gpus')
ENTRIES = [
    Entry('gpus', '0', OPTION, ((None, Source('default')), ('all', FILE))), Entry('tty', True, Source('default')),
]


def test_as_json() -> None:
    assert as_json(ENTRIES) == [
        {'setting': 'gpus', 'value': '0', 'source': {'kind': 'option', 'name': '--gpus'}, 'beaten': [
            {'value': None, 'source': {'kind': 'default'}},
            {'value': 'all', 'source': {'kind': 'file', 'name': '/m.json', 'path': 'DockerOptions.gpus'}},
        ]},
        {'setting': 'tty', 'value': True, 'source': {'kind': 'default'}, 'beaten': []},
    ]


def test_rows() -> None:
    assert rows(ENTRIES) == [
        ('SETTING', 'VALUE', 'SOURCE'), ('gpus', '0', '--gpus'), ('', '-', 'overridden: default'),
        ('', 'all', 'overridden: DockerOptions.gpus of /m.json'), ('tty', 'true', 'default'),
    ]
