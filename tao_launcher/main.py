"""The way in: one program under six names, and the one place that turns an error into a line and a code."""
from __future__ import annotations

import os
import sys

from .base import host
from .base.errors import Fatal, UsageError
from .base.output import Output, OutputClosed
from .settings.invocation import Instead, Invocation
from .settings.option import is_verbose
from .settings.programs import RUNNERS, TAO

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from .settings.option import Values

MANY_OBJECTS = 100_000  # no launch makes so many, so that none is interrupted to look for those in circles
INTERRUPT = 2  # SIGINT; module signal is slow to load and only needed to die of it


def main(argv: Sequence[str] | None = None, program: str = 'tao') -> int:
    """Run the launcher with the words of a command line (without the program's name).

    Returns the exit code, or -2 when a shell loop around the launcher should stop: the caller then
    dies of SIGINT itself, as `console` does.
    """
    environ = host.environment()
    output = Output(program, environ)
    try:
        try:
            return _run(host.arguments() if argv is None else list(argv), program, environ, output)
        except Instead as other:
            os.chdir(other.folder or '.')  # one that was removed has no path
            output.program = other.program
            return _run([*other.words], other.program, {**other.environ, 'PWD': other.folder}, output)
    except Fatal as e:
        output.error(e)
        return e.code
    except OutputClosed as e:
        return e.code
    except KeyboardInterrupt:
        return -INTERRUPT
    except Exception as e:
        if environ.get('TAO_DEBUG'):
            raise
        output.error(Fatal(
            f'a bug of the launcher: {type(e).__name__}: {e}',
            advice='the same command with TAO_DEBUG=1 shows where, for a report',
        ))
        return Fatal.code


def console() -> None:
    """The console script: `main` under the name that the program was called by."""
    import gc

    gc.set_threshold(MANY_OBJECTS)
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:  # closed: what is opened next would take its place, and get what is written there
            os.open(os.devnull, os.O_RDWR)
    name = os.path.basename(sys.argv[0])
    code = main(program=name if name in (*TAO, *RUNNERS) else 'tao')
    if code < 0:
        from .engine.signals import die_of

        die_of(-code)
    gc.freeze()  # what is left ends with the process, and is not searched at the interpreter's end
    raise SystemExit(code)


def _run(words: list[str], program: str, environ: dict[str, str], output: Output) -> int:
    if words[:2] == ['completion', '--complete'] and program in TAO:
        from .commands.completion.complete import complete

        return complete(words[2:], environ, output)
    from .settings.command_line import parse

    options: Values = {}
    try:
        options, rest = parse(words, program, options)
    except UsageError:
        output.color(str(options.get('color', 'auto')))  # as far as they could be read
        raise
    output.set_up(
        quiet=bool(options.get('quiet')), verbose=is_verbose(options, environ), color=str(options.get('color', 'auto')),
    )
    if options.get('version'):
        from . import __version__

        output.result(f'{program} {__version__}\n')
        return 0
    here = host.survey(environ)._replace(called=(program, *words))
    invocation = Invocation(options, environ, here, output)
    if program in RUNNERS:
        from .commands.runner.runner import runner

        return runner(program, rest, invocation)
    from .commands.dispatch import dispatch

    return dispatch(rest, invocation)
