"""The dry run is the truth: what it prints splits into the very words that docker is started with."""
from __future__ import annotations

import json
import os
import shlex
import subprocess
from pathlib import Path
from typing import Any

import pytest
import strategies
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import NASTY
from support import FakeDocker, tao, tao_process, write_mounts

from tao_launcher.launch.variables import in_ps


@settings(max_examples=120)
@given(words=strategies.command_lines(), document=strategies.mounts_files)
def test_dry_run_is_the_argv_that_is_executed(
    words: list[str], document: dict[str, Any], fake_docker: FakeDocker, home: Path,
) -> None:
    write_mounts(home, document)
    fake_docker.forget()
    dry = tao('--dry-run', '--no-check', *words)
    assert fake_docker.calls == []
    assert tao('--dry-run', '--no-check', *words) == dry
    done = tao('--no-check', *words)
    assert dry.code == done.code, (dry, done)
    assert 'a bug of the launcher' not in dry.err + done.err
    if dry.code:
        assert (dry.code, dry.out) == (2, '')
        assert fake_docker.calls == []
    else:
        assert shlex.split(dry.out) == fake_docker.argv
        assert dry.out.endswith('\n')


@settings(max_examples=40)
@given(words=strategies.command_lines(), document=strategies.mounts_files)
def test_pretty_and_json_are_the_same_words(
    words: list[str], document: dict[str, Any], fake_docker: FakeDocker, home: Path,
) -> None:
    write_mounts(home, document)
    dry = tao('--dry-run', '--no-check', *words)
    pretty = tao('--dry-run=pretty', '--no-check', *words)
    as_json = tao('--dry-run=json', '--no-check', *words)
    assert pretty.code == as_json.code == dry.code
    if dry.code == 0:
        assert json.loads(as_json.out)['argv'] == shlex.split(dry.out)
        for text in (pretty.out, dry.out):
            # the fake docker records what a real shell makes of the text
            fake_docker.forget()
            subprocess.run(['sh', '-c', os.fsencode(text)], check=True)
            assert fake_docker.argv == shlex.split(dry.out)


@settings(max_examples=30)
@given(words=st.lists(strategies.words, max_size=5))
def test_runner_passes_a_command_unchanged(words: list[str], fake_docker: FakeDocker, tmp_path: Path) -> None:
    manifest = tmp_path / 'docker' / 'manifest.json'
    manifest.parent.mkdir(exist_ok=True)
    manifest.write_text('{"registry": "nvcr.io", "repository": "a/b", "tag": "c"}')
    env = {'NV_TAO_PYTORCH_TOP': str(tmp_path)}
    fake_docker.forget()
    dry = tao('--dry-run', '--', 'x', *words, program='tao_pt', env=env)
    assert tao('--', 'x', *words, program='tao_pt', env=env).code == dry.code == 0
    assert shlex.split(dry.out) == fake_docker.argv
    assert fake_docker.argv[-len(words) - 2:] == ['nvcr.io/a/b:c', 'x', *words]


@pytest.mark.parametrize('form', [['train'], ['train', '--'], ['run', 'x'], ['run', '--', 'x']])
def test_every_nasty_word_arrives(form: list[str], fake_docker: FakeDocker) -> None:
    words = [word for word in NASTY if word != '--' or 'run' in form]
    dry = tao_process('--dry-run', 'dino', *form, *words)
    assert tao_process('dino', *form, *words).code == 0
    assert shlex.split(dry.out) == fake_docker.argv
    assert fake_docker.argv[-len(words):] == words


def test_bytes_that_are_no_text_arrive(fake_docker: FakeDocker) -> None:
    word = bytes(range(1, 256))
    dry = tao_process('--dry-run', 'dino', 'train', word)
    assert tao_process('dino', 'train', word).code == 0
    assert os.fsencode(fake_docker.argv[-1]) == word
    assert shlex.split(dry.out) == fake_docker.argv


ASCII = {'PYTHONUTF8': '0', 'PYTHONCOERCECLOCALE': '0'}


@pytest.mark.parametrize('env', [
    {'LC_ALL': 'C'}, {'LC_ALL': 'POSIX', 'LANG': ''}, {'PYTHONHASHSEED': '1'},
    {'LC_ALL': 'C', **ASCII}, {'LC_ALL': 'POSIX', **ASCII},
])
def test_neither_locale_nor_hash_seed_matter(env: dict[str, str], home: Path) -> None:
    write_mounts(home, {'Mounts': [{'source': '/', 'destination': '/ü'}], 'Envs': [{'variable': 'A', 'value': '日本'}]})
    words = ['--dry-run', '--env', 'B=1', 'dino', 'train', 'é', '日本']
    plain = tao_process(*words)
    assert (plain.code, plain.err) == (0, '')
    assert tao_process(*words, env=env) == plain


@pytest.mark.parametrize('locale', ['C', 'POSIX'])
def test_what_the_file_says_is_utf_8_in_an_ascii_locale(
    locale: str, home: Path, tmp_path: Path, fake_docker: FakeDocker,
) -> None:
    (tmp_path / 'dä').mkdir()
    write_mounts(home, {
        'Mounts': [{'source': f'{tmp_path}/dä', 'destination': '/ü'}],
        'Envs': [{'variable': 'A', 'value': '日本'}, {'variable': 'MY_KEY', 'value': 'ß'}],
        'DockerOptions': {'extra_args': ['--label=ö=1']},
    })
    words: list[str | bytes] = ['--env', 'B_KEY=é', 'dino', 'train', 'é'.encode(), b'\xff']
    env = {'LC_ALL': locale, **ASCII}
    dry = tao_process('--dry-run', *words, env=env)
    notice = 'tao: notice: the line takes MY_KEY, B_KEY from its environment: export it first\n'
    seen = f'tao: notice: {in_ps("--env", "B_KEY")}\n'.replace('…', '\\u2026') + (
        "tao: notice: '\\xff' is not UTF-8: the job gets other characters in its place\n"
    )
    assert (dry.code, dry.err) == (0, seen + notice)
    wrapper = (  # the docker of this test is a script, which could drop its environment
        "tao: notice: docker is not the engine's own program; if it does not pass variables on, "
        'the job had no MY_KEY, B_KEY\n'
    )
    assert tao_process(*words, env=env) == (0, '', seen + wrapper)
    assert shlex.split(dry.out) == fake_docker.argv
    assert os.fsencode(fake_docker.argv[-1]) == b'\xff'
    assert {f'{tmp_path}/dä:/ü', 'A=日本', '--label=ö=1', 'é'} <= set(fake_docker.argv)
    assert (fake_docker.environ['MY_KEY'], fake_docker.environ['B_KEY']) == ('ß', 'é')


def test_missing_source_is_found_in_an_ascii_locale(home: Path, tmp_path: Path, fake_docker: FakeDocker) -> None:
    (tmp_path / 'dä').mkdir()
    path = write_mounts(home, {'Mounts': [{'source': f'{tmp_path}/dä/no/ne', 'destination': '/d'}]})
    done = tao_process('dino', 'train', env={'LC_ALL': 'C', **ASCII})
    assert done == (2, '', (
        'tao: error: 1 mount source not found\n'
        f'    {tmp_path}/d\\xe4/no/ne (Mounts[0] of {path}; nearest existing folder: {tmp_path}/d\\xe4)\n'
        '    try: correct or create them (daemon elsewhere? --no-check)\n'
    ))
    assert fake_docker.calls == []


@pytest.mark.parametrize('words', [
    ['--dry-run=', 'dino', 'train'], ['dino', 'train', '--dry-run='], ['dino', '--dry-run=', 'train'],
    ['--dry-run=', 'dino', 'run', 'ls'], ['--dry-run=', 'dino'],
])
def test_empty_form_is_no_launch(words: list[str], fake_docker: FakeDocker) -> None:
    done = tao(*words)
    assert done == (2, '', 'tao: error: --dry-run= needs a value, or no "="\n')
    assert fake_docker.calls == []


def test_empty_form_of_a_runner_is_no_launch(fake_docker: FakeDocker) -> None:
    done = tao('--dry-run=', '--', 'make', program='tao_pt')
    assert done == (2, '', 'tao_pt: error: --dry-run= needs a value, or no "="\n')
    assert fake_docker.calls == []


def test_secret_is_exported_to_the_run_and_named_by_the_dry_run(fake_docker: FakeDocker) -> None:
    words = ['--env', 'MY_KEY=s3cr3t', 'dino', 'train']
    dry = tao('--dry-run', *words)
    seen = f'tao: notice: {in_ps("--env", "MY_KEY")}\n'
    assert dry.err == f'{seen}tao: notice: the line takes MY_KEY from its environment: export it first\n'
    assert tao('--dry-run', *words, env={'MY_KEY': 's3cr3t'}).err == seen
    assert tao(*words).code == 0
    assert fake_docker.environ['MY_KEY'] == 's3cr3t'
    assert 's3cr3t' not in ' '.join([*fake_docker.argv, dry.out, dry.err])
    assert len(fake_docker.environ['TAO_LAUNCH_ID']) == 32
