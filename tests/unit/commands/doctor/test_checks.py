"""The checks of `tao doctor` that are about what the launcher reads."""
from __future__ import annotations

from typing import Any

import pytest

from tao_launcher.commands.doctor import checks
from tao_launcher.commands.doctor.findings import Finding, MachineFacts
from tao_launcher.engine.remedies import Machine

ROOT = Machine(is_root=True, has_sudo=False, has_systemd=False)


def facts(**known: Any) -> MachineFacts:
    return MachineFacts(**{'engine': ('docker',), 'machine': ROOT, 'program': '/usr/bin/docker', **known})


@pytest.mark.parametrize(('known', 'finding'), [
    ({}, None),
    ({'mounts_path': '/m'}, ('ok', 'all there')),
    ({'missing': ('/a', '/b c')}, ('fail', 'missing: /a, /b c', "mkdir -p /a '/b c'")),
    ({'missing': ('/a',), 'can_create': False, 'machine': Machine()}, ('fail', 'missing: /a', 'sudo mkdir -p /a')),
    ({'unwritable': ('/a', '/b'), 'job_user': '1000:1000', 'machine': Machine()}, (
        'warn', 'not writable by 1000:1000, who the job runs as: /a, /b', 'sudo chown 1000:1000 /a /b',
    )),
])
def test_sources(known: dict[str, Any], finding: tuple[str, ...] | None) -> None:
    assert checks.sources(facts(**known)) == (Finding('sources', *finding) if finding else None)


def test_what_is_shown_has_no_password() -> None:
    address = 'tcp://ann:hunter2@gpu1:2375'
    known: dict[str, Any] = {
        'engine_code': 1, 'engine_error': f'Cannot connect to the Docker daemon at {address}.', 'address': address,
        'variables': {'DOCKER_HOST': address, 'OVERRIDE_REGISTRY': 'ann:hunter2@reg.lab'},
        'settings_error': 'OVERRIDE_REGISTRY: "ann:hunter2@reg.lab": expected HOST[:PORT][/PREFIX]',
        'python': (3, 13),
    }
    found: list[Finding] = checks.run(facts(**known))
    assert 'hunter2' not in repr(found)
    assert found[-1] == Finding(
        'variables', 'info', 'DOCKER_HOST=tcp://ann:***@gpu1:2375, OVERRIDE_REGISTRY=ann:***@reg.lab',
    )
