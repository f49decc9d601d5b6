"""What `docker inspect` shows of a container is what the mounts file said, for generated mounts files."""
from __future__ import annotations

import json
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from inspected import Shown, created, image_environment, shown
from jobs import IMAGE, OURS, TAO, launched

if TYPE_CHECKING:
    from conftest import Docker, Program

UNITS = {'b': 1, 'k': 2**10, 'M': 2**20, 'G': 2**30, 'm': 2**20, 'g': 2**30, 'KB': 2**10}
LIMITS = {'stack': (2**20, 2**23), 'nofile': (256, 1024), 'core': (1, 2**30)}  # a job can start with these anywhere
ODD = ' :,"\'$;*&|\\=[]{}#~!%é日本\U0001f600-+@'

names = st.text(st.sampled_from('ab.' + ODD), min_size=1, max_size=8).map(lambda name: f'x{name}')
values = st.text(st.characters(blacklist_categories=['Cs'], blacklist_characters='\0'), max_size=20)
variables = st.from_regex(r'[A-Za-z_][A-Za-z0-9_.]{0,8}', fullmatch=True).map('V_{}'.format)
sizes = st.tuples(st.integers(1, 999), st.sampled_from(sorted(UNITS))).filter(lambda s: s[0] * UNITS[s[1]] >= 4096)
numbers = st.integers(1, 65535)
users = st.tuples(st.integers(2000, 60000), st.integers(2000, 60000))


@st.composite
def documents(draw: st.DrawFn) -> dict[str, Any]:
    """A mounts file. Sources are names below a folder that exists only once the test runs."""
    sources = draw(st.lists(names, max_size=4))
    destinations = draw(st.lists(names, min_size=len(sources), max_size=len(sources), unique=True))
    mounts = [
        {'source': source, 'destination': f'/in/{destination}', 'mode': draw(st.sampled_from(['', 'ro', 'rw']))}
        for source, destination in zip(sources, destinations)
    ]
    envs = [
        {'variable': name, 'value': value}
        for name, value in draw(st.dictionaries(variables, values, max_size=4)).items()
    ]
    hosts = draw(st.lists(numbers, max_size=3, unique=True))
    containers = draw(st.lists(numbers, min_size=len(hosts), max_size=len(hosts), unique=True))
    protocols = st.sampled_from(['', '/tcp', '/udp'])
    options: dict[str, Any] = {
        'ports': {f'{container}{draw(protocols)}': host for container, host in zip(containers, hosts)},
        'ulimits': {
            name: draw(st.one_of(
                st.integers(least, most),
                st.fixed_dictionaries({'soft': st.integers(least, most), 'hard': st.just(most)}),
            ))
            for name, (least, most) in LIMITS.items() if draw(st.booleans())
        },
        'group_add': draw(st.lists(st.integers(2000, 60000), max_size=3, unique=True)),
    }
    if draw(st.booleans()):
        options['shm_size'] = '{}{}'.format(*draw(sizes))
    if draw(st.booleans()):
        options['user'] = '{}:{}'.format(*draw(users))
    return {'Mounts': mounts, 'Envs': envs, 'DockerOptions': options}


def said(document: dict[str, Any], folder: Path, image: set[str]) -> Shown:
    """What a container must show, worked out from the file alone."""
    options = document['DockerOptions']
    environment = {f'{entry["variable"]}={entry["value"]}' for entry in document['Envs']}
    if 'user' in options:
        uid = options['user'].partition(':')[0]
        environment |= {'HOME=/tmp', f'USER=uid{uid}', f'LOGNAME=uid{uid}'}
    digits = options.get('shm_size', '64M').rstrip('bkKMmGgB')
    return Shown(
        mounts={(f'{folder}/{m["source"]}', m['destination'], m['mode'] != 'ro') for m in document['Mounts']},
        environment=environment | image,
        shm_size=int(digits) * UNITS[options.get('shm_size', '64M')[len(digits):]],
        ulimits={
            (name, limit['soft'], limit['hard']) if isinstance(limit, dict) else (name, limit, limit)
            for name, limit in options['ulimits'].items()
        },
        ports={key if '/' in key else f'{key}/tcp': {('', str(host))} for key, host in options['ports'].items()},
        user=options.get('user', ''),
        groups=[str(group) for group in options['group_add']],
        gpus=[(-1, None, [['gpu']])],
    )


def written(document: dict[str, Any], docker: Docker, folder: Path) -> None:
    """The document as the default mounts file, its sources made below `folder`."""
    absolute = [{**mount, 'source': f'{folder}/{mount["source"]}'} for mount in document['Mounts']]
    for mount in absolute:
        if not mount['mode']:
            del mount['mode']
        # "$" starts a variable in a source; in a destination it is a letter
        Path(mount['source']).mkdir(exist_ok=True)
    (Path(docker.env['HOME']) / '.tao_mounts.json').write_text(
        json.dumps({**document, 'Mounts': absolute}), encoding='utf-8',
    )


def without_dollars(document: dict[str, Any]) -> dict[str, Any]:
    mounts = [{**mount, 'source': mount['source'].replace('$', 'S')} for mount in document['Mounts']]
    return {**document, 'Mounts': mounts}


files = documents().map(without_dollars)
no_checks = list(HealthCheck)


@settings(max_examples=25, deadline=None, database=None, suppress_health_check=no_checks)
@given(document=files)
def test_created_from_the_dry_run(docker: Docker, tao: Program, document: dict[str, Any]) -> None:
    folder = Path(tempfile.mkdtemp())
    try:
        written(document, docker, folder)
        container = created(docker, tao, 'dino', 'train')
        assert shown(container) == said(document, folder, image_environment(docker, IMAGE))
    finally:
        shutil.rmtree(folder)


@settings(max_examples=4, phases=[Phase.generate], deadline=None, database=None, suppress_health_check=no_checks)
@given(document=files)
def test_running(docker: Docker, document: dict[str, Any]) -> None:
    folder = Path(tempfile.mkdtemp())
    try:
        written(document, docker, folder)
        with launched([TAO, '--stop-timeout', '0', 'dino', 'run', 'sleep', '600'], docker.env) as job:
            (container,) = docker.wait_for(OURS)
            found = shown(docker.inspect(container))
            job.send(15)
            assert job.code() == 143, job.err
        assert found == said(document, folder, image_environment(docker, IMAGE))
    finally:
        shutil.rmtree(folder)
