"""What a launch needs besides docker's daemon, and would say: the program, the settings, the image."""
from __future__ import annotations

from ...base import host
from ...base.errors import EngineError, Fatal
from ...base.shell import join, quote
from ...checkouts import developer, runners
from ...engine import profiles
from ...engine.profile import APPTAINER_KIND
from ...engine.references import REMEMBERED, is_local, remembered
from ..doctor import apptainer
from ..doctor.findings import Finding

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from ...base.output import Output
    from ...launch.plan import Target
    from ...settings.invocation import Invocation
    from ...settings.settings import Settings
    from ..doctor.facts import MachineFacts

PATIENCE = 20.0  # seconds for one question
KEPT = ('engine', 'context', 'registry', 'no_check')  # the options of a check that are a launch's as well


def print_questions(engine: Sequence[str], output: Output) -> None:
    """Print what an engine is asked whose jobs are processes of the launcher's own."""
    if profiles.profile(engine).kind != APPTAINER_KIND:
        return
    for words in apptainer.QUESTIONS:
        output.result(output.line((*engine, *words)))
    output.result('# then, without its setuid part, unless you are root:\n')
    output.result(output.line(apptainer.NAMESPACES))


def program(facts: MachineFacts, *, is_root: bool, files: bool) -> Finding | None:
    """Whether the program of an engine without a daemon is there, and starts; with `files` it is not asked."""
    if not apptainer.is_one(facts):
        return None
    return apptainer.program(facts, apptainer.runtime(facts, is_root=is_root, asks=not files))


def launch(name: str, profile: Mapping[str, Any], root: str, invocation: Invocation) -> Finding | None:
    """What stops a launch of a runner on a checkout before an engine is asked, if anything does."""
    from ...launch.prepare import prepare

    options = {key: value for key, value in invocation.options.items() if key in KEPT}
    # which GPUs are free is known at a launch alone
    invocation = invocation._replace(options={**options, 'dry_run': 'shell', 'gpus': 'none'})

    def target(settings: Settings) -> Target:
        return developer.target(name, developer.placed(profile, root, settings), root, (), settings, invocation)

    try:
        prepare(invocation, runners.defaults(profile), target)
    except Fatal as e:
        return Finding('launch', 'fail', e.on_one_line(), e.advice)
    return None


def pullable_words(engine: Sequence[str], image: str) -> tuple[str, ...]:
    return ('manifest', 'inspect', *(profiles.profile(engine).insecure if is_local(image) else ()), image)


def image(program: str, image: str, invocation: Invocation) -> Finding:
    """Whether the base image is here, or its registry would give it."""
    from ...settings import chosen_engine
    from ..images.store import Store

    found = chosen_engine.engine(invocation)
    ids = remembered(host.json_file(f'{invocation.here.home}/{REMEMBERED}'))
    store = Store(found, ids, dry_run=False, no_check=False, output=invocation.output)
    try:
        if store.present([image]):
            return Finding('image', 'ok', f'{image} is here')
    except EngineError as e:
        return Finding('image', 'fail', e.what, e.advice)
    answer = found.ask(*pullable_words(found.words, image), timeout=PATIENCE)
    # podman 4 fetches the manifest of a single OCI image, and then will not show what is no list
    if answer.code == 0 or 'parsing manifest blob' in answer.err:
        return Finding('image', 'ok', f'{image} is not here; its registry has it, and the first run pulls it')
    text = f'{image} is not here and cannot be pulled: {(answer.err.strip().splitlines() or ["no answer"])[-1][:200]}'
    return Finding('image', 'fail', text, f'{join(found.words)} login {quote(image.partition("/")[0])}, '
                   f'or {program} build')
