"""The checks of the engine where it is podman."""
from __future__ import annotations

import pytest

from tao_launcher.commands.doctor import engine
from tao_launcher.commands.doctor.facts import MachineFacts
from tao_launcher.commands.doctor.findings import Finding
from tao_launcher.engine.remedies import Machine

ROOT = Machine(is_root=True)


@pytest.mark.parametrize(('uidmap', 'status'), [([{'size': 1}], 'fail'), ([{'size': 1}, {'size': 65536}], 'info')])
def test_further_ids(uidmap: list[dict[str, int]], status: str) -> None:
    info = {'host': {'security': {'rootless': True}, 'idMappings': {'uidmap': uidmap}}}
    found = engine.rootless(MachineFacts(engine=('podman',), info=info))
    assert found and found.status == status
    assert found.fix == ('' if status == 'info' else (
        'sudo usermod --add-subuids 100000-165535 --add-subgids 100000-165535 $(id -un) && podman system migrate'
    ))


def test_no_program_for_init() -> None:
    facts = MachineFacts(engine=('podman',), machine=ROOT)
    assert engine.init(facts, engine.Init(is_missing=True)) == Finding(
        'init', 'fail', 'podman has no program for --init, so no job starts', 'apt-get install -y catatonit',
    )
    assert engine.init(facts, engine.Init()) is None
