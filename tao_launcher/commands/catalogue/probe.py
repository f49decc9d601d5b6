"""tao catalogue probe: ask an image for its tasks, and add it."""
from __future__ import annotations

import re

from ...base.errors import CheckFailed, EngineError, UsageError
from ...base.shell import join
from ...launch.argv import labelled
from ...launch.argv import words as words_of
from ...launch.variables import LAUNCH_ID
from ...settings.alone import alone
from ...settings.chosen_engine import engine as find_engine
from ...tasks import keep, release_file
from ...tasks.catalogue import GROUPS
from ...tasks.load import builtin_catalogue
from ...tasks.newer import version_of
from .add import check_room, checked_name
from .question import JOB, ask
from .say import say_kept

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ...engine.client import Engine
    from ...settings.invocation import Invocation

# Prints, for each script on PATH that imports one of TAO's packages, its name, a tab and the line that says so. Only
# what every shell has is used: an image need not have more.
SCRIPT = r'''
IFS=:
for folder in $PATH; do
    for file in "${folder:-.}"/*; do
        case ${file##*/} in *[!0-9A-Za-z._-]*) continue ;; esac
        if [ -f "$file" ] && [ -x "$file" ] && [ -r "$file" ]; then
            lines=0
            while [ "$lines" -lt 60 ] && IFS= read -r line; do
                case $lines$line in
                '0#!'*) ;;
                0*) break ;;
                *nvidia_tao_* | *nvidia-tao-* | *'from iva.'* | *'import iva.'*)
                    printf '%s\t%.300s\n' "${file##*/}" "$line"
                    break
                    ;;
                esac
                lines=$((lines + 1))
            done <"$file"
        fi
    done
done
echo "tao: end"
'''
PACKAGE = r'\b(?:nvidia[_-]tao[_-](\w+)|iva)\b'
# The packages of tasks by their group; those of the rest are models. `core` and `cli` have no tasks.
OF_GROUP = {'deploy': 'deploy', 'ds': 'dataset', 'data_services': 'dataset', 'core': '', 'cli': '', 'sdk': ''}
MOST = 1000  # tasks of an image


def probe(image: str, name: str, group: str, invocation: Invocation, *, dry_run: bool) -> int:
    """Ask an image for its tasks, and write them into the file of its release, whose path is printed.

    Returns 0; raises UsageError, ConfigError, EngineError when the image cannot be asked, and CheckFailed when it has
    no task.
    """
    _check(image, group)
    name = checked_name(name) if name else version_of(image)
    if not name:
        raise UsageError(f'{image}: its tag has no release version', advice='--name X.Y.Z')
    engine = find_engine(invocation, 'looks into images')
    words = _words(image, engine, invocation)
    if dry_run:
        invocation.output.result(invocation.output.line(words))
        return 0
    check_room([name], invocation)
    tasks = tasks_of(_asked(words, image, engine, invocation), group)
    if not tasks:
        raise CheckFailed(
            f'{image} has no task', 'no script on its PATH imports a package of TAO',
            advice=join(_shell(engine, image)),
        )
    groups = {of_group: {image: listed} for of_group, listed in tasks.items()}
    release = release_file.Release(groups)
    kept = keep.keep(name, keep.with_kept(name, release, invocation.here), invocation.here)
    for of_group, listed in tasks.items():
        invocation.output.notice(f'{of_group}: {", ".join(listed)}')
    say_kept(name, release, kept, builtin_catalogue(), invocation)
    return 0


def _check(image: str, group: str) -> None:
    from ...settings.parsers import image as parse_image

    for what, value, parse in (('', image, parse_image), ('--group: ', group or GROUPS[0], release_file.group)):
        try:
            parse(value)
        except ValueError as e:
            raise UsageError(f'{what}"{value}": {e}') from None


def _words(image: str, engine: Engine, invocation: Invocation) -> tuple[str, ...]:
    """The words of the one `docker run`: no network, no GPU, and no entry point of the image."""
    options, environ = invocation.options, invocation.environ
    pull, platform = (str(alone(key, options, environ)) for key in ('pull', 'platform'))
    own = (
        *engine.words, 'run', '--rm', '--network', 'none', *(('--pull', pull) if pull != 'missing' else ()),
        *(('--platform', platform) if platform else ()), '-e', 'NVIDIA_VISIBLE_DEVICES=void',
        *(() if engine.daemon.is_sudo else ('-e', LAUNCH_ID)), '--entrypoint', '/bin/sh',
    )
    return words_of(labelled([own], JOB, engine.owner, [(image, '-c', SCRIPT)]))


def _asked(words: tuple[str, ...], image: str, engine: Engine, invocation: Invocation) -> str:
    answer = ask(words, image, engine, invocation)
    if answer.code != 0 or not answer.out.endswith('tao: end\n'):
        said = (answer.err or answer.out).strip()[-300:].splitlines()
        raise EngineError(f'{image} could not be queried', *said, advice=join(_shell(engine, image)))
    return answer.out


def _shell(engine: Engine, image: str) -> tuple[str, ...]:
    return (*engine.words, 'run', '--rm', '-it', '--entrypoint', '/bin/sh', image)


def tasks_of(answer: str, group: str = '') -> dict[str, list[str]]:
    """Group → tasks of what the script printed; all of them in `group`, if there is one. Pure.

    The answer is of an image that may be anyone's: what is no name of a task is left out.
    """
    found: dict[str, str] = {}
    for line in answer.splitlines():
        name, tab, text = line.partition('\t')
        package = re.search(PACKAGE, text)
        try:
            release_file.task(name)
        except ValueError:
            continue
        if tab and package and len(found) < MOST:
            own = OF_GROUP.get(package.group(1) or '', GROUPS[0])
            found.setdefault(name, group or own)  # the first on PATH is the one that runs
    by_group = {
        each: sorted(name for name, own in found.items() if own == each) for each in dict.fromkeys(found.values())
    }
    order = {each: i for i, each in enumerate(GROUPS)}
    return {each: by_group[each] for each in sorted(by_group, key=lambda each: order.get(each, 9)) if each}
