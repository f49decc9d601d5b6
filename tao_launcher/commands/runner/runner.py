"""tao_pt and its siblings: the developer container of a backend checkout."""
from __future__ import annotations

from ...base.errors import EmptyWord, UsageError
from ...base.masking import masked_words
from ...base.shell import join
from ...base.suggest import did_you_mean, nearest
from ...checkouts import developer, runners, services
from ...checkouts.find import find_root, runner_profiles
from ...launch.launch import launch
from ...launch.prepare import prepare
from ...settings.programs import RUNNER_VERBS, VERB_GROUPS, VERBS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from ...launch.plan import Target
    from ...settings.invocation import Invocation
    from ...settings.settings import Settings


def runner(program: str, words: list[str], invocation: Invocation) -> int:
    """Run, print or explain a developer's command. Returns the exit code; raises Fatal."""
    if words and words[0] == 'help':
        invocation, words = invocation._replace(options={**invocation.options, 'help': True}), words[1:]
    if invocation.options.get('envsetup'):
        from .envsetup import envsetup

        invocation.output.result(f'{envsetup()}\n')
        return 0
    if words and words[0] in RUNNER_VERBS:
        from .verbs import runner_verb

        return runner_verb(program, words, invocation)
    profile = runner_profiles()[program]
    if invocation.options.get('help'):
        from ..help import guides
        from ..help import help as texts
        from ..help.topics import guide_named

        name = guide_named(words[0]) if words else ''
        if name:
            return guides.guide(name, invocation)
        invocation.output.result(texts.runner(program, profile['root_variable'], words))
        return 0
    if words and words[0] != '--':
        raise _unexpected(program, words)
    if words[1:2] == ['']:
        raise EmptyWord('the command', advice=f'{program} -- COMMAND [ARGS...]')
    return _launch(program, profile, words[1:], invocation)


def _unexpected(program: str, words: list[str]) -> UsageError:
    """That the command goes elsewhere; or that what is meant is a verb of tao, or a slip of one of the runner's."""
    verb = words[0]
    if verb in VERBS:
        theirs = ', which knows the containers of the runners too' if verb in VERB_GROUPS['your jobs'] else ''
        return UsageError(f'{verb} is a verb of tao{theirs}', advice=f'tao {join(masked_words(words))}')
    return UsageError(
        f'unexpected word "{verb}"', 'the command goes after a "--"',
        *filter(None, [did_you_mean(nearest(verb, RUNNER_VERBS))]),
        advice=f'{program} -- COMMAND [ARGS...], or {program} alone for a shell',
    )


def _launch(program: str, profile: Mapping[str, Any], command: list[str], invocation: Invocation) -> int:
    """Run, print or explain a command, a shell or the service. Returns the exit code; raises Fatal."""
    here = invocation.here
    service, options = services.service(program, invocation.options, profile['defaults'], command)
    invocation = invocation._replace(options=options)

    def target(settings: Settings) -> Target:
        root = find_root(program, profile, invocation.environ, here)
        own = developer.placed(profile, root, settings)
        made = developer.target(program, own, root, command, settings, invocation)
        if service:
            default = int(profile['defaults']['--port_mapping'])
            made = services.as_target(service, made, program, own['mounted_at'], settings, default)
        return made

    plan, dry_run = prepare(invocation, runners.defaults(profile), target)
    if program == runners.BUILDS_ITS_BASE and not plan.profile.is_child:
        from . import base_image

        plan, code = (base_image.shown(program, plan, invocation), 0) if dry_run else (
            base_image.ensure(program, plan, invocation))
        if code:
            return code
    return launch(plan, dry_run, invocation)
