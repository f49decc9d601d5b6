"""--verbose: what was read and decided on the way to a launch."""
from __future__ import annotations

from ..base.surroundings import release_here
from ..engine.profile import NO_ENGINE
from ..settings.in_effect import entries
from ..settings.values import DEFAULT
from . import here

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..base.host import Host
    from ..base.output import Output
    from ..engine.daemon import Daemon
    from ..settings.invocation import Invocation
    from ..settings.values import MountsFile
    from .plan import Plan


def say_settings(invocation: Invocation, file: MountsFile, engine: Daemon) -> None:
    """Every setting that is not a default, with its source; and which daemon the job goes to."""
    output = invocation.output
    for entry in entries(file, invocation):
        if entry.overridden and entry.name == 'catalogue':
            continue  # who reads it says so
        if entry.source != DEFAULT or entry.name in ('mounts_file', 'catalogue', 'engine'):
            value = {True: 'yes', False: 'no'}[entry.value] if isinstance(entry.value, bool) else entry.value
            overridden = ''.join(f', not {value} ({source})' for value, source in entry.overridden)
            output.verbose(f'{entry.name}: {value} ({entry.source}){overridden}')
    if engine.profile.kind == NO_ENGINE:
        release, product = release_here(invocation.environ)
        output.verbose(f'engine: {engine.profile.title}; TAO here: {product or release or "unknown"}')
        return
    if engine.profile.is_child:
        output.verbose(f'engine: {engine.profile.title}, without a daemon')
        return
    ways = [word for word, is_so in (
        (engine.profile.title, True), ('through sudo', engine.is_sudo), ('rootless', engine.is_rootless),
        ('on another machine', engine.is_remote),
    ) if is_so]
    output.verbose(f'daemon: {engine.address or "the local default"} ({", ".join(ways)})')


def say_plan(plan: Plan, caller: Host, output: Output) -> None:
    """What was decided from them."""
    asked = [word for word in ('detach', 'tty', 'no_tty', 'interactive') if word in plan.settings.flags]
    missing = [
        f'{name} is no terminal' for name, is_one in zip(('stdin', 'stdout', 'stderr'), caller.terminals) if not is_one
    ]
    if not missing and not caller.terminals.foreground:
        missing = ['the launcher is in the background']
    if not missing and not plan.settings.tty:
        missing = ['DockerOptions.tty is false']
    how = {(True, True): '-it', (False, True): '-i'}.get((plan.tty, plan.interactive), 'none')
    why = [f'--{word.replace("_", "-")}' for word in asked] or missing or ['stdin, stdout and stderr are terminals']
    output.verbose(f'terminal: {how} ({", ".join(why)})')
    by_name = f', by name: {", ".join(plan.by_name)}' if plan.by_name else ''
    output.verbose(f'{len(plan.mounts)} mounts, {len(plan.variables)} variables{by_name}')
    if plan.profile.kind == NO_ENGINE:
        output.verbose(f'command: {here.command(plan)[0]}, on this machine')
        return
    output.verbose(f'image: {plan.image} ({plan.target.image_from if not plan.settings.image else "named"})')
