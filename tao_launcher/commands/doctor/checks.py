"""The checks of `tao doctor`, in the order in which they are printed; each is in the module of its subject."""
from __future__ import annotations

from ...base.masking import masked
from . import apptainer, engine, gpus, hardware, here, images, mounts, rivals, settings, system

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .facts import Gathered
    from .findings import Check, Finding

CHECKS: tuple[Check, ...] = (
    here.TASKS,
    apptainer.PROGRAM,
    engine.CLIENT,
    engine.SUDO,
    engine.DAEMON,
    engine.SERVER,
    engine.INIT,
    engine.ROOTLESS,
    engine.USERNS,
    hardware.DISK,
    apptainer.PLACES,
    hardware.MEMORY,
    hardware.CORES,
    gpus.DRIVER,
    gpus.GPUS,
    gpus.TOOLKIT,
    apptainer.LIBS,
    gpus.OLD_PACKAGES,
    system.PLATFORM,
    system.SELINUX,
    settings.SETTINGS,
    mounts.MOUNTS,
    mounts.SOURCES,
    mounts.LIMITS,
    here.PLACES,
    images.LOGIN,
    images.CATALOGUE,
    system.PYTHON,
    rivals.PROGRAM,
    settings.VARIABLES,
)


def run(gathered: Gathered) -> list[Finding]:
    """Every check's finding, in their order; none shows a password."""
    found = (check.finding(gathered) for check in CHECKS)
    return [f._replace(found=masked(f.found), fix=masked(f.fix)) for f in found if f]
