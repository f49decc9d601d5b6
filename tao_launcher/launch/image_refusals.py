"""What is wrong with a launch's image, in words: it is not here, or for another kind of machine. Pure."""
from __future__ import annotations

from ..base.shell import join, quote
from ..engine import platforms, profiles, pulls
from ..engine.pulls import Wanted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .facts import FailureFacts

LOW_ON_DISK = 1 << 30  # bytes: below this nothing of a TAO image's size can be unpacked
WITHOUT_NETWORK = 'the same command with a network, or tao bundle load DIR'

_NO_LOGIN = 'no login for nvcr.io is stored'


def absent(facts: FailureFacts) -> tuple[str, str]:
    """The image is not here, or its registry was asked for a newer one; a runner's own can be built."""
    what, advice = _absent(facts)
    if what and facts.build and facts.image_is_here is False:
        return what, f'{advice}{", or " if advice else ""}{facts.build}'
    return what, advice


def _absent(facts: FailureFacts) -> tuple[str, str]:
    if facts.platform and not platforms.is_platform(facts.platform):
        what = f'{facts.platform_from} asks for {facts.platform}, which is not a platform'
        return what, f'OS/ARCHITECTURE, such as linux/{facts.engine_machine or "amd64"}'
    if facts.image_is_here and facts.platform and facts.image_machine and not _is_for(facts.platform, facts):
        return _platform(facts)
    if facts.image_is_here and facts.pull == 'always':
        return _always(facts)
    if facts.image_is_here is not False:
        return '', ''
    pull = f'{join(facts.engine)} pull {quote(facts.image)}'
    if facts.image.startswith('sha256:') and facts.pull == 'never':
        return f'the image that a bundle brought is no longer here ({facts.image[:19]})', 'tao bundle load DIR'
    if facts.pull == 'never':
        return f'{facts.image} is not here, and --pull never forbids fetching it', pull
    wanted = _wanted(facts)
    what = f'{facts.image} is not here and could not be pulled'
    kind = _kind(facts)
    if kind == 'network' and facts.shares_network is None:
        unsure = f'if {profiles.profile(facts.engine).name} said "dial tcp", "timeout" or "no such host"'
        return f'{what}; {unsure}: {wanted.registry} cannot be reached from this machine', WITHOUT_NETWORK
    if kind == 'network':
        return f'{what}: {wanted.registry} cannot be reached from this machine', WITHOUT_NETWORK
    low, prune = disk(facts, LOW_ON_DISK)
    if not kind and low:
        return f'{what}; {low}', prune
    if not kind and facts.registry_said == '':
        return f'{facts.image} is not here, but {wanted.registry} has it', pull
    why, advice = pulls.explained(kind, wanted, facts.registry_said or '')
    if why:
        return f'{what}: {why}', advice
    if wanted.registry == 'nvcr.io' and facts.is_logged_in is False:
        name = profiles.profile(facts.engine).name
        return f'{what}; if {name} said "unauthorized" or "denied": {_NO_LOGIN}', pulls.login(wanted)
    return what, pull


def _wanted(facts: FailureFacts) -> Wanted:
    return Wanted(
        facts.image, facts.engine, facts.environ, facts.registry_machines, facts.helper, facts.names_helper,
    )


def _always(facts: FailureFacts) -> tuple[str, str]:
    """The image is here, and its registry was asked for a newer one."""
    kind = _kind(facts)
    if not kind and facts.registry_said == '':
        return '', ''  # it has that one
    why, advice = pulls.explained(kind, _wanted(facts), facts.registry_said or '')
    what = f'{facts.image} is here, but --pull always asks its registry{f": {why}" if why else ""}'
    return what, f'leave --pull always out{f", or {advice}" if advice else ""}'


def disk(facts: FailureFacts, needed: int) -> tuple[str, str]:
    """Fewer than the needed bytes are free where the engine keeps images."""
    free = facts.disk_free
    if free is None or free >= needed:
        return '', ''
    where = f'{facts.disk}, where {profiles.profile(facts.engine).name} keeps images,'
    return f'{where} has only {free >> 20} MB free', f'{join(facts.engine)} image prune'


def _kind(facts: FailureFacts) -> str:
    """What kind of trouble the look at the registry had; with no login to be read that is the reason for a refusal.

    Newer clients end with 127 when a helper is not there, as for every program that is not.
    """
    said = facts.registry_said
    kind = pulls.trouble(said or '')
    if facts.helper and (facts.code == 127 or said is None or kind in ('login', 'helper')):
        return 'helper'
    asked = facts.platform or (f'linux/{facts.engine_machine}' if facts.engine_machine else '')
    has = facts.registry_machines
    return 'machine' if said == '' and has and asked and not any(one.startswith(asked) for one in has) else kind


def _platform(facts: FailureFacts) -> tuple[str, str]:
    undo = f'unset {facts.platform_from}' if facts.platform_from.isupper() else f'leave {facts.platform_from} out'
    return f'{facts.image} is for {facts.image_machine}, and {facts.platform_from} asks for {facts.platform}', undo


def _is_for(platform: str, facts: FailureFacts) -> bool:
    return platforms.architecture(platform) in ('', facts.image_machine)


def foreign(facts: FailureFacts) -> tuple[str, str]:
    """The image is for another kind of machine, and nothing here runs its programs."""
    has, needs = facts.image_machine, facts.engine_machine
    if not has or not needs or has == needs or facts.emulates:
        return '', ''
    what = f'{facts.image} is for {has}, and this machine is {needs}'
    if facts.platform_from:
        return f'{what}; {facts.platform_from} asks for {facts.platform}', _platform(facts)[1]
    return what, f'{join(facts.engine)} pull --platform linux/{needs} {quote(facts.image)}'
