"""After a refusal, and only then: everything that may have kept the engine from starting a container is looked at."""
from __future__ import annotations

from ..base import host, listing
from ..engine import answers, failures, platforms, pulls
from ..engine.daemon import Daemon
from ..engine.logins import DOCKERS_OWN, is_logged_in, logins, missing_helper
from ..engine.references import is_local, registry_of
from ..settings.docker_args import SHORT
from . import argv, host_looks, limits, looks
from .unusual import is_unusual

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..settings.values import Port
    from .facts import FailureFacts
    from .looks import TimedEngine
    from .plan import Plan


def told(plan: Plan, option: str) -> tuple[str, str]:
    """(the value that the engine was told of an option, the setting that it comes from); ('', '') for none."""
    key = option[2:]
    if plan.passed.get(key):
        source = plan.settings.sources.get(key)
        return str(plan.passed[key]), str(source) if source and source.kind != 'default' else ''
    for word in plan.extra_args:
        name, _, value = word.partition('=')
        if SHORT.get(name, name) == option:
            return value, _origin(plan, f'extra_args.{word}')
    return '', ''


def _origin(plan: Plan, key: str) -> str:
    """The setting that an entry comes from, as people know it."""
    found = plan.settings.sources.get(key)
    return str(found) if found else ''


def for_which_machine(facts: FailureFacts, plan: Plan, engine: TimedEngine) -> FailureFacts:
    """The facts with the machines of the image and of the engine, if they differ."""
    found = looks.image(engine, plan.image)
    own = platforms.ARCHITECTURES.get(host.survey(facts.environ).machine, '')
    if not found.machine or (found.machine == own and not facts.is_remote):
        return facts
    info = engine.ask(*looks.INFO).json()
    return facts._replace(
        image_machine=found.machine, engine_machine=_machine_of(info),
        emulates=facts.is_remote or host_looks.emulates(found.machine),
    )


PATH = ('/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin')


def hiding(plan: Plan, command: str, engine: TimedEngine) -> str:
    """The mount, in words, over a folder in which the image may have the command; '' for none."""
    folder, slash, name = command.rpartition('/')
    folders = (folder,) if slash else (*looks.path(engine, plan.image), *PATH)
    for mount in plan.mounts:
        if any(host_looks.hides(mount, f'{one}/{name}') for one in folders):
            origin = f' ({mount.origin})' if mount.origin.kind != 'default' else ''
            return f'{mount.source}, mounted over {mount.destination}{origin},'
    return ''


def _machine_of(info: object) -> str:
    """The engine's own machine, as images name it."""
    name = answers.text(info, 'Architecture') or answers.text(info, 'host', 'arch')
    return platforms.ARCHITECTURES.get(name, name)


def why_refused(facts: FailureFacts, plan: Plan, engine: TimedEngine) -> FailureFacts:
    """The facts with what may have kept the engine from starting the container."""
    held = looks.name(engine, facts.name) if not facts.events else None
    if held:
        return facts._replace(held_by=held)
    _ask_ahead(facts, plan, engine)
    is_ours = not plan.profile.service or not host_looks.is_in_container()  # podman is started by us, where we are
    if not facts.is_remote and is_ours:
        facts = facts._replace(missing_sources=host_looks.missing(plan.mounts))
    if not facts.events:
        facts = _before_the_container(facts, plan, engine)
    if facts.network:
        facts = facts._replace(network_is_there=looks.network(engine, facts.network))
    info = engine.ask(*looks.INFO).json()
    folder = failures.image_folder(info)
    is_rootless = failures.is_rootless(info)
    shares = not facts.is_remote and host_looks.shares_network(facts.address, plan.profile, is_rootless=is_rootless)
    if plan.ports and facts.network != 'host':
        facts = facts._replace(taken=looks.ports(
            engine, plan.ports, lambda port: _port_origin(plan, port),
            lambda port: shares is not False and host_looks.listens(port),
        ))
    facts = facts._replace(
        shares_network=shares,
        disk=folder, disk_free=listing.free_bytes(folder) if folder and not facts.is_remote else None,
        is_podman='host' in info, remaps_users=failures.remaps_users(info), engine_machine=_machine_of(info),
        limits_above=limits.refused(plan.ulimits, _daemon(facts, plan)),
        most_files=0 if facts.is_remote else limits.more_files(plan.ulimits),
        is_unusual=is_unusual(plan, shares_network=shares),
        lacks_init=facts.lacks_init or plan.init == ('--init',) and failures.has_no_init(info),
        has_nvidia=failures.has_nvidia(info) if info and facts.has_nvidia is None else facts.has_nvidia,
    )
    is_pulled = facts.image_is_here is False or facts.image_is_here is not None and facts.pull == 'always'
    if not is_pulled or facts.pull == 'never' or facts.unknown:
        return facts
    facts = _in_the_registry(facts, plan, engine)
    return facts if _holds_for_the_daemon(facts, plan, info) else facts._replace(registry_said=None)


def _daemon(facts: FailureFacts, plan: Plan) -> Daemon:
    """The engine of a launch."""
    return Daemon(plan.profile, is_sudo=plan.is_sudo, is_remote=facts.is_remote, address=facts.address)


# Of what a client meets on its way to a registry, a daemon meets the same in the same network alone.
WAY = ('network', 'proxy')
# A daemon does not mind them where it was told to go without TLS.
TRUST = ('plain', 'certificate', 'expired')
PROXIES = ('HTTP_PROXY', 'HTTPS_PROXY', 'http_proxy', 'https_proxy')


def _holds_for_the_daemon(facts: FailureFacts, plan: Plan, info: Mapping[str, object]) -> bool:
    """Whether the engine, which fetches images, has met in the registry what its client has when it looked there."""
    kind = pulls.trouble(facts.registry_said or '')
    if not plan.profile.service:
        return True  # podman's client fetches them itself
    if facts.shares_network is False and (kind in (*WAY, *TRUST) or is_local(plan.image)):
        return False
    if kind in WAY:
        return not failures.has_way_of_its_own(info) and not any(map(facts.environ.get, PROXIES))
    if kind in TRUST:
        return failures.wants_tls(info, registry_of(plan.image) or DOCKERS_OWN) is True
    return kind != 'space'  # of the client's own disk


def _ask_ahead(facts: FailureFacts, plan: Plan, engine: TimedEngine) -> None:
    """Ask what does not depend on another answer: a client alone takes its tenth of a second, or four."""
    network = looks.network_words(facts.network)
    questions = [looks.INFO, *([network] if network else [])]
    if not facts.events:
        questions += [looks.image_words(plan.image), looks.HELP]
    engine.ask_ahead(questions)


def _before_the_container(facts: FailureFacts, plan: Plan, engine: TimedEngine) -> FailureFacts:
    """The facts with what keeps the engine from creating one."""
    options = [line[0] for line in argv.lines(plan)[1:-2]]
    image = looks.image(engine, plan.image)
    return facts._replace(
        image_is_here=image.is_here, image_machine=image.machine,
        unknown=looks.unknown(engine, options, lambda word: _option_origin(plan, word)),
        emulates=facts.is_remote or host_looks.emulates(image.machine),
    )


def _port_origin(plan: Plan, port: Port) -> str:
    return _origin(plan, f'ports.{port.container}/{port.protocol}') or '--port'


def _option_origin(plan: Plan, word: str) -> str:
    said = next((each for each in plan.extra_args if each.partition('=')[0] == word), '')
    return _origin(plan, f'extra_args.{said}') if said else ''


def _in_the_registry(facts: FailureFacts, plan: Plan, engine: TimedEngine) -> FailureFacts:
    """The facts with what its registry says of the image, and what is known of logins there."""
    registry = registry_of(plan.image) or DOCKERS_OWN
    path, configuration = logins(facts.engine, facts.environ)
    helper, member = missing_helper(registry, configuration, facts.environ)
    facts = facts._replace(
        is_logged_in=is_logged_in(registry, configuration), helper=helper, names_helper=f'{member} of {path}',
    )
    if facts.is_remote:
        return facts  # its network is not this machine's
    found = looks.registry(engine, plan)
    if found.said is None and facts.shares_network is not False and not host_looks.has_network():
        found = found._replace(said='network is unreachable')
    return facts._replace(registry_said=found.said, registry_machines=found.machines)
