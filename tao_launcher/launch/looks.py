"""What may have kept an engine from starting a container, each looked at by a question to the engine."""
from __future__ import annotations

import re

from ..base.record import Record
from ..base.text import cut
from ..engine import answers, process, pulls
from ..engine.references import is_local
from .facts import Holder, Taken, Unknown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ..engine.process import Answer
    from ..settings.values import Port
    from .containers import Launch
    from .plan import Plan

PATIENCE = 2.0  # seconds for all of them together: someone waits at a terminal
# The networks that every engine has or makes; what follows a colon is an option of theirs, or a container's name.
OWN_NETWORKS = ('', 'none', 'host', 'bridge', 'default', 'private', 'slirp4netns', 'pasta', 'ns')
LONGEST = 80  # characters of what someone has called a container or its job
# Options of `docker run` and `podman run` that their help does not show.
HIDDEN = {'--net', '--net-alias', '--dns-opt', '--kernel-memory', '--isolation', '--help'}
HELP = ('help', 'run')
INFO = ('info', '--format', '{{json .}}')
CONTAINER = '{{.Id}} {{.State.Status}} {{json .Name}} {{json .Config.Labels}} {{json .NetworkSettings.Ports}}'


class TimedEngine:
    """The launch's engine, asked until its time is up."""

    def __init__(self, launch: Launch, patience: float = PATIENCE) -> None:
        self._launch = launch
        self._until = process.clock() + patience
        self._known: dict[tuple[str, ...], Answer] = {}
        self.owner = launch.owner

    def ask(self, *words: str) -> Answer:
        """Ask; no answer counts as one without a code."""
        if words not in self._known:
            return self._launch.ask(*words, timeout=max(0.1, self._until - process.clock()))
        return self._known[words]

    def ask_ahead(self, questions: Sequence[tuple[str, ...]]) -> None:
        """Ask several questions at the same time; `ask` then has their answers."""
        from concurrent.futures import ThreadPoolExecutor  # slow to load, and only a refusal needs it

        with ThreadPoolExecutor(len(questions)) as pool:
            self._known.update(zip(questions, pool.map(lambda words: self.ask(*words), questions)))


class OtherContainer(Record):
    """A container of anyone's, and the ports of this machine that it has: (address, port, protocol)."""

    holder: Holder
    ports: tuple[tuple[str, str, str], ...] = ()


def containers(engine: TimedEngine, *words: str) -> list[OtherContainer]:
    """The containers that `ps` lists with these words."""
    ids = answers.ids(engine.ask('ps', '-q', '--no-trunc', *words).out)[:answers.BATCH]
    if not ids:
        return []
    lines = engine.ask('inspect', '-f', CONTAINER, *ids).out.splitlines()
    return [found for found in (_container(line, engine.owner) for line in lines) if found]


def _container(line: str, owner: str) -> OtherContainer | None:
    id, _, rest = line.partition(' ')
    state, _, rest = rest.partition(' ')
    values = answers.several(rest)
    if len(values) != 3 or not answers.is_id(id):
        return None
    name, labels, published = values
    bound = answers.fields(published)
    ports = [
        (answers.text(one, 'HostIp'), answers.text(one, 'HostPort'), port.partition('/')[2] or 'tcp')
        for port in bound for one in answers.entries(bound, port)
    ]
    job = cut(answers.text(labels, 'tao.job'), LONGEST)
    is_own = bool(job) and answers.text(labels, 'tao.user') == owner
    return OtherContainer(Holder(id, cut(str(name).lstrip('/'), LONGEST), state, job, is_own), tuple(ports))


def name(engine: TimedEngine, wanted: str) -> Holder | None:
    """The container that has a name; None for none."""
    found = containers(engine, '-a', '--filter', f'name=^/?{re.escape(wanted)}$') if wanted else []
    return found[0].holder if found else None


def network(engine: TimedEngine, wanted: str) -> bool | None:
    """Whether a network is there, or the container runs whose network is wanted; None where that is not known."""
    words = network_words(wanted)
    answer = engine.ask(*words) if words else None
    if not answer or _is_unknown(answer):
        return False if answer else None
    if words[0] == 'inspect':
        return {'true': True, 'false': False}.get(answer.out.strip())
    return True if answer.code == 0 else None


def network_words(wanted: str) -> tuple[str, ...]:
    """The question about a network; () for one that every engine has."""
    kind, colon, container = wanted.partition(':')
    if kind == 'container' and colon:
        return 'inspect', '-f', '{{.State.Running}}', container
    return () if kind in OWN_NETWORKS else ('network', 'inspect', '-f', '{{.Name}}', wanted)


def _is_unknown(answer: Answer) -> bool:
    said = answer.err.lower()
    return answer.code not in (0, None) and bool(re.search('no such|not found|unable to find', said))


def ports(
    engine: TimedEngine, wanted: Sequence[Port], origin: Callable[[Port], str], listens: Callable[[Port], bool],
) -> tuple[Taken, ...]:
    """Those of a launch's ports that another container publishes or a process of this machine has.

    `origin` is where a port was asked for, `listens` whether someone here has it.
    """
    fixed = [port for port in wanted if port.host.isdigit()]
    if not fixed:
        return ()
    there = containers(engine)
    taken = []
    for port in fixed:
        holders = [found.holder for found in there if any(_clashes(port, *bound) for bound in found.ports)]
        if holders or listens(port):
            container = f'{port.container}' if port.protocol == 'tcp' else f'{port.container}/{port.protocol}'
            taken.append(Taken(port.host, container, origin(port), holders[0] if holders else None, port.ip))
    return tuple(taken)


ANY = ('', '0.0.0.0', '::')


def _clashes(port: Port, address: str, number: str, protocol: str) -> bool:
    ip = port.ip.strip('[]')
    is_there = ip in ANY or address in ANY or ip == address
    return is_there and number == port.host and protocol == port.protocol


def unknown(engine: TimedEngine, options: Sequence[str], origin: Callable[[str], str]) -> tuple[Unknown, ...]:
    """The options that the client's help for `run` does not know; none where it does not answer as helps do."""
    answer = engine.ask(*HELP)
    known = set(re.findall(r'(?m)^ +(?:(-\w), )?(--[a-z][a-z0-9-]*)', answer.out))
    names = {name for pair in known for name in pair if name} | HIDDEN
    if answer.code != 0 or '--rm' not in names:
        return ()
    said = dict.fromkeys(word.partition('=')[0] for word in options)
    return tuple(Unknown(word, origin(word)) for word in said if word not in names)


def image_words(reference: str) -> tuple[str, ...]:
    """The question about an image."""
    return 'image', 'inspect', '-f', '{{.Architecture}}', reference


def path(engine: TimedEngine, reference: str) -> tuple[str, ...]:
    """The folders that an image has its programs in, as its own PATH says; () where it says nothing."""
    variables = answers.parsed(engine.ask('image', 'inspect', '-f', '{{json .Config.Env}}', reference).out)
    found = [one[len('PATH='):] for one in answers.texts({'': variables}, '') if one.startswith('PATH=')]
    return tuple(folder for folder in (found or [''])[-1].split(':') if folder.startswith('/'))


class ImageHere(Record):
    """Whether an image is here (None: not known), and the machine that it is for, as images name it."""

    is_here: bool | None = None
    machine: str = ''


def image(engine: TimedEngine, reference: str) -> ImageHere:
    """The engine's own copy of an image."""
    answer = engine.ask(*image_words(reference))
    if answer.code is None:
        return ImageHere()
    return ImageHere(answer.code == 0, answer.out.strip() if answer.code == 0 else '')


class RegistryLook(Record):
    """What a client said that looked for an image in its registry ('': it is there), and the machines it is for."""

    said: str | None = None
    machines: tuple[str, ...] = ()


def registry(engine: TimedEngine, plan: Plan) -> RegistryLook:
    """The image in its registry, as the engine's client sees it; nothing where it does not answer in time."""
    insecure = plan.profile.insecure if is_local(plan.image) else ()
    answer = engine.ask('manifest', 'inspect', *insecure, plan.image)
    if answer.code is None:
        return RegistryLook()
    if answer.code != 0:
        return RegistryLook(answer.err.strip() or answer.out.strip())
    return RegistryLook('', pulls.machines(answer.json()))
