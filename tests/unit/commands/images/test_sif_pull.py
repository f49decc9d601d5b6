"""tao pull with Apptainer."""
from __future__ import annotations

import os
from pathlib import Path

import pytest
from sif_files import DINO, NAME, Apptainer, sif
from support import Result, tao

HERE, OTHER = ('02', '04') if os.uname().machine == 'x86_64' else ('04', '02')


def folder_of(home: Path) -> Path:
    return home / '.local/share/tao/sif'


def test_all_images_of_a_task(apptainer: Apptainer, home: Path) -> None:
    folder = folder_of(home)
    deploy = DINO.replace('pyt', 'deploy')
    words = [['pull', f'{folder}/{NAME}', f'docker://{DINO}'],
             ['pull', f'{folder}/{NAME.replace("pyt", "deploy")}', f'docker://{deploy}']]
    lines = ''.join(f'apptainer {" ".join(each)}\n' for each in words)
    assert tao('pull', '--dry-run', 'dino') == (0, lines, '')
    assert apptainer.calls == []
    done = tao('pull', 'dino')
    assert done == (0, '', (
        f'tao: notice: 2 images to pull into {folder}, size not known\ntao: pulling {DINO}\ntao: pulling {deploy}\n'
    ))
    assert apptainer.calls == words
    assert sorted(path.name for path in folder.iterdir()) == sorted(each[1].rpartition('/')[2] for each in words)
    assert tao('pull', 'dino') == (0, '', 'tao: every image is here\n')
    assert tao('pull', '--dry-run', 'dino') == (0, '', '')


def test_what_is_not_whole_is_replaced(apptainer: Apptainer, files: Path) -> None:
    (files / NAME).write_bytes(sif()[:-2])
    assert tao('-q', 'pull', 'model/dino').code == 0
    assert apptainer.calls == [['pull', '--force', f'{files}/{NAME}', f'docker://{DINO}']]
    assert (files / NAME).read_bytes() == sif()


def test_a_registry_of_this_machine(apptainer: Apptainer, home: Path) -> None:
    done = tao('-q', '--registry', '127.0.0.1:5000', 'pull', 'model/dino')
    assert done.code == 0
    (words,) = apptainer.calls
    assert words[:2] == ['pull', '--no-https']
    assert words[2] == f'{folder_of(home)}/127.0.0.1=5000+nvidia+tao+tao-toolkit=7.1.0-pyt.sif'


def test_all_asks_first(apptainer: Apptainer) -> None:
    done = tao('pull', '--all', '--release', '6.0.1')
    assert (done.code, apptainer.calls) == (1, [])
    assert done.err.endswith('tao: error: not pulled\n    try: the same command with --yes\n')
    assert tao('-q', 'pull', '--all', '--release', '6.0.1', '--yes').code == 0
    assert len(apptainer.calls) == 3


@pytest.mark.parametrize(('said', 'why', 'advice'), [
    ('reading manifest x in nvcr.io/y: unauthorized: authentication required',
     'nvcr.io requires a login, or the stored one has no access to this image',
     "apptainer registry login -u '$oauthtoken' docker://nvcr.io"),
    ('reading manifest 9 in nvcr.io/y: manifest unknown', 'nvcr.io has no such image', ''),
    ('dial tcp: lookup nvcr.io: no such host', 'the engine cannot reach nvcr.io',
     'the same command again, or tao bundle load DIR where there is no network'),
    ('while unpacking: write /tmp/x: no space left on device',
     'a disk is full: where Apptainer keeps what it fetches, where it unpacks it, or where the files are',
     'APPTAINER_TMPDIR and APPTAINER_CACHEDIR name other folders, TAO_SIF_DIR one for the files'),
    ('Get "https://nvcr.io/v2/": http: server gave HTTP response to HTTPS client', 'nvcr.io does not speak TLS',
     'APPTAINER_NOHTTPS=1 in the environment'),
    ('something else', '', 'the same command again: what was fetched is kept'),
])
def test_why_it_failed(apptainer: Apptainer, said: str, why: str, advice: str) -> None:
    apptainer.fails(f'INFO:    Starting build...\n\x1b[31mFATAL:  \x1b[0m {said}')
    done = tao('-q', 'pull', 'model/dino')
    lines = [f'tao: error: {DINO} could not be pulled', f'    {said}', *([f'    {why}'] if why else []),
             *([f'    try: {advice}'] if advice else [])]
    assert done == Result(125, '', ''.join(f'{line}\n' for line in lines))


def test_a_program_that_makes_nothing_whole(apptainer: Apptainer) -> None:
    apptainer.makes(b'')
    done = tao('-q', 'pull', 'model/dino')
    assert done.code == 125
    assert '    it ended with exit code 0, and no whole file is there\n' in done.err


def test_no_program(apptainer: Apptainer) -> None:
    done = tao('-q', '--engine', 'apptainer:/nowhere/apptainer', 'pull', 'model/dino')
    assert done.code == 125
    assert done.err.startswith('tao: error: /nowhere/apptainer: ')


def test_another_machine(apptainer: Apptainer, home: Path) -> None:
    other = 'arm64' if HERE == '02' else 'amd64'
    done = tao('--platform', f'linux/{other}', 'pull', 'model/dino')
    assert done == Result(2, '', (
        f'tao: error: --platform linux/{other}: a file of another machine would stand in the place of this one\'s\n'
        f'    try: apptainer pull --arch {other} FILE docker://{DINO}\n'
    ))
    apptainer.makes(sif(machine=OTHER))
    done = tao('pull', 'model/dino')
    assert done.code == 0
    assert f'{folder_of(home)}/{NAME} is for {other}, and this machine is ' in done.err


def test_a_folder_that_cannot_be_made(apptainer: Apptainer) -> None:
    done = tao('-q', 'pull', 'model/dino', env={'TAO_SIF_DIR': '/dev/null/x'})
    assert done == Result(1, '', (
        'tao: error: /dev/null/x: what is there is not a folder\n'
        '    try: TAO_SIF_DIR names another folder for the images\n'
    ))


def test_a_launch_uses_the_file(apptainer: Apptainer, files: Path) -> None:
    path = f'{files}/{NAME}'
    done = tao('--gpus', 'none', '--dry-run', 'dino', 'train')
    assert done.out.endswith(f' {path} dino train\n')
    for words, word in (
        (['--pull', 'always'], f'docker://{DINO}'), (['--pull', 'never'], path),
        (['--image', 'nvcr.io/a/b:1'], 'docker://nvcr.io/a/b:1'), (['--image', DINO], path),
    ):
        done = tao('--gpus', 'none', '--dry-run', *words, 'dino', 'train')
        assert done.out.endswith(f' {word} dino train\n'), done
    done = tao('--gpus', 'none', '--explain', 'dino', 'train')
    (line,) = [line for line in done.out.splitlines() if path in line]
    assert line.endswith('; the file that it was pulled into')
    (files / NAME).write_bytes(sif(machine=OTHER))
    assert f' docker://{DINO} ' in tao('--gpus', 'none', '--dry-run', 'dino', 'train').out
    (files / NAME).write_bytes(sif()[:-1])
    assert f' docker://{DINO} ' in tao('--gpus', 'none', '--dry-run', 'dino', 'train').out
