"""What is to be said of a registry that is named: that engines take it for none, or that it has no effect. Pure."""
from __future__ import annotations

from ..engine.profile import NO_ENGINE
from ..engine.references import registry_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..engine.profile import Profile
    from .settings import Settings
    from .values import Source


def notices(settings: Settings, profile: Profile) -> list[str]:
    """Notices about the registry of a launch, if one is named."""
    source = settings.sources['registry']
    if not settings.registry or profile.kind == NO_ENGINE:
        return []
    if settings.image:
        image = settings.sources['image']
        # a variable may be set for all launches
        return [f'{source} is ignored: {image} names the whole image'] if source.kind == 'option' else []
    return [] if settings.passed.get('pull') == 'never' else no_registry(settings.registry, source, profile)


def no_registry(registry: str, source: Source | str, profile: Profile) -> list[str]:
    """A notice about a name without a dot or a port, which only an image of that name on this machine would bear out.

    Whoever has that name on Docker Hub supplies the image.
    """
    if registry_of(f'{registry}/'):
        return []
    name, slash, prefix = registry.partition('/')
    return [
        f'{source}: {profile.name} does not take "{name}" for a registry, and looks for {name}/… '
        f'{profile.unqualified}; write {name}:443{slash}{prefix}, or a full name such as '
        f'{name}.example.com{slash}{prefix}'
    ]
