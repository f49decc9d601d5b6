"""The checks of `tao doctor` that are about podman."""
from __future__ import annotations

from typing import Any

import pytest

from tao_launcher.commands.doctor import checks_engine
from tao_launcher.commands.doctor.findings import Finding, MachineFacts
from tao_launcher.engine.remedies import INSTALL_TOOLKIT, Machine

ROOT = Machine(is_root=True)
CDI = 'nvidia-ctk cdi generate --output=/etc/cdi/nvidia.yaml'


@pytest.mark.parametrize(('uidmap', 'status'), [([{'size': 1}], 'fail'), ([{'size': 1}, {'size': 65536}], 'info')])
def test_further_ids(uidmap: list[dict[str, int]], status: str) -> None:
    info = {'host': {'security': {'rootless': True}, 'idMappings': {'uidmap': uidmap}}}
    found = checks_engine.rootless(MachineFacts(engine=('podman',), info=info))
    assert found and found.status == status
    assert found.fix == ('' if status == 'info' else (
        'sudo usermod --add-subuids 100000-165535 --add-subgids 100000-165535 $(id -un) && podman system migrate'
    ))


@pytest.mark.parametrize(('known', 'finding'), [
    ({'has_cdi': True}, ('ok', 'the GPUs are described as devices (CDI)')),
    ({}, ('warn', 'nothing describes the GPUs as devices (CDI), which --gpus needs', INSTALL_TOOLKIT)),
    ({'has_toolkit_setup': True}, ('warn', 'nothing describes the GPUs as devices (CDI), which --gpus needs', CDI)),
])
def test_the_toolkit_of_podman(known: dict[str, Any], finding: tuple[str, ...]) -> None:
    smi = '0, A100, 81920, 535.104'
    facts = MachineFacts(engine=('podman',), machine=ROOT, info={'host': {}}, nvidia_smi=smi, **known)
    assert checks_engine.toolkit(facts) == Finding('toolkit', *finding)


def test_no_program_for_init() -> None:
    facts = MachineFacts(engine=('podman',), machine=ROOT, lacks_init=True)
    assert checks_engine.init(facts) == Finding(
        'init', 'fail', 'podman has no program for --init, so no job starts', 'apt-get install -y catatonit',
    )
    assert checks_engine.init(facts._replace(lacks_init=False)) is None
