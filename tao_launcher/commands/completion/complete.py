"""tao completion --complete SHELL …: what the scripts of completion.scripts ask. Fast, and never in the way."""
from __future__ import annotations

from ...base import host, json_value, listing
from ...base.errors import Fatal
from ...base.record import Record
from ...base.text import plain
from ...settings.invocation import Invocation
from . import shellwords
from .offers import complete as complete_words
from .scripts import PROGRAMS
from .shellwords import Word
from .types import World

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import Any

    from ...base.output import Output
    from ...settings.option import Values
    from ...settings.values import Mount
    from ...tasks.catalogue import Catalogue
    from .types import Candidate, Completions

PATIENCE = 2.0  # seconds for the engine: someone waits with a finger on the Tab key
LAUNCHES, WIDTH = 50, 100  # of the history: how many, and the characters about each
ROW = '{{.ID}} {{.Names}} {{.Status}} '  # and the label tao.job


def complete(words: Sequence[str], environ: Mapping[str, str], output: Output) -> int:
    """Print what can be at the cursor, in the form that the shell's script reads. Returns 0, or 1 for trouble.

    Nothing else is ever said: a message would land in the line that someone is typing.
    """
    output.quiet = True
    try:
        output.result(_answer(words[0], words[1:], Invocation({}, environ, host.survey(environ), output)))
    except Exception:
        if environ.get('TAO_DEBUG'):
            raise
        return 1
    return 0


def _answer(shell: str, given: Sequence[str], invocation: Invocation) -> str:
    """For bash (LINE, the part that readline replaces), zsh (the word, those before it), fish (LINE)."""
    def split(line: str) -> list[Word]:
        return shellwords.split(line, shell, invocation.environ, invocation.here.home)

    if shell == 'zsh':
        word = split(given[0])[-1]
        before = [split(raw)[-1].value for raw in given[1:]]
    else:
        *others, word = split(given[0])
        before = [other.value for other in others]
    names = [i for i, value in enumerate(before) if value.rpartition('/')[2] in PROGRAMS]
    first = names[0] if names else 0
    program = before[first].rpartition('/')[2] if names else ''
    world = _World(invocation).asked()
    if word.is_target:
        before = [program, '--mounts_file']  # a path of the host too
        first = 0

    def find(value: str) -> Completions:
        found = complete_words(program, before[first + 1:], value, world)
        if ''.join([each.text for each in found.candidates]).isprintable():
            return found
        return found._replace(candidates=tuple(each for each in found.candidates if not _is_obeyed(each.text)))

    found = find(word.value)
    if shell != 'bash':
        return _with_help(shell, word, found)
    if word.quote:
        found = _further(word.value, found, find)
    return _for_bash(word, given[1], found)


def _is_obeyed(text: str) -> bool:
    """Whether a terminal would obey a part of it, or a line would end there."""
    return not text.isprintable() and any(c < ' ' or '\x7f' <= c <= '\x9f' for c in text)


def _further(value: str, found: Completions, find: Callable[[str], Completions]) -> Completions:
    """What a folder holds that is the only candidate: bash would close the quote after it."""
    fitting = [found.head + each.text for each in found.candidates if (found.head + each.text).startswith(value)]
    if len(fitting) != 1 or not fitting[0].endswith('/'):
        return found
    inside = find(fitting[0])
    return inside if inside.candidates else found


def _for_bash(word: Word, replaced: str, found: Completions) -> str:
    """The lines that replace the end of the word; bash leaves choosing and quoting to us."""
    raw, typed = word.raw, word.value
    start = word.quoted_from if word.quote else max(0, len(raw) - len(replaced))
    if not word.quote and raw[start:start + 1] in ('=', ':'):
        start += 1  # a sudo in front of it has its own idea of where a word begins
    words = [found.head + each.text for each in found.candidates]
    fitting = [whole for whole in words if whole.startswith(typed)]
    kinds = [
        *(['paths'] if found.are_paths else []),
        *(['open'] if len(fitting) == 1 and fitting[0][-1:] in ('/', '=', ':') else []),
    ]
    lines = shellwords.continued(word, start, [whole[len(typed):] for whole in fitting])
    return '\n'.join([f'tao:{",".join(kinds)}', *lines]) + '\n'


def _with_help(shell: str, word: Word, found: Completions) -> str:
    """A line for each candidate with its help: zsh and fish choose and quote themselves."""
    raw, literal = word.start(found.head)
    first, head = (f'tao:{len(raw)}', '') if shell == 'zsh' else ('tao:', literal)
    return '\n'.join([first, *(_line(head, each) for each in found.candidates)]) + '\n'


def _line(head: str, candidate: Candidate) -> str:
    return f'{head}{candidate.text}\t{plain(" ".join(candidate.help.split(" ")))}'.rstrip('\t ')


class _World(Record):
    """The world as it is now."""

    invocation: Invocation

    def asked(self) -> World:
        """How the pure part asks for it."""
        return World(
            self.invocation.environ, self.verbs, self.catalogue, self.mounts, self.jobs, self.contexts,
            listing.entries, host.is_folder, self.launches,
        )

    def verbs(self) -> Mapping[str, Any]:
        found: Mapping[str, Any] = json_value.value(host.package_data('verbs.json'))
        return found

    def catalogue(self) -> Catalogue:
        from ...tasks.load import builtin_catalogue, load_catalogue

        try:
            return load_catalogue(self.invocation.here, self.invocation.output)
        except Fatal:
            return builtin_catalogue()

    def mounts(self, options: Values) -> Sequence[Mount]:
        """The mounts of a launch, as far as they can be told: a line that is being typed has faults."""
        from ...settings.locate import mounts_path, read_mounts_file
        from ...settings.settings import merge
        from ...settings.values import MountsFile

        invocation = self.invocation._replace(options=options)
        here = invocation.here
        try:
            path = mounts_path(invocation)[0]
            is_pipe = host.exists(path) and not host.is_file(path)  # which would be waited for, and emptied
            file = MountsFile() if is_pipe else read_mounts_file(invocation)[0]
        except Fatal:
            file = MountsFile()
        try:
            kept: Values = {key: value for key, value in options.items() if key in ('volume', 'same_paths')}
            found = merge(kept, {}, file, {}, here.cwd, here.home)
        except Fatal:
            return file.mounts
        if not found.same_paths:
            return found.mounts
        from ...launch.same_paths import copies

        return [*found.mounts, *copies(found.mounts)]

    def jobs(self, options: Values, *, ended: bool, everybody: bool) -> Sequence[tuple[str, str]]:
        """The ids and names of jobs; none where the engine is away, busy, or would ask for a password."""
        from ...settings.chosen_engine import engine as find_engine
        from ..jobs.find import is_over, list_words, state_of

        try:
            engine = find_engine(self.invocation._replace(options=options))
        except Fatal:
            return ()
        if engine.daemon.is_sudo and '-n' not in engine.words:
            return ()
        engine = engine._replace(environ={**engine.environ, 'SSH_ASKPASS_REQUIRE': 'never'})
        form = ('--format', ROW + engine.daemon.profile.job_label)
        listed = list_words(engine, all_users=everybody, ended=ended, form=form)
        found = []
        for line in engine.ask(*listed, timeout=PATIENCE).out.splitlines():
            id, name, about = (*line.split(' ', 2), '', '')[:3]
            status, quote, label = about.partition('"')
            try:
                task, status = json_value.value(quote + label), status.rstrip()
            except ValueError:  # not a row of ours
                continue
            if not ended and is_over(state_of(status)):
                continue
            found += [(id[:12], f'{name}: {task}, {status}'), (name, f'{task}, {status}')]
        return [pair for pair in found if pair[0]]

    def launches(self) -> Sequence[tuple[str, str]]:
        """The ids of the caller's last launches."""
        from ..history.entries import launches
        from ..history.show import command

        try:
            found = launches(self.invocation, all_users=False)[:LAUNCHES]
        except Fatal:
            return ()
        return [(each.id, f'{each.job}: {command(each)}'[:WIDTH]) for each in found]

    def contexts(self) -> Sequence[str]:
        """The contexts of docker, from its files."""
        environ, home = self.invocation.environ, self.invocation.here.home
        folder = f'{environ.get("DOCKER_CONFIG") or f"{home}/.docker"}/contexts/meta'
        names = [name for name, is_folder in listing.entries(folder) if is_folder]
        found = [host.json_file(f'{folder}/{name}/meta.json') for name in names]
        return ['default', *(str(meta['Name']) for meta in found if isinstance(meta, dict) and meta.get('Name'))]
