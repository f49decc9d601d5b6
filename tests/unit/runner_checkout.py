"""Miniature checkouts of the backends for the tests of their runners, and how a runner is called on one."""
from __future__ import annotations

import hashlib
import json
import os
import re
import shlex
from pathlib import Path
from typing import Any, Iterator, Mapping

from support import Result, tao

from tao_launcher.base.host import package_data

PROFILES = json.loads(package_data('runners.json'))
DIGEST = 'sha256:' + 'a' * 64
BASE = 'nvcr.io/a/b'


def run(root: Path, *words: str, program: str = 'tao_pt', **env: str) -> Result:
    """A runner's command line on the checkout."""
    return tao(*words, program=program, env={PROFILES[program]['root_variable']: str(root), **env})


def without_minute(words: list[str]) -> list[str]:
    """A command without the minute of its tag and the folder of its file."""
    words = [re.sub(r'.*/(?=[0-9a-f]{12}\.built$)', '', word) for word in words]
    return [re.sub(r'(?<=-)\d{12}(?=$|-)', 'MINUTE', word) for word in words]


def commands(text: str) -> Iterator[list[str]]:
    """The lines of a dry run that are commands, as their words, without the minute."""
    for line in text.splitlines():
        if not line.startswith('# '):
            yield without_minute(shlex.split(line))


def name_of_files(root: Path) -> str:
    """How the files of a build of this checkout begin."""
    return hashlib.sha256(os.fsencode(os.path.realpath(root / 'docker/manifest.json'))).hexdigest()[:12]


GITMODULES = '[submodule "tao-core"]\n\tpath = tao-core\n\turl = https://github.com/NVIDIA-TAO/tao-core.git\n'
# Laid out as NVIDIA's: it names the checkout, and exports a function that comes before any program on PATH.
ENVSETUP = """export {variable}="$(cd "$(dirname "${{BASH_SOURCE[0]}}")/.." && pwd)"
function {program} {{
    {path}python ${variable}/runner/{program}.py "$@"
}}
export -f {program}
"""


def backend(
    folder: Path, program: str, *, has_core: bool = False, manifest: Mapping[str, Any] | None = None,
) -> Path:
    """A checkout of the runner's backend as it was before TAO 6, or a clone with tao-core, as it is since.

    The manifest is `manifest`, else one that names BASE by DIGEST.
    """
    profile = PROFILES[program]
    Path(os.environ['HOME'], '.local/state/tao').mkdir(parents=True, exist_ok=True)  # of which a build would speak
    for name in ('docker', 'release/docker', 'scripts', profile['package']):
        (folder / name).mkdir(parents=True)
    for name in ('docker/Dockerfile', 'release/docker/Dockerfile', f'{profile["package"]}/__init__.py'):
        (folder / name).touch()
    registry, _, repository = BASE.partition('/')
    shape = {'registry': registry, 'repository': repository, 'digest': DIGEST} if manifest is None else manifest
    (folder / 'docker/manifest.json').write_text(json.dumps(shape))
    path = ''
    if has_core:
        (folder / '.gitmodules').write_text(GITMODULES)
        (folder / '.git').mkdir()
        (folder / '.git/HEAD').write_text('ref: refs/heads/main\n')
        (folder / '.git/index').write_bytes(b'\0\0\xe0\0')  # as of a clone, which has a submodule
        (folder / 'tao-core/nvidia_tao_core').mkdir(parents=True)
        (folder / 'tao-core/nvidia_tao_core/__init__.py').touch()
        path = f'PYTHONPATH={profile["mounted_at"]}/tao-core:$PYTHONPATH '
    (folder / 'scripts/envsetup.sh').write_text(
        ENVSETUP.format(variable=profile['root_variable'], program=program, path=path),
    )
    return folder
