"""tao_pt build, release and check as command lines: help, dry runs, and what is refused."""
from __future__ import annotations

from pathlib import Path

import pytest
from runner_checkout import BASE, commands, run
from support import FakeDocker, tao

from tao_launcher.settings.programs import RUNNERS


@pytest.mark.parametrize('program', RUNNERS)
def test_help(program: str, fake_docker: FakeDocker) -> None:
    overview = tao('--help', program=program).out
    for verb in ('build', 'release', 'check'):
        assert f'       {program} {verb}' in overview
        for words in ([verb, '--help'], ['--help', verb], [verb, '-h']):
            done = tao(*words, program=program)
            assert (done.code, done.err) == (0, '') and done.out.startswith(f'usage: {program} {verb} ')
    assert fake_docker.calls == []


@pytest.mark.parametrize('words', [
    ['--dry-run', 'build'], ['build', '--dry-run'], ['build', '--dry_run'], ['--dry-run=shell', 'build'],
])
def test_where_a_dry_run_is_asked_for(words: list[str], root: Path, fake_docker: FakeDocker) -> None:
    done = run(root, *words)
    line = ['--pull', '-f', f'{root}/docker/Dockerfile', '-t', f'{BASE}:DOM-jo-doe', '--network=host', str(root)]
    found = [words[-len(line):] for words in commands(done.out) if 'build' in words]
    assert (done.code, found, done.err) == (0, [line], '')
    by_option, done = done, run(root, 'build', TAO_DRY_RUN='1')
    assert (done.code, done.out) == (0, by_option.out)
    assert done.err == 'tao_pt: notice: TAO_DRY_RUN is set: nothing is run\n'
    assert fake_docker.calls == []


@pytest.mark.parametrize(('words', 'error'), [
    (['build', '--tag', 'a b'], '--tag: "a b": expected a tag such as 6.0.0-pyt\n'),
    (['build', '--build-arg', '=s3cr3t', '--build-arg', 'NOT_HERE'],
     '--build-arg: "": expected NAME=VALUE or NAME\n    --build-arg: NOT_HERE is not set here; export it, or give '
     'NOT_HERE=VALUE\n'),
    (['build', 'more'], 'build: unexpected "more"\n    try: tao_pt build --help\n'),
    (['build', 'MY_TOKEN=s3cr3t'], 'build: unexpected "MY_TOKEN=***"\n    try: tao_pt build --help\n'),
    (['build', '--gpus', '0'], 'build: unexpected "--gpus"\n    try: tao_pt build --help\n'),
    (['build', '--engine', 'podman'],
     '--engine is an option of tao_pt itself and goes before build\n    try: tao_pt --engine CMD build …\n'),
    (['--gpus', '0', 'build'], '--gpus does not go with build\n    try: tao_pt build --help\n'),
    (['--dry-run=json', 'build'],
     '--dry-run=json is for a launch\n    here every command is printed on a line of its own\n'),
    (['release'], 'tao_pt release: missing --tag\n    try: tao_pt release --help\n'),
    *((['release', '--tag', tag],
       f'--tag: "{tag}": expected TAG, or REPOSITORY:TAG such as nvcr.io/nvidia/tao/tao-toolkit:6.0.0-pyt\n')
      for tag in ('x/y z', 'a:b:c', 'x/Y:1', 'x/y@sha256:1', '/y:1', 'x/:1', ':1')),
    (['--tag', 'x', 'check'], '--tag does not go with check\n    try: tao_pt check --help\n'),
    (['--gpus', '0', 'release', '--tag', 'x'],
     '--gpus goes with release --wheel only\n    try: tao_pt release --help\n'),
    (['--detach', 'release', '--tag', 'x', '--wheel'],
     '--detach does not go with release\n    try: tao_pt release --help\n'),
    (['biuld'], 'unexpected word "biuld"\n    the command goes after a "--"\n    did you mean build?\n'
     '    try: tao_pt -- COMMAND [ARGS...], or tao_pt alone for a shell\n'),
])
def test_refused(words: list[str], error: str, root: Path, fake_docker: FakeDocker) -> None:
    assert run(root, *words) == (2, '', f'tao_pt: error: {error}')
    assert fake_docker.calls == []


def test_another_checkout_than_the_one_around(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The variable counts; whoever stands somewhere else may have forgotten it."""
    (tmp_path / 'other' / 'docker').mkdir(parents=True)
    (tmp_path / 'other' / 'docker' / 'manifest.json').touch()
    (tmp_path / 'link').symlink_to(root)
    for folder, notice in (
        (tmp_path / 'other' / 'docker', f'this is about {root}, of NV_TAO_PYTORCH_TOP; you are in {tmp_path}/other'),
        (tmp_path / 'link' / 'docker', ''), (tmp_path, ''),
    ):
        monkeypatch.chdir(folder)
        done = run(root, 'build', '--dry-run')
        assert (done.code, done.err) == (0, f'tao_pt: notice: {notice}\n' if notice else '')
        assert str(root) in [words[-1] for words in commands(done.out)]


@pytest.mark.parametrize('words', [
    ['build', '--push'], ['--gpus', 'none', 'release', '--tag', 'x', '--wheel', '--push'], ['check'],
])
def test_a_dry_run_writes_nothing_and_starts_nothing(
    words: list[str], root: Path, tmp_path: Path, unasked: Path,
) -> None:
    (root / 'build').mkdir()
    before = {path: path.lstat().st_mtime_ns for path in tmp_path.rglob('*')}
    done = run(root, *words, '--dry-run', PATH=str(unasked))
    assert (done.code, done.err) == (0, '') and done.out
    assert {path: path.lstat().st_mtime_ns for path in tmp_path.rglob('*')} == before
