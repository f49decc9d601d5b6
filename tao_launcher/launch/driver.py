"""After a refused launch: whether this machine's driver is too old for the release, and which release it is for."""
from __future__ import annotations

from ..base import host, machine
from ..base.record import Record
from ..engine import answers
from ..engine.ask import ask
from ..tasks.load import host_requirements, load_catalogue
from ..tasks.requirements import release_used

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..base.output import Output
    from .plan import Plan

QUERY = ('nvidia-smi', '--query-gpu=driver_version', '--format=csv,noheader')
PATIENCE = 5.0  # seconds


class OldDriver(Record):
    """A driver that is older than a release asks for, and the newest release with the task that it is for ('')."""

    version: str
    release: str
    least: str
    fits: str = ''


def old_driver(plan: Plan, environ: Mapping[str, str], output: Output) -> OldDriver | None:
    """What is too old for the release of a launch, or None. Raises ConfigError for a faulty catalogue."""
    release = release_used(plan.settings.image, plan.settings.tag, plan.release)
    asked = host_requirements(release)
    least = asked.least('driver')
    version = _version(environ) if least else ''
    if not version or asked.is_met('driver', version):
        return None
    group, _, rest = plan.job.partition('/')
    known = load_catalogue(host.survey(environ), output)
    releases = known.releases_with(rest.partition('/')[0], group)
    return OldDriver(version, release, least, asked.newest_for('driver', version, releases))


def _version(environ: Mapping[str, str]) -> str:
    """The version of the driver here, as nvidia-smi says it of the first GPU."""
    if not machine.which('nvidia-smi', environ):
        return ''
    first = (ask(QUERY, environ, PATIENCE).out.strip().splitlines() or [''])[0].strip()
    return first if answers.digits(first.partition('.')[0]) is not None and len(first) < 20 else ''
