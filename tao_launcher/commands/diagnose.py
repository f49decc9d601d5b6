"""After a failed launch, and only then: ask the engine why, and say it in a line or two."""
from __future__ import annotations

import json
import time

from .. import explain, host
from ..errors import Fatal
from ..explain import Facts
from ..login import is_logged_in

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from ..containers import Launch
    from ..output import Output
    from ..plan import Plan

PATIENCE = 5.0  # seconds for an answer: somebody waits at a terminal


def diagnose(code: int, seconds: float, since: float, plan: Plan, launch: Launch, output: Output) -> None:
    """Explain a job's exit code, if it can be explained.

    `seconds` is how long the job ran, `since` when it was started (seconds since 1970).
    """
    facts = Facts(
        code=code, engine=launch.engine, image=plan.image, command=plan.command[0], wants_gpu=bool(plan.gpus),
        has_shm_size=bool(plan.shm_size), name=plan.name, seconds=seconds,
    )
    if code == 125:
        facts = _why_refused(facts, launch)
    elif code == 137:
        facts = facts._replace(events=_events(since, launch))
    what, remedy = explain.failure(facts)
    if what:
        output.error(Fatal(what, advice=remedy))


def _why_refused(facts: Facts, launch: Launch) -> Facts:
    """The facts with what a reachable engine says of itself and of the image."""
    version = launch.ask('version', '--format', '{{.Server.Version}}', timeout=PATIENCE)
    address = launch.env.get('DOCKER_HOST', '') if 'docker' in launch.engine[-1] else ''
    facts = facts._replace(engine_code=version.code, engine_error=version.err, address=address)
    if version.code != 0:
        return facts
    image = launch.ask('image', 'inspect', '-f', '{{.Id}}', facts.image, timeout=PATIENCE)
    info = _info(launch)
    root = str(info.get('DockerRootDir') or '')
    return facts._replace(
        image_is_here=image.code == 0 if image.code is not None else None,
        is_logged_in=is_logged_in(facts.image.partition('/')[0], docker_configuration(launch.env)),
        name_is_taken=bool(facts.name) and bool(_named(facts.name, launch)),
        disk=root,
        disk_free=None if address.startswith(('tcp:', 'ssh:')) else host.free_bytes(root),
        has_nvidia=explain.has_nvidia(info) if info else None,
    )


def docker_configuration(environ: Mapping[str, str]) -> object:
    """The value of docker's config.json, or None."""
    folder = environ.get('DOCKER_CONFIG') or f'{environ.get("HOME", "")}/.docker'
    return host.json_file(f'{folder}/config.json')


def _info(launch: Launch) -> Mapping[str, Any]:
    answer = launch.ask('info', '--format', '{{json .}}', timeout=PATIENCE)
    try:
        info = json.loads(answer.out)
    except ValueError:
        return {}
    return info if isinstance(info, dict) else {}


def _named(name: str, launch: Launch) -> str:
    return launch.ask('ps', '-aq', '--filter', f'name=^/?{name}$', timeout=PATIENCE).out.strip()


def _events(since: float, launch: Launch) -> tuple[str, ...]:
    """What the engine saw happen to the container: it still knows after --rm."""
    answer = launch.ask(
        'events', '--since', f'{since:.0f}', '--until', f'{time.time() + 1:.0f}', '--format', '{{.Action}}',
        '--filter', 'type=container', '--filter', f'label=tao.plan={launch.plan}', timeout=PATIENCE,
    )
    return tuple(answer.out.split())
