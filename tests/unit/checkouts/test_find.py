"""Which checkout is meant: the variable, else the nearest one upwards."""
from __future__ import annotations

import json
import os
import shlex
from pathlib import Path

import pytest
from nobody import NOBODY
from runner_calls import PROFILES
from runner_checkout import BASE, DIGEST, backend, commands, run
from support import mounted, tao

from tao_launcher.checkouts.find import root_above
from tao_launcher.settings.programs import RUNNERS


@pytest.mark.parametrize('folder', ['.', 'deep', 'deep/er', 'docker'])
def test_nearest_checkout_upwards(folder: str, checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(checkout / folder)
    done = tao('--dry-run', program='tao_pt')
    assert f'{checkout}:/tao-pt' in shlex.split(done.out)


def test_variable_beats_the_current_folder(checkout: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / 'other' / 'docker').mkdir(parents=True)
    monkeypatch.chdir(checkout)
    done = tao('--dry-run', program='tao_pt', env={'NV_TAO_PYTORCH_TOP': str(tmp_path / 'other')})
    assert (done.code, done.out) == (2, '')
    assert done.err == (
        f'tao_pt: error: {tmp_path}/other/docker/manifest.json: no such file\n'
        '    it is the manifest that names the base image, of the checkout that NV_TAO_PYTORCH_TOP or the current '
        'folder names\n'
        f'    nearest existing folder: {tmp_path}/other/docker\n'
    )


@pytest.mark.parametrize('program', PROFILES)
def test_no_checkout(program: str, tmp_path: Path) -> None:
    done = tao('--dry-run', program=program, env={PROFILES[program]['root_variable']: ''})
    variable, name = PROFILES[program]['root_variable'], PROFILES[program]['backend_repository'].rpartition('/')[2]
    assert (done.code, done.out) == (2, '')
    assert done.err == (
        f'{program}: error: no checkout found for {program}\n'
        f'    {variable} is not set, and neither {tmp_path}/here nor a folder above it has docker/manifest.json\n'
        f'    try: export {variable}=/path/to/{name}\n'
    )


@pytest.mark.parametrize('program', RUNNERS)
@pytest.mark.parametrize('other', RUNNERS)
@pytest.mark.parametrize('words', [
    ['--dry-run', '--', 'make'], ['build', '--dry-run'], ['release', '--tag', 'x', '--dry-run'],
])
def test_a_checkout_of_another_backend(
    program: str, other: str, words: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Whether it is named or found, the error names the right program; its own is at home there."""
    root = backend(tmp_path / 'x', other)
    (root / 'dist').mkdir()
    (root / 'dist/a.whl').touch()
    monkeypatch.chdir(root / 'docker')
    profile = PROFILES[program]
    name = profile['backend_repository'].rpartition('/')[2]
    for env, whence in (
        ({profile['root_variable']: str(root)}, f'{profile["root_variable"]} names it'),
        ({}, f'{profile["root_variable"]} is not set, and you are in it'),
    ):
        done = tao(*words, program=program, env=env)
        if program == other:
            assert (done.code, done.err) == (0, '')
            continue
        assert done == (2, '', (
            f'{program}: error: {root} is a checkout of {other}, not of {program}\n'
            f'    it has the package {PROFILES[other]["package"]}, and no {profile["package"]}\n    {whence}\n'
            f'    try: {other}, or export {profile["root_variable"]}=/path/to/{name}\n'
        ))


def test_check_of_a_checkout_of_another_backend(tmp_path: Path) -> None:
    root = backend(tmp_path / 'x', 'tao_deploy')
    done = run(root, 'check', '--files', DOCKER_HOST='tcp://127.0.0.1:1')
    assert (done.code, done.err) == (1, (
        f'tao_pt: notice: checkout: {root} is a checkout of tao_deploy: it has the package nvidia_tao_deploy, and no '
        'nvidia_tao_pytorch; try: tao_deploy check, or export NV_TAO_PYTORCH_TOP=/path/to/tao-pytorch\n'
    ))


def test_a_checkout_may_hold_packages_of_others(tmp_path: Path) -> None:
    root = backend(tmp_path / 'x', 'tao_ds')
    (root / 'nvidia_tao_pytorch').mkdir()
    assert run(root, '--dry-run', program='tao_ds').code == 0


def test_where_you_are_and_what_is_meant(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every launch says when the variable leads elsewhere; --quiet does not."""
    root, other = (backend(tmp_path / name, 'tao_pt') for name in ('x', 'other'))
    (tmp_path / 'link').symlink_to(root)
    notice = f'this is about {root}, of NV_TAO_PYTORCH_TOP; you are in {other}'
    for folder, said in ((other, notice), (other / 'docker', notice), (tmp_path / 'link', ''), (tmp_path, '')):
        monkeypatch.chdir(folder)
        done = run(root, '--dry-run', '--', 'make')
        assert (done.code, done.err) == (0, f'tao_pt: notice: {said}\n' if said else '')
        assert mounted(done) == [f'{root}:/tao-pt']
        assert json.loads(run(root, '--dry-run=json', '--', 'make').out)['notices'] == ([said] if said else [])
    monkeypatch.chdir(other)
    assert run(root, '--quiet', '--dry-run', '--', 'make').err == ''


SUBMODULE = '[submodule "x"]\n\tpath = {}\n'


@pytest.mark.parametrize(('named', 'inside'), [
    ('tao-pytorch', True), ('deps/tao-pytorch', True), ('deps', True), ('tao-pytorch-2', False), ('', False),
    ('tao-pytorch # x', True),
])
def test_a_submodule_belongs_to_the_checkout_around_it(
    named: str, inside: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
) -> None:
    """For the program of that one. A clone that happens to be inside of another checkout does not."""
    outer = backend(tmp_path / 'tao-data-services', 'tao_ds')
    inner = backend(outer / ('deps/tao-pytorch' if named.startswith('deps') else 'tao-pytorch'), 'tao_pt')
    (outer / '.gitmodules').write_text(SUBMODULE.format(named) if named else '')
    monkeypatch.chdir(inner / 'docker')
    assert root_above(os.getcwd(), PROFILES['tao_ds']) == str(outer if inside else inner)
    done = tao('--dry-run', '--', 'make', program='tao_ds')
    if inside:
        assert done.err == '' and mounted(done) == [f'{outer}:/workspace']
    else:
        assert done.code == 2 and f'{inner} is a checkout of tao_pt, not of tao_ds' in done.err


@pytest.mark.parametrize(('named', 'around'), [
    ('tao-pytorch', 'tao_ds'), ('third_party', ''), ('tao-pytorch', 'tao_pt'), ('tao-pytorch', 'other'), ('', 'tao_ds'),
])
def test_a_whole_checkout_is_the_one_that_is_meant(
    named: str, around: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
) -> None:
    """As a submodule of a project of any kind, of which nothing is used; its variable may name it."""
    other = tmp_path / 'project'
    if around.startswith('tao'):
        backend(other, around, manifest={'registry': 'wrong', 'repository': 'wrong', 'tag': 'wrong'})
    else:
        (other / 'docker').mkdir(parents=True)
        text = '{"vcs-dependencies": []}' if around else '{"registry": "wrong", "repository": "w", "tag": "w"}'
        (other / 'docker/manifest.json').write_text(text)
        (other / 'docker/Dockerfile').touch()
    root = backend(other / ('third_party/tao-pytorch' if named == 'third_party' else 'tao-pytorch'), 'tao_pt')
    (other / '.gitmodules').write_text(SUBMODULE.format(named) if named else '')
    monkeypatch.chdir(root / 'docker')
    for env in ({}, {'NV_TAO_PYTORCH_TOP': str(root)}):
        done = tao('--dry-run', '--', 'make', program='tao_pt', env=env)
        assert (done.code, done.err, mounted(done)) == (0, '', [f'{root}:/tao-pt'])
        assert shlex.split(done.out)[-2] == f'{BASE}@{DIGEST}'
        done = tao('build', '--push', '--dry-run', program='tao_pt', env=env)
        assert (done.code, done.err) == (0, '') and 'wrong' not in done.out
        assert f'goes into {root}/docker/manifest.json as digest' in done.out
        done = tao('check', '--files', program='tao_pt', env={**env, 'DOCKER_HOST': 'tcp://127.0.0.1:1'})
        assert done == (0, '', '')


@pytest.mark.parametrize(('outer', 'inner', 'found'), [
    ('', '', 'inner'), ('tao_pt', '', 'outer'), ('', 'tao_pt', 'inner'), ('tao_pt', 'tao_pt', 'inner'),
    ('tao_ds', '', 'outer'), ('', 'tao_ds', 'inner'), ('tao_ds', 'tao_pt', 'inner'), ('tao_pt', 'tao_ds', 'outer'),
    ('tao_ds', 'tao_deploy', 'inner'),
])
@pytest.mark.parametrize('is_submodule', [True, False])
def test_whose_package_decides(outer: str, inner: str, found: str, is_submodule: bool, tmp_path: Path) -> None:
    """tao_pt in the inner folder; tao-core, for one, might have a manifest and has no backend's package."""
    root = tmp_path / 'outer'
    for folder, program in ((root, outer), (root / 'inner', inner)):
        (folder / 'docker').mkdir(parents=True)
        (folder / 'docker/manifest.json').touch()
        if program:
            (folder / PROFILES[program]['package']).mkdir()
    (root / '.gitmodules').write_text(SUBMODULE.format('inner') if is_submodule else '')
    expected = root if is_submodule and found == 'outer' else root / 'inner'
    assert root_above(str(root / 'inner/docker'), PROFILES['tao_pt']) == str(expected)


def test_submodules_of_submodules(tmp_path: Path) -> None:
    outer = backend(tmp_path / 'a', 'tao_ds')
    middle = backend(outer / 'b', 'tao_pt')
    inner = backend(middle / 'c/d', 'tao_deploy')

    def roots() -> list[str]:
        return [root_above(str(inner / 'docker'), PROFILES[program]) for program in ('tao_deploy', 'tao_pt', 'tao_ds')]

    (middle / '.gitmodules').write_text(SUBMODULE.format('c/d'))
    assert roots() == [str(inner), str(middle), str(inner)]
    (outer / '.gitmodules').write_text(SUBMODULE.format('b'))
    assert roots() == [str(inner), str(middle), str(outer)]
    (middle / '.gitmodules').unlink()  # in the submodule b all the same
    assert roots() == [str(inner), str(inner), str(outer)]


def test_what_is_meant_is_where_you_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a submodule whose package has another name, in a checkout of another backend."""
    outer = backend(tmp_path / 'tao-data-services', 'tao_ds')
    root = backend(outer / 'fork', 'tao_pt')
    (root / 'nvidia_tao_pytorch').rename(root / 'renamed')
    (outer / '.gitmodules').write_text(SUBMODULE.format('fork'))
    monkeypatch.chdir(root / 'docker')
    assert run(root, '--dry-run', '--', 'x').err == ''
    assert run(outer, '--dry-run', '--', 'x', program='tao_ds').err == ''
    monkeypatch.chdir(outer)
    assert run(root, '--dry-run', '--', 'x').err == (
        f'tao_pt: notice: this is about {root}, of NV_TAO_PYTORCH_TOP; you are in {outer}\n'
    )


def test_a_checkout_that_does_not_show_whose_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
) -> None:
    """As a project with images of its own, or a fork with another package: the variable settles it."""
    root = backend(tmp_path / 'x', 'tao_pt')
    (root / 'nvidia_tao_pytorch').rename(root / 'renamed')
    monkeypatch.chdir(root / 'docker')
    said = f'{root} has docker/manifest.json, but no nvidia_tao_pytorch: it may be no checkout of this backend'
    fix = f'export NV_TAO_PYTORCH_TOP={root}, if it is one'
    for words in (['--dry-run', '--', 'x'], ['build', '--dry-run']):
        done = tao(*words, program='tao_pt')
        assert (done.code, done.err) == (0, f'tao_pt: notice: {said}; {fix}\n')
        assert run(root, *words).err == ''
    done = tao('check', '--files', program='tao_pt', env={'DOCKER_HOST': 'tcp://127.0.0.1:1'})
    assert (done.code, done.err) == (0, f'tao_pt: notice: checkout: {said}; try: {fix}\n')
    assert run(root, 'check', '--files', DOCKER_HOST='tcp://127.0.0.1:1') == (0, '', '')


def test_a_path_that_is_not_utf8(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its bytes show, in a command as a shell takes them."""
    root = Path(os.fsdecode(bytes(tmp_path) + b'/bad\xff'))
    (root / 'docker').mkdir(parents=True)
    monkeypatch.chdir(root)
    assert f'neither {tmp_path}/bad\\xff nor a folder above it' in tao('build', program='tao_pt').err
    (root / 'docker/manifest.json').write_text('{"registry": "a", "repository": "b", "tag": "c"}')
    assert tao('--dry-run', program='tao_pt').err.splitlines()[1] == f"    '{tmp_path}/bad\\xff'"
    done = tao('check', '--files', program='tao_pt', env={'DOCKER_HOST': 'tcp://127.0.0.1:1'})
    assert done.err.endswith(f"; try: export NV_TAO_PYTORCH_TOP=$'{tmp_path}/bad\\377', if it is one\n")


def test_a_manifest_that_is_a_link_to_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = backend(tmp_path / 'x', 'tao_pt')
    (root / 'docker/manifest.json').unlink()
    (root / 'docker/manifest.json').symlink_to('none.json')
    monkeypatch.chdir(root)
    said = f'{root}/docker/manifest.json: is a link to none.json, which is not there'
    for env in ({}, {'NV_TAO_PYTORCH_TOP': str(root)}):
        assert tao('--dry-run', program='tao_pt', env=env) == (2, '', f'tao_pt: error: {said}\n')
        done = tao('check', '--files', program='tao_pt', env={**env, 'DOCKER_HOST': 'tcp://127.0.0.1:1'})
        assert (done.code, done.err) == (
            1, f'tao_pt: notice: manifest: {said}; try: correct {root}/docker/manifest.json\n')


@pytest.mark.skipif(os.geteuid() != 0, reason='only root can give a file away')
@pytest.mark.parametrize('theirs', ['.', 'docker', '.gitmodules'])
def test_a_list_of_someone_elses_claims_nothing(theirs: str, tmp_path: Path) -> None:
    """As in /tmp, where anyone can lay a manifest and a list of submodules."""
    outer = backend(tmp_path / 'shared', 'tao_ds')
    inner = backend(outer / 'mine', 'tao_pt')
    (outer / '.gitmodules').write_text(SUBMODULE.format('mine'))
    assert root_above(str(inner), PROFILES['tao_ds']) == str(outer)
    os.chown(outer / theirs, NOBODY, NOBODY)
    assert root_above(str(inner), PROFILES['tao_ds']) == str(inner)
    assert next(commands(run(inner, '--dry-run').out))
