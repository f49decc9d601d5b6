"""What a new mounts file is to say: given by options, answered on the terminal, or the default."""
from __future__ import annotations

import json
from functools import partial

from ...base import host, machine
from ...base.errors import FileError, Unanswered, UsageError
from ...base.output import shown
from ...base.record import Record
from ...settings import container_values, mounts_file, parsers
from . import draft
from .draft import FOLDERS, INSIDE, OUTSIDE, Draft, Folder

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping
    from typing import TypeVar

    from ...base.host import Host
    from ...base.output import Output

    T = TypeVar('T')


class Answers(Record):
    """What options say; None where they say nothing."""

    data: str | None = None
    results: str | None = None
    specs: str | None = None
    volume: list[str] | None = None
    user: str | None = None
    shm_size: str | None = None
    ulimit: list[str] | None = None


class Questions:
    """Asks on the terminal what no option said; or takes the defaults."""

    def __init__(self, output: Output, *, asking: bool) -> None:
        self.asking = asking
        self.output = output
        self.problems: list[str] = []

    def value(self, option: str, given: str | None, default: str, parse: Callable[[str], T], question: str) -> T:
        """One value; what is wrong with an option goes to `problems`, a wrong answer is asked for again.

        Raises UsageError where the default is wrong as well.
        """
        if given is None and self.asking:
            return self._answered(f'{question} [{default}]: ', default, parse)
        try:
            return parse(default if given is None else given)
        except ValueError as e:
            self.problems.append(f'{option}: "{default if given is None else given}": {e}')
        try:
            return parse(default)
        except ValueError:  # then there is nothing to go on with
            raise UsageError(*self.problems) from None

    def line(self, question: str) -> str:
        """An answer. Raises Unanswered when the input ends."""
        found = machine.answer(f'{self.output.program}: {question}', self.output.ask)
        if found is None:
            self.output.ask('\n')
            raise Unanswered('the input ended: nothing was written')
        return found

    def agrees(self, question: str) -> bool:
        """Yes, which Enter means too, or no."""
        while True:
            word = self.line(f'{question} [Y/n]: ').lower()
            if word in ('', 'y', 'yes', 'n', 'no'):
                return word[:1] != 'n'
            self.output.say('expected y or n')

    def _answered(self, question: str, default: str, parse: Callable[[str], T]) -> T:
        while True:
            text = self.line(question)
            try:
                if not text.isprintable():
                    raise ValueError('the answer has a control character in it; type it again')  # an arrow, for example
                return parse(text or default)
            except ValueError as e:
                self.output.say(shown(f'"{text}": {e}'))


def drafted(
    answers: Answers, questions: Questions, here: Host, environ: Mapping[str, str], *, left_out: Collection[str],
) -> Draft:
    """What the file is to say, by itself without the limits that are `left_out`.

    Raises UsageError with all that is wrong with the options, or Unanswered.
    """
    folders = Folders(questions, here, environ)
    for name in FOLDERS:
        folders.ask(name, getattr(answers, name))
    folders.ask_more(answers.volume)
    user = questions.value(
        '--user', answers.user, draft.NONE if here.uid == 0 else 'host', draft.optional(parsers.user),
        'who jobs run as: host (whoever launches), UID:GID or none',
    )
    shm_size = questions.value(
        '--shm_size', answers.shm_size, draft.SHM_SIZE, draft.optional(container_values.size),
        'size of /dev/shm, or none',
    )
    limits = questions.value(
        '--ulimit', None if answers.ulimit is None else ' '.join(answers.ulimit),
        draft.ulimits(left_out), draft.limits, 'limits, or none',
    )
    if questions.problems:
        raise UsageError(*questions.problems)
    return Draft(tuple(folders.found), user, shm_size, limits)


class Folders:
    """The folders to mount, each at a place of its own in the container."""

    def __init__(self, questions: Questions, here: Host, environ: Mapping[str, str]) -> None:
        self.found: list[Folder] = []
        self._questions, self._here, self._environ = questions, here, environ

    def ask(self, name: str, given: str | None) -> None:
        """The folder for data, results or specs."""
        there = f'{INSIDE}/{name}'
        one = self._questions.value(
            f'--{name}', given, f'{OUTSIDE}/{name}', self._folder, f'{name} folder on this host, or none',
        )
        if one and not one.destination:
            one = self._questions.value(
                f'--{name}', there if given is not None else None, there, partial(self._at, one),
                f'{name} folder in the container',
            )
        self.found += [one] if one else []

    def ask_more(self, given: list[str] | None) -> None:
        """Further folders, until there are no more."""
        for text in given or ():
            one = self._questions.value('--volume', text, draft.NONE, self._with_destination, '')
            self.found += [one] if one else []
        while given is None and self._questions.asking:
            one = self._questions.value(
                '', None, draft.NONE, self._with_destination, 'another folder, DIR:DST[:MODE], or none',
            )
            if not one:
                return
            self.found.append(one)

    def _with_destination(self, text: str) -> Folder | None:
        one = self._folder(text)
        if one and not one.destination:
            raise ValueError('expected DIR:DST, with the path in the container')
        return one

    def _folder(self, text: str) -> Folder | None:
        one = draft.folder(text)
        if not one:
            return None
        one = one._replace(source=draft.source(one.source, host.path_of, self._here.home))
        probe = {'Mounts': [{'source': one.source, 'destination': '/probe'}]}
        try:
            data = json.dumps(probe, ensure_ascii=False).encode('utf-8', 'surrogateescape')
            mounts_file.parse(data, '/probe', self._environ, self._here.home)
        except FileError as e:
            raise ValueError(e.faults[0].message if e.faults else e.wrong) from None
        return self._at(one, one.destination) if one.destination else one

    def _at(self, one: Folder, destination: str) -> Folder:
        destination = parsers.destination(destination)
        for other in self.found:
            if other.destination == destination:
                raise ValueError(f'{other.source} is at {destination} already')
        return one._replace(destination=destination)
