"""Options that are not known: what each may mean, and whether a value follows it. Pure."""
from __future__ import annotations

from ..base.errors import UsageError
from ..base.record import Record
from ..base.suggest import did_you_mean, nearest
from . import docker_run
from .programs import RUNNERS
from .submit_options import SUBMIT

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from .option import Option


BOTH = ('build', 'release')
# The options of the developer runners' verbs, by the verbs that each goes after; and those of them with a value.
OF_RUNNER_VERBS = {
    '--push': BOTH, '--force': BOTH, '--build-arg': BOTH, '--build-secret': BOTH, '--platform': ('build',),
    '--x86': ('build',), '--arm': ('build',), '--multiplatform': ('build',), '--l4t': ('build',),
    '--update-digests': ('build',), '--wheel': ('release',), '--base-digest': ('release',), '--files': ('check',),
    '--all': ('check',), '--format': ('check',),
}
WITH_VALUE = ('--build-arg', '--build-secret', '--platform', '--format')
# The same of tao's own verbs, but for submit's: those of them that are not the launcher's as well.
OF_VERBS = {
    '--all': ('list', 'stop', 'pull', 'doctor'), '--all-users': ('list', 'stop', 'history'),
    '--container-id': ('stop',), '--data': ('config init',), '--dev': ('doctor',), '--failed': ('history',),
    '--follow': ('logs',), '--format': (
        'list', 'progress', 'history', 'tasks', 'info', 'images', 'catalogue show', 'doctor', 'config show',
    ),
    '--gpu-test': ('doctor',), '--group': ('catalogue probe',), '--install': ('completion',),
    '--number': ('history',), '--pinned': ('history',), '--plot': ('progress',), '--releases': ('info',),
    '--results': ('config init',), '--sign': ('bundle save',), '--signers': ('bundle verify', 'bundle load'),
    '--since': ('history',), '--specs': ('config init',), '--strict': ('config validate',), '--tail': ('logs',),
    '--task': ('history',), '--time': ('stop',), '--watch': ('progress',), '--yes': ('stop', 'pull', 'config init'),
    '-a': ('list',), '-f': ('logs',), '-n': ('history',),
}
VALUED = (
    '--container-id', '--data', '--format', '--group', '--number', '--plot', '--results', '--sign', '--signers',
    '--since', '--specs', '--tail', '--task', '--time', '-n',
)


class UnknownOption(Record):
    """An option as it was written: the value joined to it by "=", or None, and the word after it."""

    name: str
    value: str | None
    following: str


def refusal(
    unknown: Sequence[UnknownOption], program: str, known: Mapping[str, Option], after: Sequence[str] = (),
) -> UsageError:
    """The error that names them all; `after` are the words that follow the options."""
    caller = f'tao {program}' if ' ' in program else program
    where = f'{caller} --help' + ' options' * (' ' not in program)
    told = [(each.name, *(_of_a_verb(each, caller, after) or _told(each, caller, known))) for each in unknown]
    if len(told) == 1:
        name, hints, advice = told[0]
        return UsageError(f'unknown option {name}', *hints, advice=advice or where)
    lines = (
        f'{name}: {hint}{f" ({advice})" if advice else ""}' for name, hints, advice in told for hint in hints
    )
    return UsageError(f'unknown options {", ".join(name for name, *_ in told)}', *lines, advice=where)


def _of_a_verb(unknown: UnknownOption, caller: str, after: Sequence[str]) -> tuple[list[str], str] | None:
    """What `_told` says of an option of the verb of tao's that follows."""
    name = unknown.name.replace('_', '-')
    for verb in OF_VERBS.get(name, ()) if caller == 'tao' else ():
        words = verb.split()
        if words == [*after[:len(words)]]:
            value = f'={unknown.value}' if unknown.value else f' {unknown.following}' if name in VALUED else ''
            more = ' …' if len(after) > len(words) else ''
            return [_goes_after('tao', [verb])], f'tao {verb} {unknown.name}{value}{more}'
    return None


def _goes_after(caller: str, verbs: Sequence[str]) -> str:
    listed = ' and '.join(filter(None, (', '.join(verbs[:-1]), verbs[-1])))
    return f'it is an option of {caller} {listed}, and goes after that'


def _told(unknown: UnknownOption, caller: str, known: Mapping[str, Option]) -> tuple[list[str], str]:
    """(what an option may mean, what to write, or '' where nothing is certain). docker run may know it."""
    verbs = _verbs(unknown.name, caller)
    if verbs:
        verb = unknown.following if unknown.following in verbs else verbs[0]
        return [_goes_after(caller, verbs)], f'{caller} {verb} {unknown.name} …'
    hints = _hint(unknown.name, known)
    if hints and not hints[0].startswith('did'):
        return hints, ''
    verbs = OF_VERBS.get(unknown.name.replace('_', '-'), ())
    if verbs and caller == 'tao' and unknown.name.startswith('--'):
        return [_goes_after(caller, verbs)], f'{caller} {verbs[0]} {unknown.name} …' if len(verbs) == 1 else ''
    dockers = docker_run.advice(unknown.name, unknown.value, unknown.following, caller)
    return ([dockers[0]], dockers[1]) if dockers else (hints, '')


def _verbs(name: str, program: str) -> tuple[str, ...]:
    """The verbs of a developer runner that an option belongs to."""
    return OF_RUNNER_VERBS.get(name.replace('_', '-'), ()) if program in RUNNERS else ()


def skipped(unknown: UnknownOption, rest: list[str], program: str, known: Mapping[str, Option]) -> bool:
    """Whether the words after one can be read on: when what it may mean tells whether its value follows, which goes.

    The next word is the last of `rest`.
    """
    dockers = docker_run.takes_value(unknown.name)
    meant = [known[each] for each in _meant(unknown.name, known)]
    takes_value = {bool(option.value) and not option.optional for option in meant} if dockers is None else {dockers}
    name = unknown.name.replace('_', '-')
    if _verbs(unknown.name, program):
        takes_value = {name in WITH_VALUE}
    elif program == 'tao' and name in OF_VERBS:
        has_value = name in VALUED
        following = rest[-2:-1] if has_value else rest[-1:]
        if name.startswith('--') or {*following} & {*OF_VERBS[name]}:  # docker run may mean it by a letter
            takes_value = {has_value}
    if takes_value == {True} and unknown.value is None and rest and not rest[-1].startswith('-'):
        rest.pop()
    return len(takes_value) == 1


def _hint(name: str, known: Mapping[str, Option]) -> list[str]:
    if not name.startswith('--'):
        return []
    key = name[2:].replace('-', '_')
    owners = [owner for option in SUBMIT if option.key == key for owner in option.programs]
    if owners:
        return [_goes_after('tao', owners)]
    meant = _meant(name, known)
    return [did_you_mean(meant)] if meant else []


def _meant(name: str, known: Mapping[str, Option]) -> list[str]:
    """The options that one abbreviates, as argparse takes them, or else is a slip of."""
    start = name.replace('-', '_')
    whole = {option.name for option in known.values() if option.name.replace('-', '_').startswith(start)}
    if whole and len(name) > 3:
        return sorted(whole)
    # the dashes would make every option look alike
    return [f'--{each}' for each in nearest(name[2:], {option.name[2:] for option in known.values()})]
