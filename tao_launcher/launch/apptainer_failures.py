"""After a launch with Apptainer that failed: whether the job ran at all, or why not, by a look at the thing itself."""
from __future__ import annotations

from ..base.errors import CannotExecute, CommandMissing, EngineError
from ..base.late import re
from ..base.text import plain
from ..engine.ask import ask
from . import apptainer, here

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..base.errors import Fatal
    from .plan import Plan

OWN = 255  # the program's code for what it cannot do, which a job's own may be too
QUICK = 2.0  # seconds within which it has refused what it takes for a slip, or could make no namespace: code 1
PATIENCE = 20.0  # seconds for the look
LONGEST = 300  # characters of what it says
# Finds the command as the container does.
LOOK = 'p=$(command -v "$0") || exit 127; case $p in /*) [ -d "$p" ] || [ ! -x "$p" ] && exit 126;; esac; exit 0'
WORDS = '(?:FATAL|ERROR|Error)\\b *:? *(.*)'  # how it begins the lines of its errors
COLOR = '\x1b\\[[0-9;]*m'  # which it gives them, on no terminal too
# What the program says → what to do, which is sent to nobody; {name} is the program, {image} the image.
REMEDIES = (
    ('user namespace|must be owned by root|setuid|nosuid',
     'ask the administrator for user namespaces (sysctl user.max_user_namespaces, kernel.unprivileged_userns_clone, '
     'kernel.apparmor_restrict_unprivileged_userns), or for {name} with its setuid part ({name}-suid)'),
    ('unauthorized|authentication required|denied.*(pull|access)|invalid.*credentials|401|403',
     "{name} registry login -u '$oauthtoken' docker://{registry}"),
    ('no space left|disk quota', 'set {NAME}_TMPDIR and {NAME}_CACHEDIR to folders with more room'),
    ('no such host|dial tcp|i/o timeout|connection refused|network is unreachable',
     'on a machine with a network: {name} pull tao.sif {image}; then here --image ./tao.sif'),
    ('set working directory', '--workdir takes a folder of the image, or one under a mount'),
    ('cgroup', 'leave --memory and --cpus out'),
    ('unknown flag', 'install Apptainer 1.1 or SingularityCE 3.10, or newer'),
    ('loop device|squashfuse|squashfs', 'install squashfuse, or name a folder: {name} build --sandbox tao/ {image}'),
)


def looked_at(code: int, seconds: float, plan: Plan, environ: Mapping[str, str]) -> Fatal | None:
    """The error of a launch that ended with a code after some seconds; None where the code may be the job's own.

    The container is started once more, with a command that only looks for the job's.
    """
    if code != OWN and not (code == 1 and seconds < QUICK):
        return None
    command = here.command(plan)[0]
    words = apptainer.words(plan, ('sh', '-c', LOOK, command))
    answer = ask(words, environ, timeout=PATIENCE)
    if code == OWN and answer.code == CommandMissing.code:
        return CommandMissing(f'{plain(command)}: no such program in {plain(plan.image)}')
    if code == OWN and answer.code == CannotExecute.code:
        return CannotExecute(f'{plain(command)} is not executable in {plain(plan.image)}')
    said = says(answer.err)
    if answer.code != code or not said or '"sh"' in said[-1]:
        return None
    return EngineError(
        f'{plan.profile.name} did not start the job', *said[-2:], advice=remedy(plan, ' '.join(said)),
    )


def says(text: str) -> list[str]:
    """What the program says of its failure: the lines of its errors."""
    found = (re.match(WORDS, re.sub(COLOR, '', line)) for line in text.splitlines())
    return [plain(each.group(1).strip())[:LONGEST] for each in found if each and each.group(1).strip()]


def remedy(plan: Plan, said: str) -> str:
    """What to do about words of the program's, '' where nothing is known."""
    from ..engine.references import registry_of

    name = plan.profile.name
    for sign, what in REMEDIES:
        if re.search(sign, said, re.IGNORECASE):
            return what.format(
                name=name, NAME=name.upper(), image=apptainer.location(plan.image),
                registry=registry_of(plan.image.rpartition('://')[2]) or 'docker.io',
            )
    return ''
