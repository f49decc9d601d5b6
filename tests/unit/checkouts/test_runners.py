"""Developer runners: the checkout, its manifest, and what their container has besides the task's."""
from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from runner_calls import NAMES, PROFILES, argv_of
from support import write_mounts

from tao_launcher.base import json_text
from tao_launcher.base.errors import ConfigError
from tao_launcher.checkouts import runners

SHAPES = [(program, shape) for program, profile in PROFILES.items() for shape in profile['manifest_shapes']]
DIGEST = 'sha256:' + 'a' * 64
ARM = 'sha256:' + 'b' * 64
IMAGE_FORM = 'expected an image such as nvcr.io/nvidia/tao/tao-toolkit:6.0.0-pyt'


def image(manifest: object, machine: str = 'x86_64', by_tag: bool = False) -> str:
    data = manifest if isinstance(manifest, bytes) else json.dumps(manifest).encode()
    return runners.manifest_image(data, '/m.json', machine, by_tag=by_tag)


@pytest.mark.parametrize(('program', 'shape'), SHAPES)
def test_every_known_shape_of_a_manifest(program: str, shape: dict[str, Any]) -> None:
    base = f'{shape["registry"]}/{shape["repository"]}'
    for machine, name in (('x86_64', 'x86'), ('aarch64', 'arm')):
        digest = shape.get('digests', {}).get(name, shape.get('digest'))
        assert image(shape, machine) == (f'{base}@{digest}' if digest else f'{base}:{shape["tag"]}')
    assert image(shape, by_tag=True) == base


@pytest.mark.parametrize('machine', ['aarch64', 'arm64'])
def test_digest_of_this_machine(machine: str) -> None:
    manifest = {**NAMES, 'digests': {'x86': DIGEST, 'arm': ARM}, 'digest': DIGEST, 'tag': 't'}
    assert image(manifest, machine) == f'nvcr.io/a/b@{ARM}'


@pytest.mark.parametrize(('words', 'env', 'digest'), [
    (['--platform', 'linux/amd64'], {}, DIGEST), (['--platform', 'linux/arm64'], {}, ARM),
    (['--platform=arm64'], {}, ARM), (['--platform', 'linux/arm64/v8'], {}, ARM),
    ([], {'DOCKER_DEFAULT_PLATFORM': 'linux/arm64'}, ARM), ([], {'DOCKER_DEFAULT_PLATFORM': 'linux/amd64'}, DIGEST),
    (['--platform', 'linux/amd64'], {'DOCKER_DEFAULT_PLATFORM': 'linux/arm64'}, DIGEST),
    (['--engine', 'sudo docker'], {'DOCKER_DEFAULT_PLATFORM': 'linux/arm64'}, DIGEST),
])
def test_digest_of_the_platform_that_is_asked_for(
    words: list[str], env: dict[str, str], digest: str, checkout: Path, home: Path,
) -> None:
    """Whether by an option, by the mounts file, or for docker's client."""
    (checkout / 'docker/manifest.json').write_text(json.dumps({**NAMES, 'digests': {'x86': DIGEST, 'arm': ARM}}))
    assert f'{digest}\n' in '\n'.join(argv_of('tao_pt', checkout, *words, '--', 'x', **env))
    write_mounts(home, {'DockerOptions': {'platform': 'linux/arm64'}})
    assert argv_of('tao_pt', checkout, '--', 'x')[-2].endswith(ARM)


@pytest.mark.parametrize(('platform', 'by', 'fault'), [
    ('linux/arm64', '--platform', 'linux/arm64 (arm), which --platform asks for'),
    ('linux/arm/v7', '--platform', 'linux/arm/v7 (arm32), which --platform asks for'),
    ('linux/s390x', 'DOCKER_DEFAULT_PLATFORM', 'linux/s390x (s390x), which DOCKER_DEFAULT_PLATFORM asks for'),
])
def test_a_platform_that_the_manifest_has_no_image_for(platform: str, by: str, fault: str) -> None:
    data = json.dumps({**NAMES, 'digests': {'x86': DIGEST}}).encode()
    with pytest.raises(ConfigError) as error:
        runners.manifest_image(data, '/m.json', platform, by_tag=False, asked=by)
    assert error.value.why == (f'digests: no image for {fault}; it has x86',)


@pytest.mark.parametrize(('manifest', 'faults'), [
    ([], ['a list: expected an object {...}']), ('s3cr3t', ['a string: expected an object {...}']),
    (None, ['null: expected an object {...}']), (1.5, ['a number: expected an object {...}']),
    ({'_comment': 1}, ['registry: null: expected a string', 'repository: null: expected a string']),
    ({}, ['registry: null: expected a string', 'repository: null: expected a string']),
    ({'registry': 'r', 'repository': 1}, ['repository: 1: expected a string']),
    (NAMES, ['tag: null: expected a tag, or a digest beside it']),
    ({**NAMES, 'tag': 7}, ['tag: 7: expected a tag, or a digest beside it']),
    ({**NAMES, 'digest': 'sha256:x'}, ['digest: "sha256:x": expected "sha256:" and 64 hex digits']),
    ({**NAMES, 'digest': 5, 'tag': 't'}, ['digest: 5: expected "sha256:" and 64 hex digits']),
    ({**NAMES, 'digests': []}, ['digests: a list: expected an object {...}']),
    ({**NAMES, 'digests': {}}, ['digests: no image for this machine (x86); it has none']),
    ({**NAMES, 'digests': {'arm': ARM, 'x86': None}}, ['digests.x86: null: expected "sha256:" and 64 hex digits']),
    ({'registry': '', 'repository': '', 'tag': ''}, [
        'registry: "": expected a string that is not empty', 'repository: "": expected a string that is not empty']),
    ({**NAMES, 'digests': {'arm': ARM}}, ['digests: no image for this machine (x86); it has arm']),
    ({**NAMES, 'digests': {'x86': 1}}, ['digests.x86: 1: expected "sha256:" and 64 hex digits']),
    (b'{"registry": "a", "registry": "b", "repository": "c", "tag": "d"}', ['registry: appears more than once']),
])
def test_faults_of_a_manifest(manifest: object, faults: list[str]) -> None:
    with pytest.raises(ConfigError) as error:
        image(manifest)
    assert list(error.value.why) == faults
    assert error.value.what == f'/m.json: {len(faults)} problem{"s" if len(faults) > 1 else ""}'


@pytest.mark.parametrize('digest', [
    'sha256:' + 'a' * 63, 'sha256:' + 'a' * 65, 'sha256:' + 'A' * 64, 'sha256:' + 'g' * 64, 'a' * 64, '', f'{DIGEST}\n',
    'sha256:' + '-' * 64,
])
def test_a_digest_is_sha256_and_64_hex_digits(digest: str) -> None:
    shown = json_text.show(digest)
    for path, manifest in (
        ('digest', {**NAMES, 'digest': digest}), ('digests.x86', {**NAMES, 'digests': {'x86': digest}}),
    ):
        with pytest.raises(ConfigError) as error:
            image(manifest)
        assert (error.value.what, error.value.why) == (
            '/m.json: 1 problem', (f'{path}: {shown}: expected "sha256:" and 64 hex digits',),
        )


@pytest.mark.parametrize(('names', 'fault'), [
    ({'registry': '--privileged'}, f'"--privileged/a/b:c": {IMAGE_FORM}'),
    ({'registry': '-v'}, f'"-v/a/b:c": {IMAGE_FORM}'),
    ({'registry': 'nvcr io'}, f'"nvcr io/a/b:c": {IMAGE_FORM}'),
    ({'repository': 'a b'}, f'"nvcr.io/a b:c": {IMAGE_FORM}'),
    ({'repository': '$(id)'}, f'"nvcr.io/$(id):c": {IMAGE_FORM}'),
    ({'tag': 'c d'}, f'"nvcr.io/a/b:c d": {IMAGE_FORM}'),
    ({'registry': 'nvcr.io\n'}, 'registry: "nvcr.io\\n": line breaks are not allowed here'),
    ({'tag': 'c\n'}, 'tag: "c\\n": line breaks are not allowed here'),
])
def test_an_image_is_read_as_that_of_the_option(names: dict[str, str], fault: str) -> None:
    with pytest.raises(ConfigError) as error:
        image({**NAMES, 'tag': 'c', **names})
    assert (error.value.what, error.value.why) == ('/m.json: 1 problem', (fault,))


def test_an_image_is_checked_whose_tag_is_another() -> None:
    with pytest.raises(ConfigError) as error:
        image({**NAMES, 'registry': '--privileged'}, by_tag=True)
    assert (error.value.what, error.value.why) == ('/m.json: 1 problem', (f'"--privileged/a/b": {IMAGE_FORM}',))


@pytest.mark.parametrize('program', PROFILES)
def test_whole_argv(program: str, checkout: Path) -> None:
    profile = PROFILES[program]
    place, workdir = profile['mounted_at'], profile['working_directory']
    argv = argv_of(program, checkout, '--', 'make', 'a b', PYTHONPATH='/host')
    digest = next(word for word in argv if word.startswith('tao.plan='))
    assert argv == [
        'docker', 'run', '--rm', '--init', '--gpus', 'all', '-v', f'{checkout}:{place}', '-e', f'PYTHONPATH={place}',
        '-e', 'PYTHONDONTWRITEBYTECODE=1', '-e', 'TAO_LAUNCH_ID', '--shm-size', '16G',
        *(['--network', 'host'] if profile['network_default'] == '--net=host' else []),
        *(['--workdir', workdir] if workdir else []),
        '--label', f'tao.job={program}/run', '--label', f'tao.user={os.getuid()}', '--label', digest, 'nvcr.io/a/b:c',
        'make', 'a b',
    ]


def test_shell(checkout: Path) -> None:
    for words in ([], ['--']):
        argv = argv_of('tao_pt', checkout, *words)
        assert argv[-1] == '/bin/bash' and 'tao.job=tao_pt/shell' in argv


def test_ports_need_dockers_own_network(checkout: Path, home: Path) -> None:
    argv = argv_of('tao_pt', checkout, '--port', '8888:80')
    assert '--network' not in argv and argv[argv.index('-p') + 1] == '8888:80'
    argv = argv_of('tao_pt', checkout, '--port', '8888:80', '--network', 'other')
    assert argv[argv.index('--network') + 1] == 'other'
    write_mounts(home, {'DockerOptions': {'ports': {'80': 8888}}})
    assert '--network' not in argv_of('tao_pt', checkout)


@pytest.mark.parametrize(('options', 'image_word'), [
    (['--tag', 'dev'], 'nvcr.io/a/b:dev'), (['--image', 'x:y'], 'x:y'), (['--cached', 'x:y'], 'x:y'),
    (['--registry', 'localhost:5000'], 'localhost:5000/a/b:c'), ([], 'nvcr.io/a/b:c'),
])
def test_other_images(options: list[str], image_word: str, checkout: Path) -> None:
    assert argv_of('tao_pt', checkout, *options, '--', 'x')[-2] == image_word


def test_what_the_user_says_beats_the_profile(checkout: Path, home: Path) -> None:
    write_mounts(home, {
        'Mounts': [{'source': '/', 'destination': '/tao-pt/'}], 'Envs': [{'variable': 'PYTHONPATH', 'value': '/mine'}],
        'DockerOptions': {'shm_size': '4G', 'workdir': '/w'},
    })
    argv = argv_of('tao_pt', checkout)
    assert argv[argv.index('-v') + 1] == '/:/tao-pt' and argv.count('-v') == 1
    assert 'PYTHONPATH=/mine' in argv and 'PYTHONPATH=/tao-pt' not in argv
    assert argv[argv.index('--shm-size') + 1] == '4G'
    assert argv[argv.index('--workdir') + 1] == '/w'


@pytest.mark.parametrize(('options', 'file', 'path'), [
    (['--env', 'PYTHONPATH'], None, '/tao-pt'),
    ([], {'Envs': [{'variable': 'PYTHONPATH'}]}, '/tao-pt'),
    (['--env', 'PYTHONPATH'], {'Envs': [{'variable': 'PYTHONPATH', 'value': None}]}, '/tao-pt'),
    (['--env', 'PYTHONPATH=/mine'], None, '/mine'),
    (['--env', 'PYTHONPATH='], None, ''),
    (['--env', 'PYTHONPATH'], {'Envs': [{'variable': 'PYTHONPATH', 'value': '/file'}]}, '/file'),
    (['--env', 'PYTHONPATH=/mine'], {'Envs': [{'variable': 'PYTHONPATH'}]}, '/mine'),
])
@pytest.mark.parametrize('env', [{'PYTHONPATH': '/host'}, {}])
def test_the_hosts_pythonpath_means_nothing_in_the_container(
    options: list[str], file: object, path: str, env: dict[str, str], checkout: Path, home: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv('PYTHONPATH', raising=False)
    if file:
        write_mounts(home, file)
    argv = argv_of('tao_pt', checkout, *options, **env)
    assert [word for word in argv if word.startswith('PYTHONPATH')] == [f'PYTHONPATH={path}']


@pytest.mark.parametrize(('options', 'words'), [
    ([], ['PYTHONDONTWRITEBYTECODE=1']), (['--env', 'PYTHONDONTWRITEBYTECODE='], ['PYTHONDONTWRITEBYTECODE=']),
    (['--env', 'PYTHONDONTWRITEBYTECODE'], ['PYTHONDONTWRITEBYTECODE=1']),
])
def test_byte_code_is_not_written(options: list[str], words: list[str], checkout: Path) -> None:
    """It would be root's, in the caller's checkout; an empty value has Python write it."""
    for command in (['--', 'x'], []):
        argv = argv_of('tao_pt', checkout, *options, *command)
        assert [word for word in argv if 'BYTECODE' in word] == words


def test_other_variables_go_by_name(checkout: Path) -> None:
    assert 'OTHER' in argv_of('tao_pt', checkout, '--env', 'OTHER', OTHER='x')
