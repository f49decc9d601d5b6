"""Where in its container a job writes its results, as far as its own words and its spec file tell. Pure.

A task writes status.json into SUBTASK.results_dir, where that is set, and otherwise into the subtask's folder below
results_dir. Tasks of older releases write into their -r folder itself.
"""
from __future__ import annotations

import re

from ..base.record import Record
from ..settings.values import clean_path
from .arguments import Argument, arguments

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from ..settings.values import Mount

STATUS = 'status.json'
NOWHERE = '\0'  # the source of a mount that this machine has at no path: no file has that name
DEFAULT = '/results'  # of the tasks' own configuration
OPTIONS = ('-r', '--results_dir', '--results-dir')
KEY = 'results_dir'
OWN = f'${{{KEY}}}'  # how one value in a spec file refers to that of the key
# Deploy tasks call the folders of these two otherwise.
DEPLOYED = {'evaluate': 'trt_evaluate', 'inference': 'trt_inference'}
SHELLS = ('sh', 'bash', 'dash')
NAME = '[A-Za-z][A-Za-z0-9_]*'  # of a subtask
LARGEST_SCRIPT = 1 << 16  # characters of a command line within one word


class Ran(Record):
    """What a job was told: its label (GROUP/TASK/SUBTASK), its command, and what is mounted in its container.

    workdir is '' where it is not known. The source of a mount is the path by which we find it, or NOWHERE.
    """

    job: str
    words: tuple[str, ...]
    mounts: tuple[Mount, ...] = ()
    workdir: str = ''


class Dirs(Record):
    """What was said of a job's results: `own` of the subtask's folder, `common` of the one for all subtasks.

    Both are as they were written, '' for nothing.
    """

    own: str = ''
    common: str = ''


class Said(Record):
    """What a job's words say: its subtask ('' where they do not tell), its folders, its spec file ('' for none)."""

    subtask: str
    dirs: Dirs
    spec: str
    ran: Ran


def said(ran: Ran) -> Said:
    """What a job's own words say of its results."""
    words = _words(ran)
    found = _arguments(words)
    name, task = _subtask(ran.job, words), (*ran.job.split('/'), '', '')[1]
    keys = {argument.key: argument.path for argument in found}
    common = [keys[key] for key in (KEY, *OPTIONS) if key in keys]
    spec = [argument.path for argument in found if argument.is_spec(task)]
    dirs = Dirs(keys.get(f'{name}.{KEY}', ''), (common or [''])[0])
    return Said(name, dirs, _absolute(spec[-1], ran.workdir) if spec else '', ran)


def files(said: Said, spec: str = '') -> list[str]:
    """The container paths that a job's status file may have, the likeliest first; `spec` is its spec file's text.

    Words go before the file, as for the task.
    """
    file = in_spec(spec, said.subtask) if KEY in spec else Dirs()
    common = said.dirs.common or file.common
    own = said.dirs.own or file.own
    if not own and not common and said.subtask:
        common = DEFAULT
    folders = [own.replace(OWN, common) if common else own] if own else []
    if common and not own:
        folders = [*(f'{common}/{folder}' for folder in _below(said)), common]
    paths = (_absolute(f'{folder}/{STATUS}', said.ran.workdir) for folder in folders)
    return list(dict.fromkeys(path for path in paths if path))


def folder(said: Said, spec: str = '') -> str:
    """The container folder for all subtasks, '' for none, of a job whose words do not tell its subtask.

    The file is then in it or in one of its folders.
    """
    common = said.dirs.common or (in_spec(spec, '').common if KEY in spec else '')
    return _absolute(common, said.ran.workdir) if common and not said.subtask else ''


def _below(said: Said) -> list[str]:
    """The folders that a subtask may have below the common one."""
    is_other = said.ran.job.startswith('deploy/') and said.subtask in DEPLOYED
    return [*([DEPLOYED[said.subtask]] if is_other else []), *([said.subtask] if said.subtask else [])]


def _subtask(job: str, words: Sequence[str]) -> str:
    """The subtask that a job runs (train, evaluate, …), by its label or its words; '' where neither tells."""
    label = (*job.split('/', 2), '', '')[2]
    if label not in ('', 'run', 'shell'):
        return label if re.fullmatch(NAME, label) else ''
    scripts = [word.rpartition('/')[2][:-len('.py')] for word in words if word.endswith('.py')]
    is_tasks = label != 'run' or words[:1] and words[0].rpartition('/')[2] == job.split('/')[1]
    named = [*scripts, *(words[1:2] if is_tasks else [])][:1]
    return named[0] if named and re.fullmatch(NAME, named[0]) else ''


def in_spec(spec: str, name: str) -> Dirs:
    """What the text of a spec file, in YAML, says of the results of the subtask `name`.

    Only keys on lines of their own are read, at the top and in the subtask's own block.
    """
    section, depth = '', 0
    common = own = ''
    for line in spec.splitlines():
        found = re.match(r'''( *)(["']?)([\w.-]+)\2[ \t]*:(?:[ \t]+(.*))?$''', line)
        if not found:
            continue
        indent, key, value = len(found.group(1)), found.group(3), _value(found.group(4) or '')
        if not indent:
            section, depth = key, 0
            common = value if key == KEY else common
            continue
        depth = depth or indent
        if section == name and key == KEY and indent == depth:
            own = value
    return Dirs(own, common)


def _value(text: str) -> str:
    """The string that a YAML value is; '' for none, and for what only the task can work out."""
    text = text.strip()
    if text[:1] in ('"', "'"):
        text = text[1:].partition(text[0])[0]
    else:
        text = re.split(r'(?:^|\s)#', text, maxsplit=1)[0].strip()
        if text[:1] in ('&', '*', '!', '|', '>', '{', '[', '?') or text in ('~', 'null', 'Null', 'NULL'):
            return ''
    return '' if text == '???' else text


def _absolute(path: str, workdir: str) -> str:
    """A container path, normalised; '' where it is not known: relative to an unknown folder, a variable, links."""
    if '$' in path or '\0' in path or '..' in path.split('/') or not path.startswith('/') and not workdir:
        return ''
    return clean_path(path if path.startswith('/') else f'{workdir}/{path}')


def _arguments(words: Iterable[str]) -> list[Argument]:
    """The paths among a task's words; a key's + (or ++) only says that it may be new."""
    return arguments([word.lstrip('+') for word in words])


def _words(ran: Ran) -> Sequence[str]:
    """The words of the task's own command, which may be within a shell's."""
    shell, rest = ran.words[:1], ran.words[1:]
    if ran.words[:1] and re.fullmatch('-[a-z]*c', ran.words[0]):  # of an entry point of the caller's
        shell, rest = SHELLS[:1], ran.words
    is_script = len(rest) > 1 and shell[0].rpartition('/')[2] in SHELLS and re.fullmatch('-[a-z]*c', rest[0])
    return _within(rest[1]) if is_script else ran.words


def _within(script: str) -> Sequence[str]:
    """The words of the simple command in a shell's that says most of its results; none for what is no such line."""
    commands = list(_commands(script))
    telling = [words for words in commands if any(KEY in word or word in OPTIONS for word in words)]
    if not telling:
        telling = [words for words in commands if any(argument.is_spec('') for argument in _arguments(words))]
    return (telling or commands or [[]])[0]


def _commands(script: str) -> Iterator[list[str]]:
    import shlex

    if len(script) > LARGEST_SCRIPT:
        return
    lexer = shlex.shlex(script, posix=True, punctuation_chars=True)
    lexer.whitespace_split = True
    lexer.commenters = ''
    words: list[str] = []
    try:
        for word in lexer:
            if word.strip(';&|()<>'):
                words.append(word)
                continue
            if words:
                yield words
            words = []
    except ValueError:  # a quote that is not closed
        return
    if words:
        yield words
