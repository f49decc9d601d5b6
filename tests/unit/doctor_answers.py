"""Answers of engines and of nvidia-smi, as `tao doctor` gets them."""
from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Callable

import jsonschema
from support import SCHEMAS

from tao_launcher.commands.doctor.facts import MachineFacts
from tao_launcher.engine.remedies import Machine

SMI_BROKEN = (
    "NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver. Make sure that the latest NVIDIA "
    'driver is installed and running.\n\n'
)
A100 = ''.join(f'{i}, NVIDIA A100-SXM4-80GB, 81920, 535.183.01\n' for i in range(8))

# Answers to `version` and `info` with --format {{json .}}, without what nobody looks at. "Debian 20.10" was recorded;
# the others have their engine's form, not its bytes.
ANSWERS = json.loads((Path(__file__).parent / 'engines.json').read_text(encoding='utf-8'))
VERSIONS = {name: json.dumps(answer) for name, answer in ANSWERS['versions'].items()}
INFOS = {name: json.dumps(answer) for name, answer in ANSWERS['infos'].items()}

Put = Callable[..., Path]  # puts a program on PATH: its name, and the shell script that it is


def findings(out: str) -> dict[str, dict[str, str]]:
    found = json.loads(out)
    jsonschema.validate(found, SCHEMAS['findings'])
    return {one['name']: one for one in found}


ROOT = Machine(is_root=True, has_sudo=False, has_systemd=False)


def facts(**known: Any) -> MachineFacts:
    """The facts of a machine with docker, whose user is root."""
    return MachineFacts(**{'engine': ('docker',), 'machine': ROOT, 'program': '/usr/bin/docker', **known})


def version(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(VERSIONS[name])
    return found


def info(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(INFOS[name])
    return found
