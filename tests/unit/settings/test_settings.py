"""Where a setting comes from: option, variable, mounts file, default; and what contradicts what."""
from __future__ import annotations

from typing import Any

import pytest
from merged_settings import FILE, merged

from tao_launcher.base.errors import UsageError
from tao_launcher.settings.options import BY_KEY
from tao_launcher.settings.values import Gpus, MountsFile, Ulimit


@pytest.mark.parametrize(('key', 'words', 'environ', 'file', 'value', 'source'), [
    ('gpus', '--gpus 0', {'TAO_GPUS': '1'}, FILE, Gpus('ids', ('0',)), '--gpus'),
    ('gpus', '', {'TAO_GPUS': '1'}, FILE, Gpus('ids', ('1',)), 'TAO_GPUS'),
    ('gpus', '', {'TAO_GPUS': ''}, FILE, Gpus('none'), 'DockerOptions.gpus of /m.json'),
    ('gpus', '', {}, MountsFile(), None, 'default'),
    ('shm_size', '--shm_size 1G', {}, FILE, '1G', '--shm_size'),
    ('shm_size', '', {}, FILE, '4G', 'DockerOptions.shm_size of /m.json'),
    ('shm_size', '', {}, MountsFile(), '16G', 'default'),
    ('network', '--network a', {}, FILE, 'a', '--network'),
    ('network', '', {}, FILE, 'file', 'DockerOptions.network of /m.json'),
    ('user', '--user root', {}, FILE, 'root', '--user'),
    ('user', '--run_as_user', {}, FILE, 'host', '--run_as_user'),
    ('user', '', {}, FILE, '1:1', 'DockerOptions.user of /m.json'),
    ('tty', '', {}, FILE, False, 'DockerOptions.tty of /m.json'),
    ('tty', '', {}, MountsFile(), True, 'default'),
    ('init', '', {}, FILE, False, 'DockerOptions.init of /m.json'),
    ('init', '', {}, MountsFile(), True, 'default'),
    ('engine', '--engine podman', {'TAO_ENGINE': 'x'}, FILE, ('podman',), '--engine'),
    ('engine', '', {'TAO_ENGINE': 'sudo -n docker'}, FILE, ('sudo', '-n', 'docker'), 'TAO_ENGINE'),
    ('engine', '', {'TAO_ENGINE': ''}, FILE, ('docker',), 'default'),
    ('engine', '', {'TAO_ENGINE': 'none'}, FILE, ('none',), 'TAO_ENGINE'),
    ('engine', '--engine docker:~/x', {'HOME': '/h'}, FILE, ('/h/x',), '--engine'),
    ('engine', '', {'HOME': '/h/', 'TAO_ENGINE': 'sudo -n ~/bin/podman'}, FILE, ('sudo', '-n', '/h/bin/podman'),
     'TAO_ENGINE'),
    ('engine', '--engine docker:~ann/x', {'HOME': '/h'}, FILE, ('~ann/x',), '--engine'),
    ('engine', '', {'TAO_DOCKER_DISABLE': '1'}, FILE, ('none',), 'TAO_DOCKER_DISABLE'),
    ('engine', '', {'TAO_DOCKER_DISABLE': '0'}, FILE, ('docker',), 'default'),
    ('engine', '', {'TAO_DOCKER_DISABLE': ''}, FILE, ('docker',), 'default'),
    ('engine', '', {'TAO_DOCKER_DISABLE': 'False'}, FILE, ('docker',), 'default'),
    ('engine', '', {'TAO_DOCKER_DISABLE': 'off'}, FILE, ('docker',), 'default'),
    ('engine', '', {'TAO_DOCKER_DISABLE': '1', 'TAO_ENGINE': 'podman'}, FILE, ('podman',), 'TAO_ENGINE'),
    ('engine', '--engine docker', {'TAO_DOCKER_DISABLE': '1'}, FILE, ('docker',), '--engine'),
    ('release', '--release 6.0.0', {'TAO_RELEASE': '5.0.0'}, FILE, '6.0.0', '--release'),
    ('release', '', {'TAO_RELEASE': '5.0.0'}, FILE, '5.0.0', 'TAO_RELEASE'),
    ('registry', '--registry a.b', {'OVERRIDE_REGISTRY': 'c.d'}, FILE, 'a.b', '--registry'),
    ('registry', '', {'OVERRIDE_REGISTRY': 'c.d:5000/x/'}, FILE, 'c.d:5000/x', 'OVERRIDE_REGISTRY'),
    ('pull', '--pull never', {'TAO_PULL': 'always'}, FILE, 'never', '--pull'),
    ('pull', '', {'TAO_PULL': 'always'}, FILE, 'always', 'TAO_PULL'),
    ('pull', '', {}, FILE, 'missing', 'default'),
    ('dry_run', '--dry-run', {'TAO_DRY_RUN': 'json'}, FILE, 'shell', '--dry-run'),
    ('dry_run', '--dry-run=pretty', {'TAO_DRY_RUN': 'json'}, FILE, 'pretty', '--dry-run'),
    ('dry_run', '', {'TAO_DRY_RUN': 'json'}, FILE, 'json', 'TAO_DRY_RUN'),
    ('dry_run', '', {'TAO_DRY_RUN': '0'}, FILE, '', 'TAO_DRY_RUN'),
    ('image', '--image a --image b', {}, FILE, 'b', '--image'),
    ('image', '--cached c', {}, FILE, 'c', '--cached'),
    ('stop_timeout', '--stop-timeout 2', {}, FILE, 2, '--stop-timeout'),
    ('stop_timeout', '', {}, FILE, 30, 'default'),
    ('timeout', '--timeout 90m', {'TAO_TIMEOUT': '1h'}, FILE, 5400, '--timeout'),
    ('timeout', '', {'TAO_TIMEOUT': '1h'}, FILE, 3600, 'TAO_TIMEOUT'),
    ('timeout', '', {}, FILE, None, 'default'),
])
def test_precedence(
    key: str, words: str, environ: dict[str, str], file: MountsFile, value: object, source: str,
) -> None:
    found = merged(words, environ, file)
    row = BY_KEY[key]
    said = found.passed.get(key, row.default) if row.docker.startswith('-') else getattr(found, key)
    assert (said, str(found.sources[key])) == (value, source)


def test_largest_limit() -> None:
    limits = merged(f'--ulimit stack={2**63 - 1} --ulimit core={2**63 - 1}:-1 --ulimit nofile=1:-1').ulimits
    assert limits == (Ulimit('stack', 2**63 - 1), Ulimit('core', 2**63 - 1, -1), Ulimit('nofile', 1, -1))


@pytest.mark.parametrize(('words', 'message'), [
    ('--run_as_user --user root', '--run_as_user and --user cannot be combined'),
    ('--tag a --image b', '--tag and --image cannot be combined'),
    ('--tag a --cached b', '--tag and --cached cannot be combined'),
    ('--image a --cached a', '--image and --cached cannot be combined'),
    ('--tty --no-tty', '--tty and --no-tty cannot be combined'),
    ('--detach --tty', '--detach and --tty cannot be combined'),
    ('--detach --interactive', '--detach and --interactive cannot be combined'),
    ('--quiet --verbose', '--quiet and --verbose cannot be combined'),
])
def test_contradictions(words: str, message: str) -> None:
    with pytest.raises(UsageError) as error:
        merged(words)
    assert (error.value.what, error.value.why) == (message, ())


VOLUME = 'expected SRC, SRC:DST or SRC:DST:MODE (a path with ":" fits into the mounts file only)'
LIMIT = 'expected -1 (unlimited) or a number from 0 to 2^63-1'
BAD: list[tuple[str, dict[str, str], str]] = [
    ('--shm_size 16GB!', {}, '--shm_size: "16GB!": expected a size such as 16G, 512M or a number of bytes'),
    ('--shm_size=', {}, '--shm_size: "": expected a size such as 16G, 512M or a number of bytes'),
    ('--ulimit stack', {}, '--ulimit: "stack": expected NAME=SOFT or NAME=SOFT:HARD'),
    ('--ulimit stak=1', {}, '--ulimit: "stak=1": did you mean stack?'),
    (f'--ulimit stack={2**63}', {}, f'--ulimit: "stack={2**63}": {LIMIT}'),
    (f'--ulimit stack=1:{2**63}', {}, f'--ulimit: "stack=1:{2**63}": {LIMIT}'),
    ('--ulimit stack=-2', {}, f'--ulimit: "stack=-2": {LIMIT}'),
    ('--ulimit stack=2:1', {}, '--ulimit: "stack=2:1": expected a soft limit not above the hard one, not 2:1'),
    ('--port 8888', {}, '--port: "8888": expected HOST:CONTAINER, for example 8888:8888'),
    ('--port :80', {}, '--port: ":80": expected HOST:CONTAINER, for example 8888:8888'),
    ('--port=', {}, '--port: "": expected HOST:CONTAINER, for example 8888:8888'),
    ('--port 80/udp', {}, '--port: "80/udp": expected HOST:CONTAINER, for example 8888:8888'),
    ('--port 8000-8002', {}, '--port: "8000-8002": expected HOST:CONTAINER, for example 8888:8888'),
    ('--port 8000-8002:9000-9001', {}, '--port: "8000-8002:9000-9001": expected two ranges of one length'),
    ('--port 8002-8000:9002-9000', {}, '--port: "8002-8000:9002-9000": expected two ranges of one length'),
    ('--port 0-1:1-2', {}, '--port: "0-1:1-2": expected a port from 1 to 65535'),
    ('--port 1-2:65535-65536', {}, '--port: "1-2:65535-65536": expected a port from 1 to 65535'),
    ('--port 1-2:1-2/x', {}, '--port: "1-2:1-2/x": expected /tcp, /udp or /sctp after the port'),
    ('--port 0:1', {}, '--port: "0:1": expected a port from 1 to 65535'),
    ('--port 1:65536', {}, '--port: "1:65536": expected a port from 1 to 65535'),
    ('--port ::1:1:1', {}, '--port: "::1:1:1": expected PORT or IP:PORT (an IPv6 address in brackets)'),
    ('--port 1:1/x', {}, '--port: "1:1/x": expected /tcp, /udp or /sctp after the port'),
    ('--volume /a:/b:ro:/c', {}, f'--volume: "/a:/b:ro:/c": {VOLUME}'),
    ('--volume /', {}, '--volume: "/": expected a folder below / of the container, not / itself'),
    ('--volume :/a', {}, f'--volume: ":/a": {VOLUME}'),
    ('--volume /a:b', {}, '--volume: "/a:b": expected an absolute path in the container'),
    ('--volume /a:/', {}, '--volume: "/a:/": expected a folder below / of the container, not / itself'),
    ('--volume /a:/b:x', {}, '--volume: "/a:/b:x": expected ro, rw, z or Z, or two of them joined by a comma'),
    ('--env =x', {}, '--env: "": expected NAME=VALUE or NAME'),
    ('--network=', {}, '--network: "": expected a name without blanks'),
    ('--user a:b:c', {}, '--user: "a:b:c": expected UID:GID, a user name of the image, or host for the caller'),
    ('--tag a/b', {}, '--tag: "a/b": expected a tag such as 6.0.0-pyt'),
    ('--image -x', {}, '--image: "-x": expected an image such as nvcr.io/nvidia/tao/tao-toolkit:6.0.0-pyt'),
    ('--name x', {}, '--name: "x": expected two or more letters, digits, _ . -, the first a letter or digit'),
    ('--pull sometimes', {}, '--pull: "sometimes": expected missing, always or never'),
    ('--stop-timeout 1.5', {}, '--stop-timeout: "1.5": expected a whole number of seconds'),
    ('--dry-run=yaml', {}, '--dry-run: "yaml": expected shell, pretty or json'),
    ('', {'TAO_DRY_RUN': 'maybe'}, 'TAO_DRY_RUN: "maybe": expected shell, pretty or json'),
    ('', {'TAO_PULL': 'no'}, 'TAO_PULL: "no": expected missing, always or never'),
    ('', {'TAO_ENGINE': "'docker"}, 'TAO_ENGINE: "\'docker": No closing quotation'),
    ('', {'TAO_ENGINE': ' '},
        'TAO_ENGINE: " ": expected docker, podman, docker:/path/of/it, "sudo -n docker", apptainer or none'),
    ('', {'OVERRIDE_REGISTRY': 'https://x'},
        'OVERRIDE_REGISTRY: "https://x": expected HOST[:PORT][/PREFIX], without https://'),
]


@pytest.mark.parametrize(('words', 'environ', 'message'), BAD)
def test_refused(words: str, environ: dict[str, str], message: str) -> None:
    with pytest.raises(UsageError) as error:
        merged(words, environ)
    assert (error.value.what, error.value.why) == (message, ())


def test_all_problems_at_once() -> None:
    with pytest.raises(UsageError) as error:
        merged('--tty --no-tty --shm_size x --port 1 --env =s3cr3t --volume :a', {'TAO_GPUS': 'x', 'TAO_PULL': 'x'})
    found: list[Any] = [error.value.what, *error.value.why]
    assert [line.partition(':')[0] for line in found] == [
        '--tty and --no-tty cannot be combined', 'TAO_GPUS', '--shm_size', 'TAO_PULL', '--port', '--volume', '--env',
    ]
    assert 's3cr3t' not in ''.join(found)
