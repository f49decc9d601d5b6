"""tao_pt and its siblings: the developer container of a backend checkout."""
from __future__ import annotations

from .. import host, runners
from ..errors import ConfigError, UsageError
from .launch import launch
from .prepare import prepare

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from ..cli import Values
    from ..findings import Finding
    from ..host import Host
    from ..output import Output
    from ..plan import Target
    from ..settings import Settings


def runner(
    program: str, options: Values, words: list[str], environ: Mapping[str, str], output: Output,
) -> int:
    """Run, print or explain a developer's command. Returns the exit code; raises Fatal."""
    import json

    profile = json.loads(host.package_data('runners.json'))[program]
    if options.get('help'):
        from .. import help as texts

        output.result(texts.runner(program, profile['root_variable'], words))
        return 0
    if words and words[0] != '--':
        raise UsageError(
            f'unexpected word "{words[0]}"', 'the command stands behind a "--"',
            advice=f'{program} -- COMMAND [ARGS...], or {program} alone for a shell',
        )
    here = host.survey(environ)

    def target(settings: Settings) -> Target:
        root = find_root(program, profile, environ, here)
        image = settings.image or _manifest_image(root, here, by_tag=bool(settings.tag))
        return runners.target(program, profile, root, image, words[1:])

    plan, dry_run = prepare(options, runners.defaults(profile), environ, here, output, target)
    output.verbose(f'image: {plan.image}')
    return launch(plan, dry_run, environ, here.arg_max, output)


def find_root(
    program: str, profile: Mapping[str, Any], environ: Mapping[str, str], here: Host,
) -> str:
    """The checkout: the root variable's folder, else the nearest folder upwards with a manifest.

    Raises ConfigError.
    """
    variable = profile['root_variable']
    if environ.get(variable):
        return host.path_of(environ[variable])
    folder = here.cwd
    while not host.exists(f'{folder}/{runners.MANIFEST}'):
        if folder in ('/', ''):
            raise ConfigError(
                f'no checkout found for {program}',
                f'{variable} is not set, and neither {here.cwd} nor a folder above it has {runners.MANIFEST}',
                advice=_export(profile),
            )
        folder = folder.rpartition('/')[0] or '/'
    return folder


def _export(profile: Mapping[str, Any]) -> str:
    """The command that names a runner's checkout."""
    return f'export {profile["root_variable"]}=/path/to/{profile["backend_repository"].rpartition("/")[2]}'


def _manifest_image(root: str, here: Host, by_tag: bool) -> str:
    path = f'{root}/{runners.MANIFEST}'
    data = host.read(path, 'manifest that names the base image, of the checkout that the root variable or the current '
                     'folder names', required=True)
    return runners.manifest_image(data or b'', path, here.machine, by_tag)


def findings(environ: Mapping[str, str], here: Host) -> list[Finding]:
    """What `tao doctor --dev` says of each runner: its checkout, its manifest and the image that it names."""
    import json

    from ..findings import Finding

    found = []
    for program, profile in json.loads(host.package_data('runners.json')).items():
        variable = profile['root_variable']
        if not environ.get(variable):
            found.append(Finding(program, 'info', f'{variable} is not set', _export(profile)))
            continue
        try:
            image = _manifest_image(host.path_of(environ[variable]), here, by_tag=False)
        except ConfigError as e:
            found.append(Finding(program, 'fail', '; '.join((e.what, *e.why)), f'correct {variable} or the file'))
        else:
            found.append(Finding(program, 'ok', f'{environ[variable]}, image {image}'))
    return found
