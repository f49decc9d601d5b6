"""From a plan to a command of Apptainer or SingularityCE: `exec`, in an isolation like docker's. Pure."""
from __future__ import annotations

from ..engine.apptainer import prefixed
from ..settings.container_values import is_file
from . import explain, here
from .argv import bind_by_mount, refuse_mount

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import List, Tuple

    from ..engine.profile import Profile
    from ..settings.values import Mount
    from .argv import Lines
    from .explain import Explained
    from .plan import Plan

    Given = List[Tuple[str, str, int]]

# What makes a container of it: nothing of the caller's environment, home, /tmp, /dev and current folder, processes of
# its own, values of variables as they are, and an image that can be written to, for as long as the job runs.
ISOLATION = {
    '--cleanenv': 'always: no variable of yours but those that are asked for, as with docker',
    '--contain': 'always: a home, a /tmp and a /dev of its own, as with docker',
    '--pid': 'always: what the job leaves running ends with it, as with docker',
    '--ipc': 'always, except with --ipc host: shared memory segments of its own, as with docker',
    '--no-eval': 'always: no shell interprets the values of variables',
    '--writable-tmpfs': 'always: what the job writes beside its mounts goes with it, as with docker',
}
# Variables that the shell which sets them in the container keeps for itself, or gives another meaning.
UNCARRIED = ('HOME', 'UID', 'EUID', 'GID', 'PREPEND_PATH', 'APPEND_PATH', 'PROMPT_COMMAND')
# The options that docker calls the same.
SAME = ('hostname', 'memory', 'cpus')


def lines(plan: Plan) -> Lines:
    """The lines of a dry run; their words in a row are a command for a shell.

    Variables of the container are set before it, in the program's own environment, except for the few that its way
    cannot carry. Raises ConfigError for a path that cannot be mounted.
    """
    given = _given(plan)
    before: Lines = [
        (f'{prefixed(plan.profile, name)}={value}',) for name, value, _ in given if is_carried(name, value)
    ]
    options: Lines = [(word,) for word in isolation(plan)]
    options += [bind(mount) for mount in plan.mounts]
    options += [('--pwd', str(plan.passed['workdir']))] if 'workdir' in plan.passed else []
    options += [(f'--{key}', str(plan.passed[key])) for key in SAME if key in plan.passed]
    inside = _inside(plan)
    return [
        *([('env',), *before] if before else []), (*plan.engine, 'exec'), *plan.gpus, *options,
        (location(plan.image),), *([('env',), *inside] if inside else []), _command(plan, is_after_env=bool(inside)),
    ]


def _given(plan: Plan) -> Given:
    """(name, value, place among the plan's variables) of those whose value is in the command."""
    words = (word.partition('=') for word in plan.variables)
    return [(name, value, at) for at, (name, equals, value) in enumerate(words) if equals]


def _inside(plan: Plan) -> Lines:
    """The variables that are set in the container, by its own `env`."""
    return [(f'{name}={value}',) for name, value, _ in _given(plan) if not is_carried(name, value)]


def _command(plan: Plan, *, is_after_env: bool) -> tuple[str, ...]:
    words = here.command(plan)
    return (*here.SCRIPT, *words) if is_after_env and '=' in words[0] else words


def is_carried(name: str, value: str) -> bool:
    """Whether a variable of the container can be set by one of the program's own environment.

    A name that is none for a shell would cost the container every variable; line ends become those of Unix.
    """
    return name.isidentifier() and name.isascii() and name not in UNCARRIED and '\r' not in value


def isolation(plan: Plan) -> list[str]:
    """The options that make a container of it."""
    words = [word for word in ISOLATION if word != '--ipc' or plan.passed.get('ipc') != 'host']
    return [*words, *([] if plan.settings.init else ['--no-init'])]


def bind(mount: Mount) -> tuple[str, str]:
    """--bind, or --mount for a path that it cannot carry; relabelling (z) is docker's. Raises ConfigError."""
    modes = [word for word in mount.mode.split(',') if word == 'ro']
    mount = mount._replace(mode=''.join(modes[:1]))
    refuse_mount(mount)
    if any(sign in mount.source + mount.destination for sign in ':,\\"'):
        return '--mount', bind_by_mount(mount, 'ro')
    return '--bind', ':'.join(part for part in (mount.source, mount.destination, mount.mode) if part)


def location(image: str) -> str:
    """How the program is told an image: a path or a URI as it is, a reference of a registry as docker://.

    Of a tag and a digest it takes one, and the digest says more.
    """
    if is_file(image):
        return image
    name, at, digest = image.partition('@')
    if at:
        from ..engine.references import repository

        return f'docker://{repository(name)}@{digest}'
    return f'docker://{image}'


def environment(plan: Plan, environ: Mapping[str, str]) -> dict[str, str]:
    """The environment of the program: the caller's, with the container's variables under the names for them."""
    given = {prefixed(plan.profile, name): value for name, value, _ in _given(plan) if is_carried(name, value)}
    return {**environ, **given, **plan.export}


def words(plan: Plan, command: tuple[str, ...] = ()) -> tuple[str, ...]:
    """The program's own argv, without what sets its environment; with another command instead of the job's."""
    found = lines(plan)
    start = found.index((*plan.engine, 'exec'))
    found[-1] = command or found[-1]
    return tuple(word for line in found[start:] for word in line)


def explained(plan: Plan, lines: Lines) -> Explained:
    """(words, reason) for each of the lines."""
    start = lines.index((*plan.engine, 'exec'))
    given, image = _given(plan), lines.index((location(plan.image),), start)
    carried = [at for name, value, at in given if is_carried(name, value)]
    others = [at for name, value, at in given if not is_carried(name, value)]
    found: Explained = []
    if start:
        found.append((lines[0], 'variables of the container, in the environment that the program takes them from'))
        found += _variables(plan, lines[1:start], carried)
    found.append((lines[start][:-1], f'the engine: {explain.source_reason(plan, "engine")}'))
    found.append((lines[start][-1:], 'always: the command alone, without the entry point of the image'))
    mounts = iter(plan.mounts)
    for words in lines[start + 1:image]:
        if words in plan.gpus:
            reason = explain.gpus_reason(plan)
        elif words[0] in ('--bind', '--mount'):
            reason = explain.mount_reason(plan, next(mounts))
        elif words[0] == '--no-init':
            reason = explain.source_reason(plan, 'init')
        else:
            reason = ISOLATION.get(words[0]) or explain.option(plan, words[0].replace('--pwd', '--workdir'))
        found.append((words, reason))
    found.append((lines[image], explain.image_reason(plan)))
    if others:
        found.append((lines[image + 1], f'variables that {plan.profile.name} cannot set itself'))
        found += _variables(plan, lines[image + 2:-1], others)
    return [*found, (lines[-1], explain.command_reason(plan))]


def _variables(plan: Plan, lines: Lines, places: list[int]) -> Explained:
    return [
        (words, explain.variable(plan, plan.variables[at], plan.origins[at])) for words, at in zip(lines, places)
    ]


def exported(plan: Plan, profile: Profile, environ: Mapping[str, str]) -> dict[str, str]:
    """What goes by name, under the names that the program takes it from. Raises UsageError for what it cannot carry."""
    found = {name: plan.export.get(name, environ.get(name, '')) for name in plan.by_name}
    wrong = [name for name, value in found.items() if not is_carried(name, value)]
    if wrong:
        from ..base.errors import UsageError

        origins = dict(zip(plan.variables, plan.origins))
        raise UsageError(
            f'{", ".join(wrong)}: cannot be handed over without its value being seen in ps', *(
                f'{name} ({origins[name]}): {profile.name} cannot set it' for name in wrong
            ), advice='a file under a mount, or another name for it',
        )
    return {prefixed(profile, name): value for name, value in found.items()}
