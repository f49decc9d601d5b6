"""The settings of a command line, variables and a mounts file: every source has something to say."""
from __future__ import annotations

from tao_launcher.settings import command_line, settings
from tao_launcher.settings.values import Gpus, MountsFile, Port, Ulimit

FILE = MountsFile(path='/m.json', options={
    'gpus': Gpus('none'), 'shm_size': '4G', 'network': 'file', 'user': '1:1', 'tty': False, 'init': False,
    'ulimits': (Ulimit('stack', 1), Ulimit('core', 2)), 'ports': (Port(80, 'tcp', '8080'), Port(80, 'udp', '8080')),
})
DEFAULTS = {'shm_size': '16G'}


def merged(words: str = '', environ: dict[str, str] = {}, file: MountsFile = MountsFile()) -> settings.Settings:  # noqa: B006, B008
    """The settings that these give; `words` are options alone."""
    options, rest = command_line.parse(words.split(), 'tao')
    assert rest == []
    return settings.merge(options, environ, file, DEFAULTS, '/work', '/home/user')
