"""Generated command lines and mounts files, with the words that break shells, CSV and JSON."""
from __future__ import annotations

import os
from typing import Any

from hypothesis import strategies as st

NASTY = [
    '', ' ', 'a b', "'", '"', "'echo a b'", '$HOME', '${X}', '$(id)', '`id`', ';id', '&& id', '|', '*', '?', '[a]', '~',
    '\\',
    '\\\\', '!', '#x', '-', '--', '-x', '--help', '-e', 'a=b', '=', ',', ':', '{}', '{a,b}', '\t', '\n', 'a\nb\n', '\r',
    'ünïcode', '日本', '\u202e', '\x1b[31m', '%s', '\\0', '(', ')', '<', '>', 'query=["a woman", "people"]', '$\'\\n\'',
]

characters = st.characters(blacklist_categories=['Cs'], blacklist_characters='\0')
texts = st.sampled_from(NASTY) | st.text(characters, max_size=12)
# what a shell passes on is bytes, not always UTF-8
words = texts | st.binary(max_size=6).map(lambda data: os.fsdecode(data.replace(b'\0', b'')))
paths = st.lists(
    (st.sampled_from([word for word in NASTY if '\n' not in word and '\r' not in word]) | st.text(
        st.characters(blacklist_categories=['Cs', 'Cc']), max_size=8,
    )).map(lambda text: text.replace('/', '')), min_size=1, max_size=3,
).map(lambda parts: '/d' + '/'.join(parts))
plain_paths = paths.map(lambda path: path.replace('$', ''))
names = st.sampled_from(['A', 'B', 'HOME', 'http_proxy', 'API_KEY', 'MY_TOKEN', 'a-b', 'ünï', '-x', '--', "'", '"',
    '$A', ';'])
modes = st.sampled_from(['', 'ro', 'rw', 'ro,z'])
ports = st.integers(1, 65535)


@st.composite
def options(draw: st.DrawFn) -> list[str]:
    """The launcher's options, all of them valid by themselves."""
    found = []
    for _ in range(draw(st.integers(0, 4))):
        path, other, value = draw(paths), draw(paths), draw(words)
        found.append(draw(st.sampled_from([
            f'--volume={path.replace(":", "")}:{other.replace(":", "")}',
            f'--env={draw(names)}={value}',
            f'--env={draw(names)}',
            f'--gpus={draw(st.sampled_from(["all", "none", "0", "0,1", "count=2", "GPU-1a"]))}',
            f'--port={draw(ports)}:{draw(ports)}',
            f'--ulimit={draw(st.sampled_from(["stack=1", "memlock=-1", "nofile=1:2"]))}',
            f'--docker-arg=--hostname={value}',
            f'--docker-arg=--label={value}',
            '--shm_size=16G', '--network=host', '--user=1000:1000', '--user=host', '--pull=always', '--name=job',
            '--detach',
            '--interactive', '--no-tty', '--quiet',
        ])))
    return found


@st.composite
def command_lines(draw: st.DrawFn) -> list[str]:
    """A whole command line of tao after its options, in one of its forms."""
    arguments = draw(st.lists(words, max_size=5))
    start = draw(st.sampled_from([
        ['dino', 'train'], ['model', 'dino', 'train', '--'], ['dino', 'run', 'x'], ['dino', 'run', '--'],
        ['converter', '-x'],
        ['dino', '--', 'anything'], ['deploy', 'dino', 'evaluate'], ['dino'],
    ]))
    return [*draw(options()), *start, *(arguments if start != ['dino'] else [])]


mounts = st.fixed_dictionaries({'source': plain_paths, 'destination': paths}, optional={'mode': modes.filter(bool)})
variables = st.fixed_dictionaries(
    {'variable': names}, optional={'value': texts | st.none() | st.booleans() | st.integers() | st.floats(-1e9, 1e9)},
)
ulimit = st.integers(-1, 2**40) | st.just('5:6') | st.just({'soft': 7, 'hard': 8})
docker_options: st.SearchStrategy[dict[str, Any]] = st.fixed_dictionaries({}, optional={
    'shm_size': st.sampled_from(['16G', '64m', '1.5 GiB', 1024]),
    'ulimits': st.dictionaries(st.sampled_from(['stack', 'nofile', 'memlock']), ulimit, max_size=3),
    'user': st.sampled_from(['host', '1000:1000', 'root', 0, '1001']),
    'ports': st.dictionaries(ports.map(str), ports | st.none() | st.just([1, 2]), max_size=2),
    'privileged': st.booleans(), 'tty': st.booleans(), 'init': st.booleans(),
    'network': st.sampled_from(['host', 'a"b', '$x', ';id']), 'ipc': st.just('host'),
    'gpus': st.sampled_from(['all', 'none', [0, '1'], 2]),
    'group_add': st.lists(st.sampled_from(['video', 44]), max_size=2),
    'workdir': paths, 'extra_args': st.lists(st.sampled_from(['--cpus=8', '--hostname=a b']), max_size=1),
})
mounts_files: st.SearchStrategy[dict[str, Any]] = st.fixed_dictionaries({}, optional={
    'Mounts': st.lists(mounts, max_size=4), 'Envs': st.lists(variables, max_size=4), 'DockerOptions': docker_options,
    '_comment': texts,
})
