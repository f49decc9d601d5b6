"""Platforms of images, OS/ARCH[/VARIANT]: which one is asked for, and which machines run it. Pure."""
from __future__ import annotations

import re

from . import answers, daemon, profiles

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

# Architectures as registries name them, by what machines and people call them too.
ARCHITECTURES = {
    'x86_64': 'amd64', 'x86-64': 'amd64', 'aarch64': 'arm64', 'i386': '386', 'i686': '386', 'armv7l': 'arm',
    'armv6l': 'arm', 'armhf': 'arm', 'armel': 'arm',
}


def architecture(name: str) -> str:
    """The architecture of a platform, or of a machine as uname has it: amd64, arm64; '' where it is left open."""
    parts = name.lower().split('/')
    found = parts[1] if len(parts) > 1 else parts[0]
    return '' if found in ('', 'linux', 'unknown') else ARCHITECTURES.get(found, found)


SYSTEMS = ('linux', 'windows', 'darwin', 'freebsd', 'netbsd', 'openbsd', 'solaris', 'aix', 'android', 'wasip1')
OTHERS = ('loong64', 'mips', 'mipsle', 'mips64', 'mips64le', 'ppc64', 'ppc64le', 'riscv64', 's390x', 'wasm')


def is_platform(value: str) -> bool:
    """Whether engines read a value as a platform: one word has to be a system or a machine that they know."""
    parts = value.lower().split('/')
    if not all(re.fullmatch('[a-z0-9_.-]+', part) for part in parts):
        return False
    known = (*SYSTEMS, *ARCHITECTURES, *ARCHITECTURES.values(), *OTHERS)
    return len(parts) in (2, 3) or len(parts) == 1 and parts[0] in known


def asked(option: str, engine: Sequence[str], environ: Mapping[str, str]) -> tuple[str, str]:
    """(the platform that is asked for, what says so): --platform, or the variable of the engine's client; else ''."""
    if option:
        return option, '--platform'
    variable = profiles.profile(engine).platform_variable
    found = daemon.reaching(engine, environ).get(variable, '') if variable else ''
    return (found, variable) if found else ('', '')


def of_index(document: Mapping[str, object]) -> tuple[str, ...]:
    """The platforms of the images that a registry's index names, each once; attestations are no images."""
    found = []
    for entry in answers.entries(document, 'manifests'):
        system, machine, variant = (
            answers.text(entry, 'platform', key) for key in ('os', 'architecture', 'variant')
        )
        if machine and (system, machine) != ('unknown', 'unknown'):
            found.append('/'.join(part for part in (system, machine, variant) if part))
    return tuple(dict.fromkeys(found))
