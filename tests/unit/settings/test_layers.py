"""How lists of several sources become one."""
from __future__ import annotations

from tao_launcher.settings import command_line, mounts_file, settings
from tao_launcher.settings.values import Gpus, Port, Ulimit

FILE = mounts_file.MountsFile(path='/m.json', options={
    'gpus': Gpus('none'), 'shm_size': '4G', 'network': 'file', 'user': '1:1', 'tty': False, 'init': False,
    'ulimits': (Ulimit('stack', 1), Ulimit('core', 2)), 'ports': (Port(80, 'tcp', '8080'), Port(80, 'udp', '8080')),
})
DEFAULTS = {'shm_size': '16G'}


def merged(words: str = '', environ: dict[str, str] = {}, file: mounts_file.MountsFile = mounts_file.MountsFile()) -> settings.Settings:  # noqa: B006, B008, E501
    options, rest = command_line.parse(words.split(), 'tao')
    assert rest == []
    return settings.merge(options, environ, file, DEFAULTS, '/work', '/home/user')


def test_ulimits_merge_by_name_and_ports_by_port_and_protocol() -> None:
    found = merged('--ulimit stack=5:6 --ulimit nofile=7 --port 9:80 --port 10:81/udp', {}, FILE)
    assert found.ulimits == (Ulimit('core', 2), Ulimit('stack', 5, 6), Ulimit('nofile', 7))
    assert found.ports == (Port(80, 'udp', '8080'), Port(80, 'tcp', '9'), Port(81, 'udp', '10'))
