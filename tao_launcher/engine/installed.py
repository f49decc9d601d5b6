"""What of an engine is installed on this machine."""
from __future__ import annotations

import os

from ..base.machine import has_program, os_release, text, which
from .remedies import Machine

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..base.host import Host


def for_remedies(here: Host, environ: Mapping[str, str]) -> Machine:
    """What the wording of a remedy depends on."""
    system = os_release()
    return Machine(
        is_root=here.is_root, has_sudo=bool(which('sudo', environ)), has_systemd=os.path.exists('/run/systemd/system'),
        has_service=_has_service(), has_daemon=has_program('dockerd', environ), uid=os.getuid(),
        system=f'{system.get("ID", "")} {system.get("ID_LIKE", "")}',
    )


def _has_service() -> bool:
    """Whether docker's init script can work: Debian's gives up where not even root may raise its limits."""
    script = '/etc/init.d/docker'
    bounding = text('/proc/self/status').partition('CapBnd:')[2].split()
    may_raise = not bounding or int(bounding[0], 16) >> 24 & 1  # CAP_SYS_RESOURCE
    return os.path.exists(script) and bool(may_raise or 'ulimit' not in text(script))
