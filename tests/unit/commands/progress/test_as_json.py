"""Progress for programs."""
from __future__ import annotations

import json

import jsonschema
import pytest
from status_lines import lightning, line
from support import SCHEMAS

from tao_launcher.base.errors import NothingMatched
from tao_launcher.commands.progress.as_json import as_json, number
from tao_launcher.commands.progress.sources import Reading, Seen, Subject
from tao_launcher.status.parse import parse


def never() -> Seen:
    raise AssertionError


SOURCE = Subject('results', never)
NOW = 1795683600.0 + 40 * 60


def test_no_secrets() -> None:
    token = 'nvapi-' + 'aB3_-' * 8
    data = line('9:40:0', 'FAILURE', message=f'401 for {token}, API_KEY=x')
    found = as_json(Reading(SOURCE, Seen('/r/status.json', parse(data))), NOW)
    assert found['failure'] == found['message'] == '401 for ***, API_KEY=***'
    assert as_json(Reading(SOURCE, None, NothingMatched(f'no job {token}')), NOW)['error'] == 'no job ***'


def test_a_training() -> None:
    data = lightning(36, 80, kpi={'loss': 0.5}) + lightning(37, 80)[len(lightning(36, 80)):].replace(
        b'"message"', b'"kpi": {"loss": NaN}, "message"')
    found = as_json(Reading(SOURCE, Seen('/r/status.json', parse(data))), NOW)
    jsonschema.validate([found], SCHEMAS['progress'])
    assert json.loads(json.dumps(found, allow_nan=False)) == found
    kpi, = found.pop('kpis')
    assert found == {
        'title': 'results', 'job': None, 'path': '/r/status.json', 'error': None, 'state': 'RUNNING', 'runs': 1,
        'unit': 'epoch', 'done': 37, 'total': 80, 'percent': 46.25, 'seconds_per_unit': 60.25,
        'remaining_seconds': 2400, 'ends_at': '2026-11-26T10:20:00Z', 'estimate': 'file',
        'started_at': '2026-11-26T09:00:00Z', 'written_at': '2026-11-26T09:37:00Z',
        'message': 'Training loop in progress', 'failure': None,
    }
    assert kpi['series'][-2:] == [[36, 0.5], [37, None]] and len(kpi.pop('series')) == 37
    assert kpi == {'name': 'loss', 'last': None, 'best': 0.5, 'best_at': 1, 'lower_is_better': True, 'mean_of': None}


def test_nothing_is_known() -> None:
    error = as_json(Reading(SOURCE, None, NothingMatched('no file', 'why')), NOW)
    assert error == {'title': 'results', 'job': None, 'path': None, 'error': 'no file; why'}
    empty = as_json(Reading(SOURCE._replace(job='f00d' * 16), Seen('x', parse(b''))), NOW)
    other = as_json(Reading(SOURCE, Seen('x', parse(line(cur_iter=3, kpi={'a': [1, 2]}, eta='1:00:00')))), NOW)
    jsonschema.validate([error, empty, other], SCHEMAS['progress'])
    assert (empty['state'], empty['done'], other['done'], other['total']) == (None, None, 3, None)


@pytest.mark.parametrize(('value', 'found'), [
    (3.0, 3), (0.5, 0.5), (1e300, 1e300), (float('nan'), None), (float('-inf'), None), (None, None),
])
def test_number(value: float, found: object) -> None:
    assert number(value) == found
