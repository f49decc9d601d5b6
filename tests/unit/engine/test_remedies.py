"""The commands that are suggested, as this machine has to be told them."""
from __future__ import annotations

import pytest

from tao_launcher.engine import remedies
from tao_launcher.engine.docker import DOCKER
from tao_launcher.engine.remedies import Machine

ROOT = Machine(is_root=True, has_sudo=False, has_systemd=False)
ALONE = Machine(has_sudo=False, has_systemd=False)  # an ordinary user without sudo


@pytest.mark.parametrize(('system', 'machine', 'fix'), [
    ('debian ', ROOT, 'apt-get update && apt-get install -y docker.io'),
    ('ubuntu debian', Machine(system='ubuntu debian'), 'sudo apt-get update && sudo apt-get install -y docker.io'),
    ('debian ', ALONE, 'su - -c "apt-get update && apt-get install -y docker.io"'),
    ('fedora ', ROOT, 'https://docs.docker.com/engine/install/'),
])
def test_install_docker(system: str, machine: Machine, fix: str) -> None:
    assert remedies.install(machine._replace(system=system), DOCKER) == fix


@pytest.mark.parametrize(('machine', 'start', 'restart'), [
    (Machine(), 'sudo systemctl start docker', 'sudo systemctl restart docker'),
    (Machine(has_systemd=False), 'sudo service docker start', 'sudo service docker restart'),
    (Machine(has_systemd=False, has_service=False), "sudo sh -c 'nohup dockerd >/var/log/docker.log 2>&1 &'",
     "sudo pkill -x dockerd; sleep 5; sudo sh -c 'nohup dockerd >/var/log/docker.log 2>&1 &'"),
    (ROOT._replace(has_service=False), 'nohup dockerd >/var/log/docker.log 2>&1 &',
     'pkill -x dockerd; sleep 5; nohup dockerd >/var/log/docker.log 2>&1 &'),
    (ALONE._replace(has_service=False), 'su - -c "nohup dockerd >/var/log/docker.log 2>&1 &"',
     'su - -c "pkill -x dockerd"; sleep 5; su - -c "nohup dockerd >/var/log/docker.log 2>&1 &"'),
])
def test_start(machine: Machine, start: str, restart: str) -> None:
    assert (remedies.start(machine), remedies.restart(machine)) == (start, restart)
