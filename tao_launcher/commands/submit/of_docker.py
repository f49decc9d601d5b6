"""What a plan asks of docker alone, which no cluster's way to make a container can be told. Pure."""
from __future__ import annotations

from ...settings.docker_args import word_name
from ...settings.option import REFUSED
from ...settings.options import ROWS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from ...launch.plan import Plan
    from ...settings.option import Option

OF_DOCKER = 'an option of docker run'


def dockers_own(plan: Plan, handling: Callable[[Option], str]) -> list[str]:
    """Each word for docker and each setting whose `handling` is REFUSED, with its place."""
    sources = plan.settings.sources
    return [
        *(f'{sources[f"extra_args.{word}"]}: {word_name(word)}: {OF_DOCKER}' for word in plan.extra_args),
        *(f'{sources[row.key]}: {OF_DOCKER}' for row in ROWS if handling(row) == REFUSED and row.key in plan.passed),
    ]
