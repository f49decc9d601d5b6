"""tao catalogue validate: every fault of files of releases."""
from __future__ import annotations

from ...base import host
from ...base.errors import FileError
from ...settings.locate import override_path
from ...tasks.load import read_override
from ..config.validate import Report, added_reports, refused, releases_report, say

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from ...settings.invocation import Invocation


def validate(files: Sequence[str], invocation: Invocation) -> int:
    """Print what is wrong with files of releases; without `files` with those that are in use.

    Returns 1 if one is faulty.
    """
    if files:
        reports = [
            releases_report('standard input' if file == '-' else host.path_of(file), _path(file)) for file in files
        ]
    else:
        reports = _in_use(invocation)
    for report in reports:
        say(report, invocation.output)
    if not reports:
        invocation.output.say('no releases were added')
    return 1 if any(report.wrong for report in reports) else 0


def _path(file: str) -> str:
    return file if file == '-' else host.path_of(file)


def _in_use(invocation: Invocation) -> list[Report]:
    override = override_path(invocation.here)
    reports = added_reports(invocation.here)
    try:
        return [*([Report(override)] if read_override(override) else []), *reports]
    except FileError as e:
        return [refused(override, e), *reports]
