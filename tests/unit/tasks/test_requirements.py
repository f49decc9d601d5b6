"""What releases ask of the host."""
from __future__ import annotations

import json

import pytest
from plans import CATALOGUE

from tao_launcher.base.host import package_data
from tao_launcher.tasks.load import host_requirements
from tao_launcher.tasks.release_file import order
from tao_launcher.tasks.requirements import Requirements, release_used

DOCUMENT = json.loads(package_data('requirements.json'))


@pytest.mark.parametrize(('release', 'driver', 'toolkit', 'pip'), [
    ('3.21.11', '', '', ''), ('3.22.02', '465', '', ''), ('4.0.1', '520', '', ''),
    ('5.0.0', '525.85', '1.3.0', '21.06'), ('5.1.0', '525.85', '1.3.0', '21.06'),
    ('5.2.0', '535', '1.3.0', '21.06'), ('5.3.0', '535', '1.3.0', '21.06'),
    ('6.26.3', '550', '1.3.0', '21.06'), ('7.1.0', '580', '1.19.0', '21.06'), ('9.0.0', '580', '1.19.0', '21.06'),
    ('my-own', '', '', ''), ('', '', '', ''),
])
def test_least(release: str, driver: str, toolkit: str, pip: str) -> None:
    asked = host_requirements(release)
    assert [asked.least(key) for key in ('driver', 'toolkit', 'pip')] == [driver, toolkit, pip]


@pytest.mark.parametrize(('release', 'driver', 'is_met'), [
    ('5.2.0', '535.183.01', True), ('7.1.0', '535.183.01', False), ('5.2.0', '535', True), ('5.2.0', '534.99', False),
    ('5.0.0', '525.85.12', True), ('5.0.0', '525.60', False), ('my-own', '1', True),
])
def test_is_met(release: str, driver: str, is_met: bool) -> None:
    assert host_requirements(release).is_met('driver', driver) == is_met


@pytest.mark.parametrize(('driver', 'newest'), [
    ('580.65', '7.1.0'), ('575.1', '6.26.3'), ('535.183.01', '5.3.0'), ('525.85', '5.1.0'), ('470.1', '3.22.05'),
    ('390.1', ''),
])
def test_newest_for(driver: str, newest: str) -> None:
    assert host_requirements('7.1.0').newest_for('driver', driver, ['my-own', *CATALOGUE.releases]) == newest


@pytest.mark.parametrize(('image', 'tag', 'release'), [
    ('', '', '7.1.0'), ('r/a:5.2.0-pyt', '', '5.2.0'), ('r/a:latest', '', '7.1.0'), ('', '5.2.0-pyt', '5.2.0'),
    ('', 'mine', '7.1.0'),
])
def test_release_used(image: str, tag: str, release: str) -> None:
    assert release_used(image, tag, '7.1.0') == release


def test_every_entry_says_where_it_is_from() -> None:
    entries = DOCUMENT['releases']
    assert list(entries) == sorted(entries, key=order)
    assert all(entry['source'] for entry in entries.values())
    keys = {key for entry in entries.values() for key in entry}
    assert keys == {'driver', 'docker', 'docker_api', 'toolkit', 'python', 'pip', 'source'}


def test_nothing_is_known_of_no_release() -> None:
    assert (Requirements().least('driver'), Requirements().is_met('driver', '1')) == ('', True)
