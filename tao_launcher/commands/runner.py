"""tao_pt and its siblings: the developer container of a backend checkout."""
from __future__ import annotations

import shlex

from .. import host
from ..checkouts import runners, services
from ..errors import ConfigError, UsageError
from ..names import did_you_mean
from ..options import RUNNER_VERBS
from .find_checkout import export_line, find_root, manifest_image, profiles
from .launch import launch
from .prepare import prepare

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..cli import Values
    from ..doctor.findings import Finding
    from ..host import Host
    from ..output import Output
    from ..plan import Target
    from ..settings import Settings


def runner(
    program: str, options: Values, words: list[str], environ: Mapping[str, str], output: Output,
) -> int:
    """Run, print or explain a developer's command. Returns the exit code; raises Fatal."""
    if words and words[0] == 'help':
        options, words = {**options, 'help': True}, words[1:]
    if words and words[0] in RUNNER_VERBS:
        from .runner_verbs import runner_verb

        return runner_verb(program, words, options, environ, output)
    profile = profiles()[program]
    if options.get('help'):
        from .. import help as texts

        output.result(texts.runner(program, profile['root_variable'], words))
        return 0
    if words and words[0] != '--':
        raise UsageError(
            f'unexpected word "{words[0]}"', 'the command stands behind a "--"',
            *filter(None, [did_you_mean(words[0], RUNNER_VERBS)]),
            advice=f'{program} -- COMMAND [ARGS...], or {program} alone for a shell',
        )
    here = host.survey(environ)
    service, options = services.service(program, options, profile['defaults'], words[1:])

    def target(settings: Settings) -> Target:
        root = find_root(program, profile, environ, here)
        image = settings.image or manifest_image(root, profile, here, by_tag=bool(settings.tag))
        made = runners.target(program, profile, root, image, words[1:])
        made = made._replace(notices=_git_notices(root, profile['mounted_at'], settings))
        if service:
            default = int(profile['defaults']['--port_mapping'])
            made = services.as_target(service, made, program, profile['mounted_at'], settings, default)
        return made

    plan, dry_run = prepare(options, runners.defaults(profile), environ, here, output, target)
    if program == runners.BUILDS_ITS_BASE and not dry_run:
        from .base_image import ensure

        plan, code = ensure(program, plan, options, environ, output)
        if code:
            return code
    return launch(plan, dry_run, environ, here.arg_max, output)


def _git_notices(root: str, place: str, settings: Settings) -> tuple[str, ...]:
    """What to say of a worktree, whose git stands outside of what is mounted."""
    try:
        git = host.read(f'{root}/.git', 'git file', required=False) or b''
    except ConfigError:
        return ()  # a folder, as in most checkouts
    source, destination = runners.git_elsewhere(git, root, place)
    if not source or any(f'{destination}/'.startswith(f'{mount.destination}/') for mount in settings.mounts):
        return ()
    volume = shlex.quote(f'{source}:{destination}:ro')
    return (f'{root} is a git worktree: for git in the container add --volume {volume}',)


def findings(environ: Mapping[str, str], here: Host) -> list[Finding]:
    """What `tao doctor --dev` says of each runner: its checkout, its manifest and the image that it names."""
    from ..doctor.findings import Finding

    found = []
    for program, profile in profiles().items():
        variable = profile['root_variable']
        if not environ.get(variable):
            found.append(Finding(program, 'info', f'{variable} is not set', export_line(profile)))
            continue
        try:
            image = manifest_image(host.path_of(environ[variable]), profile, here, by_tag=False)
        except ConfigError as e:
            found.append(Finding(program, 'fail', '; '.join((e.what, *e.why)), f'correct {variable} or the file'))
        else:
            found.append(Finding(program, 'ok', f'{environ[variable]}, image {image}'))
    return found
