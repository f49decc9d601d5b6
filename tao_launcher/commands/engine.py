"""The engine for commands that look at jobs: its words, its environment, and whose jobs are the caller's."""
from __future__ import annotations

import re

from .. import daemon, host, jobs, process
from ..errors import EngineError, EngineMissing, UsageError
from ..jobs import Job, OtherUsers
from ..record import Record
from ..settings import engine_words

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ..cli import Values
    from ..daemon import Daemon
    from ..process import Answer

PATIENCE = 60.0  # seconds; a loaded engine with many containers takes its time


class Engine(Record):
    """An engine to be asked, and the caller as its labels name the caller."""

    words: tuple[str, ...]
    environ: Mapping[str, str]
    daemon: Daemon
    owner: str

    def ask(self, *words: str, timeout: float = PATIENCE) -> Answer:
        """Ask the engine."""
        return process.ask((*self.words, *words), self.environ, timeout)

    def jobs(self, all_users: bool, ended: bool) -> list[Job]:
        """The caller's jobs, or everybody's, in two questions. Raises EngineError when there is no answer."""
        ids = self.ids(all_users, ended)
        if not ids:
            return []
        inspected = self.ask('inspect', '--type', 'container', *ids)
        try:
            found = jobs.parse(inspected.out)
        except ValueError:
            raise self.failure(inspected) from None
        # those that vanished meanwhile are told so one by one; else the engine is gone
        vanished = len(re.findall('no such container', inspected.err, re.IGNORECASE))
        if len(found) + vanished < len(ids):
            raise self.failure(inspected)
        return found

    def ids(self, all_users: bool, ended: bool) -> list[str]:
        """The ids alone, in one question. Raises EngineError."""
        listed = self.ask(*self.list_words(all_users, ended))
        if listed.code != 0:
            raise self.failure(listed)
        return listed.out.split()

    def list_words(self, all_users: bool, ended: bool) -> tuple[str, ...]:
        """The words that list the ids of jobs."""
        label = 'label=tao.job' if all_users else f'label=tao.user={self.owner}'
        return ('ps', '-q', '--no-trunc', *(['-a'] if ended else []), '--filter', 'label=tao.plan', '--filter', label)

    def failure(self, answer: Answer) -> EngineError:
        """The error for an engine that did not answer as it should."""
        from .. import explain_engine, machine

        if answer.code is None and not machine.which(self.words[0], self.environ):
            return EngineMissing(self.words[0], 'no such program')
        here = machine.for_remedies(host.survey(self.environ), self.environ)
        found = explain_engine.engine_failure(
            self.words, answer.code, answer.err, self.daemon.address, here, self.environ,
        )
        what, remedy = found or (f'{" ".join(self.words)} did not answer as expected', '')
        return EngineError(what, advice=remedy)


def engine(options: Values, environ: Mapping[str, str]) -> Engine:
    """The engine that --engine, TAO_ENGINE and docker's own settings name. Raises UsageError."""
    here = host.survey(environ)
    words = engine_words(options, environ)
    found = daemon.find(words, environ, here.home, host.json_file)
    owner = host.name_at_host(here) if found.is_remote else str(here.uid)
    return Engine(words, environ, found, owner)


def owner_name(owner: str) -> str:
    """The name behind an owner label, where the host knows it. The label may be anything."""
    is_uid = owner.isascii() and owner.isdigit() and len(owner) <= 10
    return (host.user_name(int(owner)) if is_uid else '') or owner[:60]


def chosen(found: Sequence[Job], wanted: Sequence[str], owner: str | None, running: bool) -> list[Job]:
    """The jobs that several JOB words name, each once. Raises as jobs.choose does."""
    try:
        return list(dict.fromkeys(jobs.choose(found, word, owner, running) for word in wanted))
    except OtherUsers as e:
        owners = [f'{jobs.line(job)}, of {owner_name(job.owner)}' for job in e.found[:jobs.FEW]]
        raise UsageError(e.what, *owners) from None
