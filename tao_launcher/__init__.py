# Every way in comes here first, so whatever python it is must be able to read this file.
import sys

__version__ = '0.1.0'

if sys.version_info < (3, 8):  # noqa: UP036
    what = 'python 3.8 or later is needed, this is %d.%d' % sys.version_info[:2]  # noqa: UP031
    sys.stderr.write('tao: error: ' + what + '\n')
    raise SystemExit(2)
