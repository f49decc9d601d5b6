"""tao config path: which container path a host path has, and the other way round."""
from __future__ import annotations

from ...base import host
from ...base.patience import Late, within
from ...base.text import plain
from ...launch import paths as container_paths
from ...launch.same_paths import copies
from ...settings.locate import read_mounts_file
from ...settings.settings import merge
from ...settings.values import MountsFile, clean_path

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from ...settings.invocation import Invocation
    from ...settings.values import Mount

PATIENCE = 5.0  # seconds for the links on the way to a path


def config_path(paths: Sequence[str], invocation: Invocation) -> int:
    """Print every translation of every path. Returns 1 if one of them is under no mount."""
    options, environ, here, output = invocation
    file: MountsFile
    file, _ = read_mounts_file(invocation)
    settings = merge(options, environ, file, {}, here.cwd, here.home)
    mounts = [*settings.mounts, *(copies(settings.mounts) if settings.same_paths else ())]
    follow, code = host.RealPaths(), 0
    for given in paths:
        path = host.path_of(given)
        containers = clean_path(given) if given.startswith('/') else path  # which this machine's links do not change
        inside, outside = _inside(path, mounts, follow), container_paths.to_host(containers, mounts)
        for there in inside:
            output.result(f'{plain(f"host {path} is {there} in the container")}\n')
        if outside:
            output.result(f'{plain(f"container {containers} is {outside} on the host")}\n')
        if not inside and not outside:
            output.notice(f'{path} is under no mount')
            code = 1
    return code


def _inside(path: str, mounts: Sequence[Mount], follow: host.RealPaths) -> list[str]:
    """The container paths of a host path; as the paths are written where the host's links do not answer."""
    try:
        return within(PATIENCE, lambda: container_paths.inside(path, mounts, follow))
    except Late:
        return container_paths.to_container(path, mounts)
