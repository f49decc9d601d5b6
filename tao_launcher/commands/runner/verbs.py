"""The verbs of the developer runners (tao_pt build, release, check), and what each is called with."""
from __future__ import annotations

from ...base.errors import UsageError
from ...base.masking import masked_words
from ...checkouts.platforms import ARM, X86, platforms
from ...settings.options import OPTIONS
from ...settings.unknown_options import OF_RUNNER_VERBS
from ..help.verb_parser import HelpAsked, Parser

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import Namespace
    from typing import NoReturn

    from ...settings.invocation import Invocation

DRY_RUN = 'print the commands instead, one per line'
# What else goes with a verb, in front of it; the others are for a launch.
GENERAL = frozenset((
    'engine', 'context', 'registry', 'dry_run', 'no_check', 'quiet', 'verbose', 'color', 'help', 'version',
))
# The same for one verb alone: the tag of what is built, or of the developer container; the platform of a release.
OF_A_VERB = {'build': ('tag',), 'release': ('tag', 'platform')}
# A wheel is built in a launch, whose streams, end, command and folder are the verb's own.
NOT_FOR_A_WHEEL = frozenset((
    'detach', 'tty', 'no_tty', 'interactive', 'name', 'run_as_service', 'ip', 'port', 'port_mapping',
    'workdir', 'same_paths', 'entrypoint',
))


def runner_parser(program: str = 'tao_pt') -> Parser:
    """The verbs of a runner and their options."""
    top = Parser(prog=program, add_help=False, allow_abbrev=False)
    verbs = top.add_subparsers(dest='verb', parser_class=Parser)

    def add(name: str, help: str) -> Parser:
        added: Parser = verbs.add_parser(name, help=help, description=help, allow_abbrev=False)
        return added

    build = add('build', "build the checkout's base image from docker/Dockerfile")
    build.add_argument('--push', action='store_true', help='push it as USER-YYYYMMDDHHMM, and write its digest into'
                       ' docker/manifest.json')
    build.add_argument('--platform', action='append', default=[], metavar='PLATFORM[,...]',
                       help="build for these, such as linux/amd64,linux/arm64; others than this machine's need docker"
                       ' buildx')
    for name, platform in (('x86', X86), ('arm', ARM), ('multiplatform', f'{X86},{ARM}')):
        build.add_argument(f'--{name}', action='append_const', dest='platform', const=platform,
                           help=f'the same as --platform {platform}')
    build.add_argument('--l4t', action='store_true', help="build Jetson's base image, from docker/Dockerfile.l4t")
    build.add_argument('--update-digests', '--update_digests', action='store_true',
                       help='with --push: write the digest into the release Dockerfile as well')
    build.add_argument('--tag', default='', metavar='TAG', help='the tag it gets here (default: your user name)')
    release = add('release', "build the checkout's release image from release/docker/Dockerfile")
    release.add_argument('--tag', required=True, metavar='TAG', help='TAG beside the base image, or REPOSITORY:TAG')
    release.add_argument('--wheel', action='store_true', help='build the wheel first, in the developer container')
    release.add_argument('--push', action='store_true', help='push the image')
    release.add_argument('--base-digest', '--base_digest', action='store_true',
                         help="write the manifest's digests of the base image into its Dockerfile first")
    for one in (build, release):
        one.add_argument('--force', action='store_true', help='rebuild every layer (--no-cache)')
        one.add_argument('--build-arg', '--build_arg', action='append', default=[], metavar='NAME[=VALUE]',
                         help="an argument of the Dockerfile; NAME alone passes the host's value (repeatable)")
        one.add_argument('--build-secret', '--build_secret', action='append', default=[], metavar='NAME[=VALUE]',
                         help='a secret for RUN --mount=type=secret,id=NAME, which no layer keeps; or docker\'s own '
                         'id=NAME,src=FILE (repeatable)')
        one.add_argument('--dry-run', '--dry_run', action='store_true', help=DRY_RUN)
    check = add('check', 'check whether the checkout and this machine are ready')
    check.add_argument('--files', action='store_true', help='check files only, ask no engine, report only faults')
    check.add_argument('--all', action='store_true', help='list what is fine too')
    check.add_argument('--dry-run', '--dry_run', action='store_true', help=DRY_RUN)
    check.add_argument('--format', choices=('table', 'json'), default='table', help='how the findings are printed')
    return top


def runner_verb(program: str, words: list[str], invocation: Invocation) -> int:
    """Run the verb of a runner in `words`. Returns its exit code; raises Fatal."""
    options = invocation.options
    if options.get('help'):
        words = [words[0], '--help']
    try:
        given, unknown = runner_parser(program).parse_known_args(words)
    except HelpAsked as e:
        invocation.output.result(str(e))
        return 0
    if unknown:
        _refuse(program, unknown[0], given)
    for option in OPTIONS:
        if option.key in options and not _goes_with(option.key, given.verb, wheel=getattr(given, 'wheel', False)):
            if given.verb in OF_RUNNER_VERBS.get(option.name, ()):
                advice = f'{program} {given.verb} {option.example} …'
                raise UsageError(f'{option.name} goes after {given.verb}', advice=advice)
            for_wheel = _goes_with(option.key, given.verb, wheel=given.verb == 'release')
            why = 'goes with release --wheel only' if for_wheel else f'does not go with {given.verb}'
            raise UsageError(f'{option.name} {why}', advice=f'{program} {given.verb} --help')
    if given.verb == 'check':
        from .check import check

        form = 'lines' if given.dry_run else given.format
        return check(program, form, invocation, files=given.files, every=given.all)
    from ...checkouts.checkout import checkout

    found = checkout(program, invocation, asked_dry=given.dry_run)
    if given.verb == 'build':
        from . import build

        if given.update_digests and not given.push:
            raise UsageError('--update-digests goes with --push only', advice=f'{program} build --help')
        return build.build(found, build.BuildOptions(
            given.tag or str(options.get('tag') or ''), given.build_arg, given.build_secret,
            platforms(given.platform, is_l4t=given.l4t), given.push, given.force, given.update_digests,
        ))
    from . import release

    return release.release(found, release.ReleaseOptions(
        given.tag, given.build_arg, given.build_secret, given.wheel, given.push, given.force, given.base_digest,
    ))


def _goes_with(key: str, verb: str, *, wheel: bool) -> bool:
    if wheel:
        return key not in NOT_FOR_A_WHEEL
    return key in GENERAL or key in OF_A_VERB.get(verb, ())


def _refuse(program: str, word: str, given: Namespace) -> NoReturn:
    name, verb = word.partition('=')[0].replace('_', '-'), given.verb
    for option in OPTIONS:
        names = (option.name.replace('_', '-'), option.short or None)
        if name in names and _goes_with(option.key, verb, wheel=verb == 'release'):
            words = verb if _goes_with(option.key, verb, wheel=False) else f'{verb} --wheel'
            raise UsageError(
                f'{word} is an option of {program} itself and goes before {verb}',
                advice=f'{program} {option.example} {words} …',
            )
    shown, = masked_words([word])  # NAME=VALUE may be a --build-arg that lost its option
    raise UsageError(f'{verb}: unexpected "{shown}"', advice=f'{program} {verb} --help')
