"""How values are written that only an engine makes something of; as in parsers.py, which has them with the others."""
from __future__ import annotations

from ..base.late import re
from ..base.text import DIGITS, LETTERS, NO_LINE_BREAK, has_line_break, is_name, is_number

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..engine.profile import Profile
    from .values import Source


UNITS = frozenset(unit + b for unit in ('', *'kmgtp', 'ki', 'mi', 'gi', 'ti', 'pi') for b in ('', 'b'))  # of sizes
LARGEST = 2 ** 63  # bytes, which no engine counts any more


def size(text: str) -> str:
    """A size in bytes as docker takes it: 16G, 512m, 1.5g, 64MB, 1073741824."""
    if not _is_written_as_size(text):
        raise ValueError('expected a size such as 16G, 512M or a number of bytes')
    if not text.rstrip(' kKmMgGtTpPiIbB').strip('0.'):
        raise ValueError('expected a size above 0')
    if is_too_large(text):
        raise ValueError('expected a size below 8192P, the most that engines can count')
    return text


def is_too_large(text: str) -> bool:
    """Whether a text is written as a size that engines cannot count."""
    return _is_written_as_size(text) and bytes_of(text) >= LARGEST


def _is_written_as_size(text: str) -> bool:
    number = text.rstrip(' kKmMgGtTpPiIbB')
    parts, unit = number.split('.'), text[len(number):].lower()
    return len(parts) < 3 and all(is_number(part, 19) for part in parts) and unit[unit.startswith(' '):] in UNITS


def bytes_of(text: str) -> float:
    """The bytes of a text that is written as a size."""
    digits = text.rstrip(' bBiIkKmMgGtTpP')
    unit = text[len(digits):].strip().lower()[:1]
    factor: int = 1024 ** ('kmgtp'.index(unit) + 1 if unit and unit in 'kmgtp' else 0)
    return float(digits) * factor


def hostname(text: str) -> str:
    """A host name: labels of letters, digits and -, joined by dots, at most 63 characters as the kernel has it."""
    label = '[a-zA-Z0-9]([a-zA-Z0-9-]*[a-zA-Z0-9])?'
    if len(text) > 63 or not re.fullmatch(rf'{label}(\.{label})*', text):
        raise ValueError('expected a host name of at most 63 letters, digits, - and dots')
    return text


def cpus(text: str) -> str:
    """A number of processors, parts of one too."""
    if not re.fullmatch(r'[0-9]{1,5}(\.[0-9]{1,9})?', text) or not text.strip('0.'):
        raise ValueError('expected a number of processors such as 8 or 1.5')
    return text


def platform(text: str) -> str:
    """OS/ARCH[/VARIANT] of an image, or ARCH alone."""
    if not re.fullmatch('[a-z0-9_]+(/[a-z0-9_]+){0,2}', text):
        raise ValueError('expected OS/ARCH such as linux/amd64 or linux/arm64')
    return text


def entrypoint(text: str) -> str:
    """A program in the container; an empty one leaves out that of the image."""
    if '\0' in text or has_line_break(text):
        raise ValueError(NO_LINE_BREAK)
    if text.startswith('-'):
        raise ValueError('expected a program of the container; its arguments follow "run"')
    return text


def container_name(text: str) -> str:
    """A container's name, as docker takes it."""
    if len(text) < 2 or not is_name(text, LETTERS + DIGITS):
        raise ValueError('expected two or more letters, digits, _ . -, the first a letter or digit')
    return text


def is_file(image: str) -> bool:
    """Whether an image is named by a path (./tao.sif, a sandbox folder) or a URI (oras://…), not by a reference."""
    return image.startswith(('/', './', '../', '~/')) or image.endswith('.sif') or '://' in image


def registry(text: str) -> str:
    """HOST[:PORT][/PREFIX] of a registry, a slash at its end left out."""
    if not re.fullmatch(r'[a-zA-Z0-9][a-zA-Z0-9.-]*(:[0-9]{1,5})?(/[a-z0-9._-]+)*/?', text):
        raise ValueError('expected HOST[:PORT][/PREFIX], without https://')
    return text.rstrip('/')


def unknown_image(profile: Profile, image: str | None, source: Source) -> list[str]:
    """What is wrong with an image for that engine, which may know no files."""
    if not image or profile.is_child or not is_file(image):
        return []
    return [f'{source}: "{image}": {profile.name} takes no file and no URI as an image; --engine apptainer does']
