"""Other programs of the launcher's name on this machine, such as that of NVIDIA's package nvidia-tao."""
from __future__ import annotations

import os
import sys

from ...base import reading
from ...base.record import Record
from ...base.shell import join
from .findings import Finding, asking

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from importlib.metadata import Distribution

    from .facts import Gathered, MachineFacts

OWN, NAME, SIBLING = 'tao-launcher', 'tao', 'tao_pt'
IMPORTS = b'from tao_launcher.main import'  # in every way to start us; NVIDIA's has a module of that name as well
START_BYTES = 65536


class Rivals(Record):
    """Programs on PATH before and behind ours, and the package that installs one in the very same place."""

    first: str = ''
    behind: tuple[str, ...] = ()
    package: str = ''
    remedy: str = ''


def _find(gathered: Gathered) -> Rivals:
    return find(gathered.facts.environ)


def find(environ: Mapping[str, str]) -> Rivals:
    """Look at PATH, and at the packages of this interpreter."""
    running = os.path.realpath(sys.argv[0])
    by_name = os.path.basename(running) == NAME
    places = _places(environ)
    ours = [os.path.realpath(path) == running if by_name else _is_ours(path) for path in places]
    package, remedy = _package()
    return Rivals(
        first=_described(places[0]) if places and not ours[0] else '',
        behind=tuple(_described(path) for path in places[1:] if any(ours[:1]) and not _is_ours(path)),
        package=package, remedy=remedy,
    )


def _places(environ: Mapping[str, str]) -> list[str]:
    """Every program of the name on PATH, each once, in the order in which a shell looks."""
    found: dict[str, str] = {}
    for folder in environ.get('PATH', os.defpath).split(os.pathsep):
        path = os.path.join(folder, NAME)
        if os.path.isfile(path) and os.access(path, os.X_OK):
            found.setdefault(os.path.realpath(path), path)
    return list(found.values())


def _start(path: str) -> bytes:
    try:
        return reading.start(path, START_BYTES)
    except OSError:
        return b''


def _is_ours(path: str) -> bool:
    return IMPORTS in _start(path)


def _described(path: str) -> str:
    return f'{path} (nvidia-tao)' if b'nvidia_tao_cli' in _start(path) else path


def _package() -> tuple[str, str]:
    """("nvidia-tao 6.26.3", the commands that help) where that package has put its program in the place of ours."""
    from importlib import metadata

    try:
        place = _script(metadata.distribution(OWN))
    except metadata.PackageNotFoundError:
        return '', ''
    # an old pip has not written down what it installed
    place = place or os.path.realpath(os.path.join(os.path.dirname(sys.executable), NAME))
    for other in metadata.distributions():
        name = str(other.metadata['Name'])
        if name != OWN and _has_script(other) and _script(other) == place:
            # uninstalling one takes the program of both away; ours is the same under each of its names
            uninstall = (sys.executable, '-m', 'pip', 'uninstall', '-y', name)
            copy = ('cp', os.path.join(os.path.dirname(place), SIBLING), place)
            return f'{name} {other.version}', f'{join(uninstall)} && {join(copy)}'
    return '', ''


def _has_script(package: Distribution) -> bool:
    return any(entry.group == 'console_scripts' and entry.name == NAME for entry in package.entry_points)


def _script(package: Distribution) -> str:
    """Where a package has installed the program, or ''."""
    for path in package.files or ():
        if path.name == NAME and path.parent.name == 'bin':
            return os.path.realpath(str(package.locate_file(path)))
    return ''


def program(facts: MachineFacts, found: Rivals) -> Finding | None:
    """Whether `tao` is this launcher; NVIDIA's package has a program of the same name."""
    if found.package:
        text = f'{found.package} is installed in the same place; whichever was installed last is tao there'
        return Finding('program', 'warn', text, found.remedy)
    if found.first:
        fix = 'put this one earlier on PATH, or pip uninstall nvidia-tao'
        return Finding('program', 'warn', f'the shell finds another tao first: {found.first}', fix)
    if found.behind:
        return Finding('program', 'info', f'another tao comes after this one on PATH: {", ".join(found.behind)}')
    return None


PROGRAM = asking(_find, program)
