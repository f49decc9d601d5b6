"""The releases that a bundle carries to a host whose launcher does not know them."""
from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from archives import classic, configuration, sha
from image_answers import Engine, image
from plans import CATALOGUE
from support import tao

from tao_launcher.base.errors import ConfigError
from tao_launcher.commands.images import bundle
from tao_launcher.commands.images.carried import carried, reduced
from tao_launcher.commands.images.store import Needed
from tao_launcher.tasks.release_file import Release, pairs

A = configuration('a')
IMAGE = 'own.test/a:1'
GROUPS = {'model': {IMAGE: ['dino', 'newnet'], 'own.test/b:1': ['x']}}


def test_reduced() -> None:
    release = Release({'model': {'a': ['x', 'y'], 'b': ['z']}, 'deploy': {'d': ['y']}},
                      {'model/x': ['train'], 'deploy/y': ['export']}, '2026-01-01')
    assert reduced(release, {'model/x', 'model/z'}) == Release(
        {'model': {'a': ['x'], 'b': ['z']}}, {'model/x': ['train']}, '2026-01-01')
    assert list(pairs(reduced(release, {'deploy/y'}))) == [('deploy', 'd', 'y')]


def test_what_a_launcher_has_by_itself_is_not_carried() -> None:
    wanted = [Needed(IMAGE, '7.2.0', ('model/newnet',)), Needed('c', '7.1.0', ('model/dino',))]
    known = CATALOGUE._replace(releases={**CATALOGUE.releases, '7.2.0': GROUPS})
    assert carried(known, wanted) == {}
    assert carried(known._replace(added={'7.2.0': '/f'}), wanted) == {'7.2.0': Release({'model': {IMAGE: ['newnet']}})}


def test_a_file_that_replaces_the_catalogue_is_carried_where_its_release_has_a_name() -> None:
    known = CATALOGUE._replace(releases={'5.9': GROUPS, 'a b': GROUPS}, subtasks={}, path='/c.json')
    wanted = [Needed(IMAGE, release, ('model/dino',)) for release in known.releases]
    assert carried(known, wanted) == {'5.9': Release({'model': {IMAGE: ['dino']}})}


def test_a_task_comes_with_the_image_that_it_runs_in() -> None:
    """Another that lists it too is not in the bundle, which could not be loaded then."""
    groups = {'model': {'old:1': ['x', 'dino'], IMAGE: ['dino']}}
    known = CATALOGUE._replace(releases={'5.9': groups}, subtasks={}, path='/c.json')
    assert carried(known, [Needed(IMAGE, '5.9', ('model/dino',))]) == {'5.9': Release({'model': {IMAGE: ['dino']}})}


def test_names_that_a_load_refuses_are_not_saved(engine: Engine, home: Path, tmp_path: Path) -> None:
    """Found on the other host they would have been found too late. All are told, of the tasks that are asked for."""
    entry = {'docker_registry': 'own.test'}
    groups = {'model': ['dino', 'my task', '\xfcnet', 'any other'], 'a b': ['x']}
    path = home / '.tao' / 'config.json'
    path.parent.mkdir()
    path.write_text(json.dumps({'format_version': '3.0', 'toolkit_version': '5.9', 'task_group': {
        group: {'dockers': {'a': {'1': {**entry, 'tasks': tasks}}}} for group, tasks in groups.items()
    }}))
    engine.has(image(IMAGE, id=sha(A)))
    expected = 'expected a task of letters, digits, . _ -'
    for options in ([], ['--dry-run']):
        done = tao('bundle', 'save', *options, str(tmp_path / 'bundle'), 'dino', 'my task', '\xfcnet', 'x')
        assert done == (2, '', (
            f'tao: error: {path}: has names that no bundle can carry\n'
            f'    releases.["5.9"].groups.model["{IMAGE}"][1]: "my task": {expected}\n'
            f'    releases.["5.9"].groups.model["{IMAGE}"][2]: "\xfcnet": {expected}\n'
            '    releases.["5.9"].groups["a b"]: expected a name of letters, digits, . _ - as the key\n'
        ))
    assert not [call for call in engine.calls if call[1] == 'save'] and not (tmp_path / 'bundle').exists()


@pytest.fixture
def saved(engine: Engine, home: Path, tmp_path: Path) -> Path:
    """A bundle of a task of a release that was added, on a host that does not know it."""
    folder = home / '.tao' / 'releases.d'
    folder.mkdir(parents=True)
    (folder / 'a.json').write_text(json.dumps({'7.2.0': {
        'groups': GROUPS, 'subtasks': {'model/newnet': ['train'], 'model/x': ['train']},
    }}))
    engine.has(image(IMAGE, id=sha(A)))
    engine.answers('save')
    (engine.folder / 'save.out').write_bytes(classic({IMAGE: A}).data())
    made = tmp_path / 'bundle'
    assert tao('--quiet', 'bundle', 'save', str(made), 'newnet') == (0, '', '')
    (folder / 'a.json').unlink()
    folder.rmdir()
    return made


def test_carried(saved: Path, home: Path) -> None:
    path = home / '.tao' / 'releases.d' / '7.2.0.json'
    assert json.loads((saved / 'manifest.json').read_text())['releases'] == {'7.2.0': {
        'groups': {'model': {IMAGE: ['newnet']}}, 'subtasks': {'model/newnet': ['train']},
    }}
    assert tao('--no-check', '--dry-run', 'newnet', 'train').code == 2
    would = tao('bundle', 'load', '--dry-run', str(saved))
    assert (would.code, would.err.splitlines()[-1]) == (0, f'tao: notice: release 7.2.0 goes into {path}')
    assert not path.exists()
    loaded = tao('bundle', 'load', str(saved))
    assert (loaded.code, loaded.out) == (0, f'{IMAGE}\n')
    assert loaded.err.splitlines()[-1] == f'tao: notice: release 7.2.0, which the images are of, is in {path}'
    assert json.loads(tao('--no-check', '--dry-run=json', 'newnet', 'train').out)['image'] == IMAGE
    assert 'release' not in tao('bundle', 'load', str(saved)).err


def test_what_is_there_is_kept(saved: Path, home: Path) -> None:
    folder = home / '.tao' / 'releases.d'
    folder.mkdir()
    (folder / '7.2.0.json').write_text(json.dumps({'7.2.0': {'groups': {'model': {'c:1': ['own']}}}}))
    assert tao('--quiet', 'bundle', 'load', str(saved)).code == 0
    found = json.loads((folder / '7.2.0.json').read_text())
    assert list(pairs(Release(found['7.2.0']['groups']))) == [('model', 'c:1', 'own'), ('model', IMAGE, 'newnet')]
    (folder / '7.2.0.json').write_text('{')
    assert tao('--quiet', 'bundle', 'load', str(saved)).err.startswith(f'tao: error: {folder}/7.2.0.json:1:2: ')


@pytest.mark.parametrize(('releases', 'faults'), [
    ([], ['releases: a list: expected an object {...}']),
    ({'../x': {'groups': {}}}, [
        'releases.["../x"]: expected a release such as 7.2.0: at most 64 letters, digits, . _ - as the key']),
    ({'7.2.0': {'groups': {'model': {'evil:1': ['newnet'], IMAGE: ['dino', 'newnet']}}}}, [
        'releases: 7.2.0 model/newnet: its image is not in the bundle',
        'releases: 7.2.0 model/dino: its image is not in the bundle']),
    ({'7.2.0': {'groups': {'a b': {IMAGE: ['x']}}}}, [
        'releases.["7.2.0"].groups["a b"]: expected a name of letters, digits, . _ - as the key']),
    ({'99.0.0': {'groups': {'model': {IMAGE: ['newnet']}}}}, [
        'releases: 99.0.0 model/newnet: its image is not in the bundle']),
])
def test_a_manifest_may_hold_anything(saved: Path, releases: Any, faults: list[str]) -> None:
    document = json.loads((saved / 'manifest.json').read_text())
    document['releases'] = releases
    with pytest.raises(ConfigError) as error:
        bundle.read_manifest(json.dumps(document).encode(), '/m')
    assert list(error.value.why) == faults
