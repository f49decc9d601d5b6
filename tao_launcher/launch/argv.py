"""From a plan to docker's words, in one fixed order; every option a line, the lines together the argv."""
from __future__ import annotations

from ..base.errors import ConfigError, UsageError, together
from ..base.late import re
from ..base.shell import exact_line
from ..base.text import in_quotes, is_utf8
from ..settings.options import ROWS
from ..settings.values import Mount

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import List, Tuple

    from ..base.errors import Fatal
    from .plan import Plan

    Lines = List[Tuple[str, ...]]

# The kernel takes no single argument above this (MAX_ARG_STRLEN), whatever the total.
MAX_WORD = 131071
ENDS = 'only with --detach; any other job is removed when it ends'


def lines(plan: Plan) -> Lines:
    """The lines of `docker run` for a plan; their words in a row are the argv.

    Raises ConfigError or UsageError with everything that docker's command line cannot say.
    """
    wrong = faults(plan)
    if wrong:
        raise together(wrong)
    options = _options(plan)
    command = (*engine(plan), 'run', *(() if plan.detach else ('--rm',)), *_streams(plan))
    rest: Lines = [*((word,) for word in plan.extra_args), (plan.image,), *([plan.command] if plan.command else [])]
    return labelled([command, *options], plan.job, plan.owner, rest)


def labelled(options: Lines, job: str, owner: str, rest: Lines) -> Lines:
    """The lines of a container of ours: `options`, the labels that it is found by, and `rest`."""
    labels: Lines = [('--label', f'tao.job={job}'), ('--label', f'tao.user={owner}')]
    digest = _digest([*options, *labels, *rest])
    return [*options, *labels, ('--label', f'tao.plan={digest}'), *rest]


def faults(plan: Plan) -> list[Fatal]:
    """The plan's own faults, and all that docker's command line cannot say of it."""
    found = [*plan.faults]
    for mount in plan.mounts:
        refused = refused_mount(mount)
        found += [_refusal(mount, *refused)] if refused else []
    workdir = str(plan.passed.get('workdir', ''))
    if not is_utf8(workdir):
        found.append(ConfigError(f'{plan.settings.sources["workdir"]}: a path that is not UTF-8', in_quotes(workdir)))
    return [*found, *(_wrong_words(plan) if plan.extra_args else [])]


def _wrong_words(plan: Plan) -> list[UsageError]:
    """What is wrong with the plan's words for docker beside the options that it sets itself, and without --detach."""
    from ..settings.docker_args import clashes

    found = clashes(plan.extra_args, words(_options(plan)))
    found += [(word, f'--restart: {ENDS}') for word in restarts(plan) if not plan.detach]
    return [UsageError(f'{plan.settings.sources[f"extra_args.{word}"]}: {what}') for word, what in found]


def restarts(plan: Plan) -> list[str]:
    """The words for docker by which a job that is removed when it ends would be started again."""
    return [word for word in plan.extra_args if word.startswith('--restart=') and word != '--restart=no']


def words(lines: Lines) -> tuple[str, ...]:
    """The words of all lines."""
    return tuple(word for line in lines for word in line)


def engine(plan: Plan) -> tuple[str, ...]:
    """The engine's command; sudo keeps the variables that are passed by name."""
    if plan.is_sudo and plan.by_name:
        return (plan.engine[0], f'--preserve-env={",".join(plan.by_name)}', *plan.engine[1:])
    return plan.engine


def _streams(plan: Plan) -> tuple[str, ...]:
    return ('-it',) if plan.tty else ('-i',) if plan.interactive else ()


def _options(plan: Plan) -> Lines:
    waiting = {row.key: row.docker for row in ROWS if row.docker.startswith('-') and row.key in plan.passed}

    def said(*keys: str) -> Lines:
        """What is passed under these keys, in that order."""
        found = [(waiting.pop(key), plan.passed[key]) for key in keys if key in waiting]
        return [(name,) if value is True else (name, str(value)) for name, value in found]

    lines: Lines = []
    lines += [plan.init] if plan.init else []
    lines += [('--detach',)] if plan.detach else []
    lines += said('name')
    lines += plan.gpus
    lines += [mount_words(mount) for mount in plan.mounts]
    lines += [('-e', word) for word in plan.variables]
    lines += said('shm_size')
    lines += [('--ulimit', str(limit)) for limit in plan.ulimits]
    lines += [('-p', str(port)) for port in plan.ports]
    lines += [plan.user] if plan.user else []
    lines += [('--group-add', group) for group in plan.groups]
    return [*lines, *said(*(key for key in waiting if key != 'pull')), *said('pull')]


def mount_words(mount: Mount) -> tuple[str, str]:
    """-v, or --mount for a path with a colon, which -v cannot carry; what `refused_mount` tells of neither can."""
    if ':' not in mount.source + mount.destination:
        return '-v', ':'.join(part for part in (mount.source, mount.destination, mount.mode) if part)
    return '--mount', bind_by_mount(mount, 'readonly')


def bind_by_mount(mount: Mount, read_only: str) -> str:
    """The value of --mount for a mount, with the engine's word for one that is only read."""
    fields = ['type=bind', f'source={mount.source}', f'destination={mount.destination}']
    return ','.join(map(_csv, fields + [read_only] * ('ro' in mount.mode.split(','))))


def refuse_mount(mount: Mount) -> None:
    """Raise ConfigError for what `refused_mount` tells."""
    refused = refused_mount(mount)
    if refused:
        raise _refusal(mount, *refused)


def _refusal(mount: Mount, what: str, why: str, advice: str) -> ConfigError:
    return ConfigError(f'{mount.origin}: {what}', why, advice=advice)


def refused_mount(mount: Mount) -> tuple[str, str, str] | None:
    """(what is wrong, why, what to do) of a mount that docker cannot be told: --mount has no relabelling."""
    paths = mount.source + mount.destination
    odd = None if paths.isprintable() else re.search('[\0\n\r\udc80-\udcff]', paths)
    if odd and odd[0] in '\0\n\r':
        return 'a path with a line break cannot be mounted', in_quotes(mount.source), ''
    if odd:
        return (
            'a path that is not UTF-8 cannot be mounted: the engine would create a different folder',
            in_quotes(mount.destination if is_utf8(mount.source) else mount.source),
            'rename the folder, or mount its parent',
        )
    if ':' in paths and {'z', 'Z'} & set(mount.mode.split(',')):
        return (
            f'mode {mount.mode} cannot be combined with ":" in a path', f'{mount.source} → {mount.destination}',
            'rename the folder, or mount its parent',
        )
    return None


def _csv(field: str) -> str:
    """A field as docker's CSV reader takes it."""
    return '"' + field.replace('"', '""') + '"' if ',' in field or '"' in field else field


def _digest(lines: Lines) -> str:
    """12 hex digits of sha256 over the NUL-joined words: deterministic, to find the container again."""
    try:
        from _sha256 import sha256  # type: ignore[import-not-found]  # hashlib loads OpenSSL: half the start-up time
    except ImportError:
        try:
            from _sha2 import sha256  # type: ignore[import-not-found]  # its name since Python 3.12
        except ImportError:
            from hashlib import sha256
    digest: str = sha256('\0'.join(words(lines)).encode('utf-8', 'surrogateescape')).hexdigest()
    return digest[:12]


def check_size(plan: Plan, words: tuple[str, ...], environ_bytes: int, arg_max: int) -> None:
    """Raise UsageError for an argv that the kernel would refuse, with the part that is large.

    environ_bytes is the size of the environment, arg_max the kernel's limit for both, in bytes.
    """
    total = _bytes(words) + environ_bytes
    strings = (*words, *(f'{name}={value}' for name, value in plan.export.items()))
    longest = max(len(string.encode('utf-8', 'surrogateescape')) for string in strings)
    if total <= arg_max - 4096 and longest <= MAX_WORD:
        return
    parts = {
        "the task's arguments": _bytes(plan.command),
        f'the mounts ({len(plan.mounts)})': _bytes([word for mount in plan.mounts for word in mount_words(mount)]),
        f'the variables ({len(plan.variables)})': _bytes((*plan.variables, *plan.export.values())),
        'the docker arguments': _bytes(plan.extra_args),
        'the environment': environ_bytes,
    }
    name = max(parts, key=lambda part: parts[part])
    raise UsageError(
        'the command is longer than the kernel allows',
        f'{total} bytes of at most {arg_max}, the longest word {longest} bytes of at most {MAX_WORD}',
        f'the largest part: {name}, {parts[name]} bytes',
        advice='put long values into a file under a mount',
    )


def _bytes(strings: Iterable[str]) -> int:
    """The room that strings take in a process: their bytes, a NUL and a pointer each."""
    return sum(len(string.encode('utf-8', 'surrogateescape')) + 9 for string in strings)


def quoted(lines: Lines, *, pretty: bool) -> str:
    """The command for a shell: on one line, or one option per line with backslashes."""
    if not pretty:
        return exact_line(words(lines))
    return ' \\\n  '.join(exact_line(line) for line in lines)
