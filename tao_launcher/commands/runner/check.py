"""tao_pt check: is all there for a checkout: python, docker, the manifest, the base image."""
from __future__ import annotations

from ...base import host, machine
from ...base.errors import ConfigError
from ...base.record import Record
from ...base.shell import quote
from ...checkouts import find, runners, shell_functions, submodules
from ...checkouts.digest_notice import both
from ...engine import daemon, installed, platforms, profiles, remedies
from ...engine.references import with_registry
from ...settings.alone import engine_words, registry_and_release
from ...settings.dry_run import is_dry_run
from ..doctor import engine, images, system
from ..doctor.facts import MachineFacts
from ..doctor.findings import Finding
from . import check_launch
from .check_launch import PATIENCE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from ...base.output import Output
    from ...settings.invocation import Invocation

SOCKET = '/var/run/docker.sock'


class Asker(Record):
    """Whose check it is, and what it may ask."""

    program: str
    profile: Mapping[str, Any]
    invocation: Invocation


def check(program: str, form: str, invocation: Invocation, *, files: bool, every: bool) -> int:
    """Print what was found as `form` (table, json, or lines: the commands of a dry run); 1 if something is missing.

    A table has what is wrong, and with `every` also what is fine. With `files` no engine is asked, and only what is
    wrong is said, on stderr. Raises UsageError.
    """
    options, environ = invocation.options, invocation.environ
    asker = Asker(program, find.runner_profiles()[program], invocation)
    registry, _ = registry_and_release(options, environ)
    if form == 'lines' or (not files and is_dry_run(invocation)):  # files are no commands
        return _dry_run(asker, registry)
    root, variable = _root(asker)
    image, manifest = _manifest(asker, root, registry) if root else ('', None)
    missing = submodules.not_fetched(root) if root else ''
    unfetched = Finding('submodules', 'fail', missing, submodules.fetch_line(root)) if missing else None
    facts = _facts(asker)
    is_child = profiles.profile(facts.engine).is_child
    if not files and not is_child:
        facts = engine.asked(facts, PATIENCE)
    asked = engine.daemon(facts) if not (files or is_child) else None
    socket = _socket(facts)
    if asked and socket and socket.status == 'warn':
        socket = None  # the daemon's own answer says more
    found = [
        system.python(facts, system.Python(machine.python())), engine.client(facts, engine.real_program(facts)),
        check_launch.program(facts, is_root=invocation.here.is_root, files=files), socket, asked,
        images.login(facts, images.look_up(image.partition('/')[0] or 'nvcr.io', facts)),
        _function(asker), variable, manifest, unfetched,
        check_launch.launch(program, asker.profile, root, invocation) if image and not files else None,
    ]
    can_ask = facts.program and not (facts.unstarted or files or is_child)
    if image and can_ask and (not asked or asked.status == 'ok'):  # podman has none
        found.append(check_launch.image(program, image, invocation))
    findings = [finding for finding in found if finding]
    if files:
        _say(findings, invocation.output)
    elif form == 'json':
        import json

        invocation.output.result(json.dumps([finding._asdict() for finding in findings], indent=2) + '\n')
    else:
        _print(findings, asker, every=every or invocation.output.is_verbose)
    return int(any(finding.status == 'fail' for finding in findings))


def _say(findings: list[Finding], output: Output) -> None:
    for finding in findings:
        if finding.status in ('warn', 'fail'):
            output.notice(f'{finding.name}: {finding.found}' + (f'; try: {finding.fix}' if finding.fix else ''))


def _print(findings: list[Finding], asker: Asker, *, every: bool) -> None:
    from ..doctor.report import FIX_FIRST, has_failed, table

    output, program = asker.invocation.output, asker.program
    next_step = ''
    if asker.invocation.here.terminals.stdout and not output.quiet:
        next_step = FIX_FIRST.format(f'{program} check') if has_failed(findings) else f'{program} --dry-run=pretty'
    output.result(table(findings, output, every=every, next_step=next_step))


def _dry_run(asker: Asker, registry: str) -> int:
    options, environ, here, output = asker.invocation
    words = engine_words(options, environ)
    root = find.find_root(asker.program, asker.profile, environ, here)
    image = _with(_named(asker, root), registry)
    if profiles.profile(words).is_child:
        check_launch.print_questions(words, output)
        return 0
    output.result(output.line((*words, *engine.VERSION)))
    output.result(output.line((*words, 'image', 'inspect', image)))
    output.result('# then, where it is not here:\n')
    output.result(output.line((*words, *check_launch.pullable_words(words, image))))
    return 0


def _with(image: str, registry: str) -> str:
    return with_registry(image, registry) if registry else image


def _root(asker: Asker) -> tuple[str, Finding]:
    """(the checkout or '', what is to be said of the variable that names it)."""
    variable = str(asker.profile['root_variable'])
    cwd = asker.invocation.here.cwd
    named, above = asker.invocation.environ.get(variable), find.root_above(cwd, asker.profile)
    fix = find.export_line(asker.profile, above)
    if not named and not above:
        text = f'{variable} is not set, and {cwd or find.GONE} is in no checkout'
        return '', Finding('checkout', 'fail', text, fix)
    owner = find.owner_above(above) if above and not named else ''
    if owner:
        return '', Finding('checkout', 'fail', f'{above} belongs to {owner}, and {variable} does not name it', fix)
    root = host.path_of(named) if named else above
    other = find.other_backend(asker.profile, root)
    if other:
        text = f'{root} is a checkout of {other}: {find.has_package(asker.profile, other)}'
        return '', Finding('checkout', 'fail', text, f'{other} check, or {find.export_line(asker.profile)}')
    if not named and not find.is_of(asker.profile, above):
        return above, Finding('checkout', 'warn', find.unknown(asker.profile, above), f'{fix}, if it is one')
    if not named:
        return above, Finding('checkout', 'info', f'{above}, found from here; {variable} is not set', fix)
    if not host.is_there(f'{root}/{runners.MANIFEST}'):
        return '', Finding('checkout', 'fail', f'{variable} is {root}, which has no {runners.MANIFEST}', fix)
    other_one = find.elsewhere(asker.profile, root, cwd)
    if other_one:
        return root, Finding('checkout', 'warn', f'{variable} is {root}, but you are in {other_one}', fix)
    return root, Finding('checkout', 'ok', f'{root}, of {variable}')


def _function(asker: Asker) -> Finding | None:
    """Whether the caller's shell runs a function in place of this program."""
    program = asker.program
    if not shell_functions.hiding([program], asker.invocation.environ):
        return None
    return Finding('function', 'warn', shell_functions.told(program), shell_functions.remedy(program))


def _named(asker: Asker, root: str) -> str:
    """The image that a manifest names for this machine, or what docker's client asks for. Raises ConfigError."""
    options, environ, here, _ = asker.invocation
    asked = platforms.asked('', engine_words(options, environ), environ)
    return find.manifest_image(root, asker.profile, here, by_tag=False, asked=asked)


def _manifest(asker: Asker, root: str, registry: str) -> tuple[str, Finding]:
    """(the image that the manifest names or '', what is to be said of it)."""
    try:
        image = _with(_named(asker, root), registry)
    except ConfigError as e:
        return '', Finding('manifest', 'fail', e.on_one_line(), f'correct {quote(f"{root}/{runners.MANIFEST}")}')
    path = f'{root}/{runners.MANIFEST}'
    twice = both(path, host.json_file(path))
    if twice:
        return image, Finding('manifest', 'warn', twice)
    return image, Finding('manifest', 'ok', f'{path} names {image}')


def _facts(asker: Asker) -> MachineFacts:
    """What files say of this machine and its engine."""
    options, environ, here, _ = asker.invocation
    words = engine_words(options, environ)
    found = daemon.find(words, environ, here.home, host.json_file)
    return MachineFacts(
        engine=words, machine=installed.for_remedies(here, environ), environ=environ,
        program=machine.which(profiles.program(words), environ), address=found.address, is_remote=found.is_remote,
    )


def _socket(facts: MachineFacts) -> Finding | None:
    """Whether the caller may talk to the daemon, which membership in group docker gives."""
    path = facts.address[len('unix://'):] if facts.address.startswith('unix://') else SOCKET
    is_ours = profiles.profile(facts.engine).service and profiles.program(facts.engine) == facts.engine[0]
    if not is_ours or (facts.address and not facts.address.startswith('unix://')) or not facts.program:
        return None
    if not host.exists(path):
        return Finding('docker', 'warn', f'no docker daemon listens at {path}', remedies.start(facts.machine))
    if not machine.may_write(path):
        text = f'you are not permitted to talk to docker: {path} is not open to you'
        return Finding('group', 'fail', text, remedies.join_docker_group(facts.machine))
    return Finding('group', 'ok', f'{path} is open to you')
