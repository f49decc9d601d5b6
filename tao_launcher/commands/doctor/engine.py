"""Checks of the engine: its program, its daemon, and what it can do."""
from __future__ import annotations

from ...base import machine
from ...base.record import Record
from ...base.shell import quote
from ...base.text import numbers
from ...engine import answers, failures, profiles, remedies, withheld
from ...engine.ask import ask
from ...engine.docker import DOCKER
from ...engine.init import lacks_init
from ...engine.podman import PODMAN
from .findings import Check, Finding, asking

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .facts import Gathered, MachineFacts

VERSION = ('version', '--format', '{{json .}}')
NO_IDS = 'podman is rootless and you have no subordinate ids (/etc/subuid), so images cannot be unpacked'


def _has_no_daemon(facts: MachineFacts) -> bool:
    return not profiles.profile(facts.engine).service


def _real_program(gathered: Gathered) -> str:
    return real_program(gathered.facts)


def real_program(facts: MachineFacts) -> str:
    """The path of the engine's program, links followed; without one on PATH that of one elsewhere, or ''."""
    return machine.real_path(facts.program) if facts.program else machine.usual_place(profiles.program(facts.engine))


def asked(facts: MachineFacts, patience: float) -> MachineFacts:
    """The facts with the engine's own answer to `version`, or with why its program could not be started."""
    if not facts.program and profiles.index(facts.engine):
        return facts  # what starts it would say that it is not there
    version = ask((*facts.engine, *VERSION), facts.environ, patience)
    if not facts.program and version.is_missing:
        return facts
    return facts._replace(
        version=version.json(), engine_code=version.code, engine_error=version.err, unstarted=version.unstarted,
    )


def client(facts: MachineFacts, real: str) -> Finding | None:
    """Whether the engine's program is there, and is what its name says.

    `real` is its path, links followed; without one on PATH that of one elsewhere.
    """
    if profiles.profile(facts.engine).is_child:
        return None  # there is none
    if facts.unstarted:
        return Finding('client', 'fail', facts.unstarted.what, facts.unstarted.advice)
    if not facts.program and real:
        what = f'no program {profiles.program(facts.engine)} on PATH, but {real}'
        return Finding('client', 'fail', what, f'--engine {quote(real)}, or that folder on PATH')
    if not facts.program:
        name, profile = profiles.program(facts.engine), profiles.profile(facts.engine)
        is_usual = name == profile.name
        fix = remedies.install(facts.machine, profile) if is_usual else 'correct --engine (or TAO_ENGINE)'
        return Finding('client', 'fail', f'no program {name} on PATH', fix)
    version = answers.text(facts.version, 'Client', 'Version')
    if '/snap/' in facts.program or real.endswith('/bin/snap'):
        return Finding(
            'client', 'warn', f'{facts.program} is a snap: it sees only folders below your home',
            f'{remedies.as_root(facts.machine, "snap remove docker")} && {remedies.install(facts.machine, DOCKER)}',
        )
    own = profiles.profile(facts.engine)
    actual = profiles.known(real) or own
    if own.service and 'host' in facts.info:  # the answer of podman, which has no daemon
        actual = PODMAN
    if actual is not own:
        return Finding('client', 'warn', f'{facts.program} is actually {actual.name}', f'--engine {actual.name}')
    return Finding('client', 'ok', f'{facts.program} {version}'.rstrip())


def daemon(facts: MachineFacts) -> Finding | None:
    """Whether the daemon answers."""
    if not facts.program or facts.unstarted:
        return None
    wrong = failures.engine_failure(
        facts.engine, facts.engine_code, facts.engine_error, facts.address, facts.machine, facts.environ,
    )
    if wrong:
        return Finding('daemon', 'fail', *wrong)
    if not facts.address and not profiles.profile(facts.engine).service:
        return None  # it has none
    where = f' at {facts.address}' if facts.address else ''
    return Finding('daemon', 'ok', f'answers{where}{" (remote)" if facts.is_remote else ""}')


def through_sudo(facts: MachineFacts) -> Finding | None:
    """Whether sudo keeps from the client which daemon is meant."""
    name = withheld.variable(facts.engine, facts.environ)
    if not name or facts.engine_code != 0:  # which the daemon's finding explains
        return None
    return Finding('sudo', 'warn', withheld.explained(name), withheld.remedy(facts.engine, facts.environ))


def server(facts: MachineFacts) -> Finding | None:
    """Whether the daemon is recent enough."""
    version, api = (answers.text(facts.version, 'Server', name) for name in ('Version', 'ApiVersion'))
    parts = answers.entries(facts.version, 'Server', 'Components')
    if _has_no_daemon(facts) or any(answers.text(part, 'Name') == 'Podman Engine' for part in parts):
        version = version or answers.text(facts.version, 'Client', 'Version')
        return Finding('server', 'ok', f'podman {version}') if version else None
    if not version:
        return None
    if numbers(version) < (19, 3, 5) or (api and numbers(api) < (1, 40)):
        return Finding(
            'server', 'fail', f'docker {version}, API {api}; 19.03.5 and API 1.40 are needed',
            remedies.install(facts.machine, DOCKER),
        )
    if numbers(version) < (20, 10, 10):
        what = f'docker {version}, API {api}; before 20.10.10, images with glibc 2.34 or later cannot start threads'
        return Finding('server', 'warn', what, remedies.install(facts.machine, DOCKER))
    return Finding('server', 'ok', f'docker {version}, API {api}')


class Init(Record):
    """Whether there is no program for --init: the engine has none, and none was found for it."""

    is_missing: bool = False


def _init(gathered: Gathered) -> Init:
    return Init(lacks_init(gathered.daemon))


def init(facts: MachineFacts, found: Init) -> Finding | None:
    """Whether --init works."""
    if not found.is_missing and not failures.has_no_init(facts.info):
        return None
    profile = profiles.profile(facts.engine)
    without = '' if found.is_missing else ' (without one: "init": false in DockerOptions)'
    what = f'{profile.name} has no program for --init, so no job starts{without}'
    return Finding('init', 'fail', what, remedies.install_init(facts.machine, profile))


def rootless(facts: MachineFacts) -> Finding | None:
    """Whether the engine runs without root, and can."""
    is_podmans = answers.at(facts.info, 'host', 'security', 'rootless') is True
    maps = answers.entries(facts.info, 'host', 'idMappings', 'uidmap')
    if is_podmans and len(maps) == 1:
        return Finding('rootless', 'fail', NO_IDS, f'{remedies.add_ids(facts.machine)} && podman system migrate')
    if is_podmans or any('rootless' in option for option in answers.texts(facts.info, 'SecurityOptions')):
        what = 'root in the container is you; memlock cannot be raised'
        return Finding('rootless', 'info', f'{"podman" if is_podmans else "the daemon"} is rootless: {what}')
    return None


def remapped(facts: MachineFacts) -> Finding | None:
    """Whether the users of containers are others here, which the host's network and --user do not go with."""
    if not failures.remaps_users(facts.info):
        return None
    what = 'root in the container is another user here (userns-remap): no host network, and files have other owners'
    return Finding('userns', 'info', what, '--docker-arg --userns=host before the task name')


CLIENT, SUDO, DAEMON, SERVER = asking(_real_program, client), Check(through_sudo), Check(daemon), Check(server)
INIT, ROOTLESS, USERNS = asking(_init, init), Check(rootless), Check(remapped)
