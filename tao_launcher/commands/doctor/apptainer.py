"""Checks of an engine without a daemon: its program, whether containers can start, its cache, and what --nv finds."""
from __future__ import annotations

import re

from ...base import host, listing, machine, unreadable
from ...base.record import Record
from ...base.shell import quote
from ...engine import profiles
from ...engine.apptainer import cache, variable
from ...engine.ask import ask
from ...engine.profile import APPTAINER_KIND
from ...launch import image_refusals
from .engine import real_program
from .findings import GIB, Finding, asking
from .gpus import gpu_rows

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .facts import Gathered, MachineFacts

PATIENCE = 5.0  # seconds for one question
QUESTIONS = (('version',), ('buildcfg',))
NAMESPACES = ('unshare', '--user', '--map-root-user', 'true')
NEEDED = 50 * GIB  # a large image as it is pulled, unpacked, and packed again
# What keeps users from namespaces of their own, by the value that does.
LOCKS = {'user/max_user_namespaces': '0', 'kernel/unprivileged_userns_clone': '0'}
LIBRARIES = ('libcuda.so.1', 'libnvidia-ml.so.1')


def is_one(facts: MachineFacts) -> bool:
    """Whether containers are processes of their callers."""
    return profiles.profile(facts.engine).kind == APPTAINER_KIND


class Runtime(Record):
    """The program: its real path, its version, whether it has its setuid part, and what users may not do.

    locked is the path of a setting of the kernel that keeps users from namespaces of their own, said what the kernel
    says to one that is asked for; each '' where nothing prevents it.
    """

    real: str = ''
    version: str = ''
    has_setuid: bool = False
    locked: str = ''
    said: str = ''


def _program(gathered: Gathered) -> Runtime:
    return runtime(gathered.facts, is_root=gathered.invocation.here.is_root) if is_one(gathered.facts) else Runtime()


def runtime(facts: MachineFacts, *, is_root: bool, asks: bool = True) -> Runtime:
    """What files say of the program, and where it `asks`, what that and the kernel do."""
    real = real_program(facts)
    if not facts.program or not asks:
        return Runtime(real)
    version, built = (ask((*facts.engine, *words), facts.environ, PATIENCE).out for words in QUESTIONS)
    version = (version.strip().splitlines() or [''])[0][:60]
    has_setuid = bool(re.search('^[A-Z]+_SUID_INSTALL=1$', built, re.MULTILINE))
    if has_setuid or is_root:
        return Runtime(real, version, has_setuid)
    locked = next((
        f'/proc/sys/{name}' for name, value in LOCKS.items() if machine.text(f'/proc/sys/{name}').strip() == value
    ), '')
    tried = ask(NAMESPACES, facts.environ, PATIENCE)
    said = '' if tried.code in (0, None) else (tried.err.strip().splitlines() or ['no reason given'])[-1][:200]
    return Runtime(real, version, has_setuid, locked, said)


def program(facts: MachineFacts, found: Runtime) -> Finding | None:
    """Whether the program is there, and can start a container."""
    if not is_one(facts):
        return None
    name, profile = profiles.program(facts.engine), profiles.profile(facts.engine)
    if not facts.program and found.real:
        what = f'no program {name} on PATH, but {found.real}'
        return Finding('engine', 'fail', what, f'--engine {quote(found.real)}, or that folder on PATH')
    if not facts.program:
        return Finding('engine', 'fail', f'no program {name} on PATH', profile.manual)
    shown = f'{facts.program} {found.version}'.rstrip()
    if found.locked or found.said:
        why = f'{found.locked} is 0' if found.locked else found.said
        what = f'{shown}: no user namespaces for you ({why}), and no setuid part: no container starts'
        fix = f'ask the administrator for user namespaces, or for {profile.name} with its setuid part'
        return Finding('engine', 'fail', what, f'{fix} ({profile.name}-suid)')
    how = ', with its setuid part' if found.has_setuid else ''
    return Finding('engine', 'ok', f'{shown}{how}')


class Places(Record):
    """The folder of what is pulled, that of what is being made of it, and their free bytes (None: not known)."""

    cache: str = ''
    free: int | None = None
    temporary: str = ''
    temporary_free: int | None = None


def _places(gathered: Gathered) -> Places:
    facts, here = gathered.facts, gathered.invocation.here
    if not is_one(facts):
        return Places()
    profile = profiles.profile(facts.engine)
    folder = cache(profile, facts.environ, here.home)
    temporary = facts.environ.get(variable(profile, 'TMPDIR')) or facts.environ.get('TMPDIR') or '/tmp'
    free, other = (listing.free_bytes(path if host.exists(path) else unreadable.nearest_parent(path)) for path in (
        folder, temporary,
    ))
    return Places(folder, free, temporary, other)


def places(facts: MachineFacts, found: Places) -> Finding | None:
    """Whether there is room for an image that is pulled."""
    if not found.cache:
        return None
    profile = profiles.profile(facts.engine)
    rooms = [(found.cache, found.free, 'CACHEDIR'), (found.temporary, found.temporary_free, 'TMPDIR')]
    text = '; '.join(f'{free / GIB:.0f} GiB free in {path}' for path, free, _ in rooms if free is not None)
    small = [variable(profile, name) for _, free, name in rooms if free is not None and free < NEEDED]
    if not small:
        return Finding('cache', 'ok', text) if text else None
    least = min(free for _, free, _ in rooms if free is not None)
    status = 'no image fits' if least < image_refusals.LOW_ON_DISK else f'{NEEDED // GIB} are recommended in each'
    fix = f'{profile.name} cache clean  (or name folders with more room by {" and ".join(small)})'
    return Finding('cache', 'warn', f'{text}; {status}', fix)


def _libraries(gathered: Gathered) -> tuple[str, ...]:
    facts = gathered.facts
    if not is_one(facts) or not gpu_rows(facts.nvidia_smi or ''):
        return ()
    known = ask(('/sbin/ldconfig', '-p'), facts.environ, PATIENCE)
    return tuple(name for name in LIBRARIES if known.code == 0 and name not in known.out)


def libraries(facts: MachineFacts, missing: tuple[str, ...]) -> Finding | None:
    """Whether --nv finds the driver's libraries, for which it asks ldconfig."""
    if not is_one(facts) or not gpu_rows(facts.nvidia_smi or ''):
        return None
    if missing:
        what = f'ldconfig does not list {", ".join(missing)}, so --nv cannot give them to a container'
        return Finding('--nv', 'warn', what, 'ldconfig as root, with the folder of the driver in /etc/ld.so.conf.d')
    return Finding('--nv', 'ok', "ldconfig lists the driver's libraries")


PROGRAM, PLACES, LIBS = asking(_program, program), asking(_places, places), asking(_libraries, libraries)
