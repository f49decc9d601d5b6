"""tao config validate: every fault of the files that a launch reads."""
from __future__ import annotations

from ...base import host, unreadable
from ...base.errors import FileError, tried
from ...base.json_text import at, loads
from ...base.output import shown, shown_fault
from ...base.record import Record
from ...base.text import plural
from ...engine.daemon import Daemon
from ...launch import argv, plan, same_paths
from ...launch.identity import Identity
from ...settings import layers, mounts_file
from ...settings.locate import DefaultFile, mounts_path, places, seen_from
from ...settings.settings import merge
from ...settings.values import MountsFile, Source

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from ...base.errors import Fatal
    from ...base.host import Host
    from ...base.output import Output
    from ...settings.invocation import Invocation
    from ...settings.settings import Settings


class Report(Record):
    """What is to be said of a file: a head instead of "valid" with its faults, and notices.

    `remedies` has what to do about a fault, and `advice` about all.
    """

    name: str
    right: str = 'valid'
    wrong: str = ''
    faults: tuple[str, ...] = ()
    notices: tuple[str, ...] = ()
    advice: str = ''
    remedies: Mapping[str, str] = {}


def config_validate(files: Sequence[str], invocation: Invocation, *, strict: bool) -> int:
    """Print what is wrong with mounts files; without `files` with those that a launch would read.

    Returns 1 if one is faulty; with `strict` notices count as faults.
    """
    environ, here = invocation.environ, invocation.here
    if files:
        reports = [mounts_report(host.path_of(file) if file != '-' else '-', environ, here) for file in files]
    else:
        reports = _of_a_launch(invocation)
    code = 0
    for report in reports:
        if strict and report.notices:
            faults = (*report.faults, *report.notices)
            wrong = report.wrong or f'{plural(len(faults), "notice")} (--strict)'
            report = report._replace(wrong=wrong, faults=faults, notices=())
        code = 1 if report.wrong else code
        say(report, invocation.output)
    return code


def say(report: Report, output: Output) -> None:
    """Print a report: a line, and one for each fault and notice."""
    if output.quiet and not report.wrong:
        return
    state = output.painted(shown(report.wrong), 'RED') if report.wrong else output.painted(report.right, 'GREEN')
    lines = [f'{shown(report.name)}: {state}']
    for fault in report.faults:
        lines.append(f'    {shown_fault(fault)}')
        lines += [f'      try: {shown_fault(report.remedies[fault])}'] if report.remedies.get(fault) else []
    if not output.quiet:
        lines += [f'    {output.painted("notice:", "YELLOW")} {shown(notice)}' for notice in report.notices]
    lines += [f'    try: {shown(report.advice)}'] if report.advice else []
    output.result('\n'.join(lines) + '\n')


def _of_a_launch(invocation: Invocation) -> list[Report]:
    from ...settings.locate import override_path
    from ...tasks.load import read_override

    path, source = mounts_path(invocation)
    place = DefaultFile(path, invocation.here.home)
    if source == 'default':
        place = next((each for each in places(invocation) if host.exists(each.path)), place)
    seen = seen_from(place, invocation)
    reports = [mounts_report(place.path, seen.environ, seen.here, required=source != 'default')]
    catalogue = override_path(invocation.here)
    try:
        found = read_override(catalogue)
    except FileError as e:
        reports.append(refused(catalogue, e))
    else:
        reports += [Report(catalogue)] if found else []
    return reports + added_reports(invocation.here)


def added_reports(here: Host) -> list[Report]:
    """What is to be said of the files of releases beside the built-in ones."""
    from ...settings.locate import releases_folder
    from ...tasks.added import paths

    folder = releases_folder(here)
    try:
        listed = paths(folder)
    except FileError as e:
        return [refused(folder, e)]
    return [releases_report(path, path) for path in listed]


def releases_report(name: str, path: str) -> Report:
    """What is to be said of a file of releases; '-' is standard input."""
    from ...tasks.added import from_bytes, read_file

    try:
        found = from_bytes(host.standard_input(), name) if path == '-' else read_file(path)
    except FileError as e:
        return refused(name, e)
    return Report(name, right=f'valid: {", ".join(found)}')


def mounts_report(path: str, environ: Mapping[str, str], here: Host, *, required: bool = True) -> Report:
    """What is to be said of a mounts file; "-" is standard input."""
    name = path
    try:
        if path == '-':
            name, path = 'standard input', f'{here.cwd}/-'
            data = host.standard_input()
        else:
            found = host.read(path, 'mounts file to check', required=required)
            if found is None:
                return Report(path, 'not found; a launch does not need one')
            data = found
        file = mounts_file.parse(data, path, environ, here.home)
    except FileError as e:
        return refused(name, e)
    refused_later, depending = _of_a_plan(file, here)
    remedies = {error.on_one_line(): error.advice for error in refused_later}
    faults = (*(error.on_one_line() for error in refused_later), *second_opinion(loads(data, path)))
    wrong = plural(len(faults), 'problem') if faults else ''
    notices = (*file.notices, *_notices(file), *depending)
    return Report(name, wrong=wrong, faults=faults, notices=notices, remedies=remedies)


def refused(name: str, error: FileError) -> Report:
    """The report on a file that is not taken."""
    faults = tuple(map(str, error.faults)) or error.why
    return Report(name + error.place, wrong=error.wrong, faults=faults, notices=error.notices, advice=error.advice)


def _notices(file: MountsFile) -> list[str]:
    """What a launch would say, or refuse for the state of the host; the file itself may be written for another."""
    notices: list[str] = []
    layers.mounts('', file.mounts, (), notices)
    layers.variables('', file.variables, notices)
    notices += [
        f'{mount.origin.path}.source: {mount.source} not found '
        f'(nearest existing folder: {unreadable.nearest_parent(mount.source)})'
        for mount in file.mounts if host.look(mount.source) is False
    ]
    return notices


def _of_a_plan(file: MountsFile, here: Host) -> tuple[list[Fatal], list[str]]:
    """(what every launch refuses of a file that the parser takes, what some do): found by planning one."""
    settings = _within_the_file(merge({}, {}, file, {}, here.cwd, here.home))
    target = plan.Target('config/validate', 'image', ('command',))
    errors: list[Fatal] = []
    if settings.same_paths:
        given = settings._replace(passed={**settings.passed, 'workdir': '/'})  # not the current folder
        settings = tried(errors, lambda: same_paths.applied(target, given, Daemon(), (), str), given)
    detached = settings._replace(flags=frozenset(('detach',)))
    made = plan.make(target, detached, here, Daemon(), Identity(), {})
    errors += argv.faults(made)
    if not errors:
        tried(errors, lambda: argv.check_size(made, argv.words(argv.lines(made)), 0, here.arg_max), None)
    depending = [f'{settings.sources[f"extra_args.{word}"]}: --restart: {argv.ENDS}' for word in argv.restarts(made)]
    return errors, depending


def _within_the_file(settings: Settings) -> Settings:
    """The settings, whose sources do not say again which file they are of."""
    def inside(source: Source) -> Source:
        return Source('setting', source.path) if source.kind == 'file' else source

    return settings._replace(
        mounts=tuple(mount._replace(origin=inside(mount.origin)) for mount in settings.mounts),
        file_variables=tuple(each._replace(origin=inside(each.origin)) for each in settings.file_variables),
        sources={key: inside(source) for key, source in settings.sources.items()},
    )


def second_opinion(document: object) -> tuple[str, ...]:
    """What the JSON Schema refuses of a document that our own parser takes; () where jsonschema is not installed.

    Its own words are not shown: they hold values, which may be secrets.
    """
    try:
        from jsonschema import Draft202012Validator
    except ImportError:
        return ()
    import json

    schema: dict[str, Any] = json.loads(host.package_data('mounts.schema.json'))
    faults = []
    for error in Draft202012Validator(schema).iter_errors(document):
        path = ''
        for key in error.absolute_path:
            path = at(path, key)
        faults.append(f'{path or "the file"}: does not match the schema ({error.validator})')
    return tuple(sorted(faults))
