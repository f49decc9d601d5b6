"""Which GPUs a container asked for."""
from __future__ import annotations

import json
from typing import Any

import pytest
from engine_answers import container

from tao_launcher.commands.jobs import requested
from tao_launcher.commands.jobs.job import parse


@pytest.mark.parametrize(('host', 'environment', 'shown'), [
    ({'DeviceRequests': [{'Count': -1}]}, [], 'all'),
    ({'DeviceRequests': [{'Count': 2}]}, [], 'first 2'),
    ({'DeviceRequests': [{'Count': 0, 'DeviceIDs': ['0', '3']}]}, [], '0,3'),
    ({'DeviceRequests': [{'Driver': 'cdi', 'DeviceIDs': ['nvidia.com/gpu=0', 'nvidia.com/gpu=1']}]}, [], '0,1'),
    ({'DeviceRequests': None}, ['NVIDIA_VISIBLE_DEVICES=void'], 'none'),
    ({'DeviceRequests': [], 'Runtime': 'nvidia'}, ['A=', 'NVIDIA_VISIBLE_DEVICES=0,1'], '0,1'),
    ({'Devices': [{'PathOnHost': 'nvidia.com/gpu=all'}]}, [], 'all'),
    ({'Devices': [{'PathOnHost': '/dev/fuse'}]}, [], 'none'),
    ({}, ['NVIDIA_VISIBLE_DEVICES='], 'none'),
])
def test_gpus(host: Any, environment: list[str], shown: str) -> None:
    config = {**container()['Config'], 'Env': environment}
    made = container(HostConfig=host, Config=config)
    assert requested.gpus(made) == shown
    (found,) = parse(json.dumps([made]))
    assert found.gpus == shown
