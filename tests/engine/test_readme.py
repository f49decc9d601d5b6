"""Every transcript of README and of the guides is what really happens; their examples are valid."""
from __future__ import annotations

import json
import os
import re
import subprocess
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from conftest import Program
from documents import EVERYTHING, blocks, prose, transcripts
from jobs import FAILS, IMAGE, stand_in

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conftest import Docker

TRANSCRIPTS = transcripts()
NO_MEMLOCK = 'tao: notice: no limit for memlock: docker cannot raise it here\n'  # as where that runs in a container


def mounts_file() -> str:
    (text,) = {*blocks('json')}
    return text


@pytest.fixture
def home(docker: Docker) -> Path:
    """A home folder as the README's reader has it."""
    return furnish(Path(docker.env['HOME']))


def furnish(folder: Path) -> Path:
    """The folder with what a reader's home folder has."""
    for name in ('data', 'results', 'specs'):
        (folder / name).mkdir()
    (folder / 'specs' / 'dino.yaml').touch()
    (folder / 'specs' / 'train.txt').touch()
    stand_in(folder / 'results', f'sleep 1\n{FAILS}')
    trainings(folder / 'results')
    (folder / '.tao_mounts.json').write_text(mounts_file(), 'utf-8')
    (folder / '.local' / 'state' / 'tao').mkdir(parents=True)
    buildx = folder / '.docker' / 'cli-plugins' / 'docker-buildx'
    buildx.parent.mkdir(parents=True)
    buildx.touch(mode=0o755)
    return folder


def trainings(results: Path) -> None:
    """Two trainings: dino has just done 37 of its 80 epochs, and old has failed in its twelfth."""
    now = int(time.time())
    for name, epochs, ended in (('dino', 37, now), ('old', 12, now - 86400)):
        begun = {'status': 'STARTED', 'message': 'Starting DINO train.', 'at': ended - epochs * 260}
        lines: list[dict[str, Any]] = [begun]
        lines += [{
            'status': 'RUNNING', 'epoch': epoch, 'max_epoch': 79, 'step': (epoch + 1) * 50, 'max_step': 4000,
            'time_per_epoch': '0:04:20.5', 'eta': '3:06:45', 'at': ended - (epochs - 1 - epoch) * 260, 'kpi': {
                'val_loss': round(0.3 + 2 / (epoch + 1), 3), 'val_mAP': round(0.6 - 0.5 / (epoch + 1), 3)},
        } for epoch in range(epochs)]
        if name == 'old':
            lines += [{'status': 'FAILURE', 'message': 'File system error: No space left on device', 'at': ended}]
        folder = results / name / 'train'
        folder.mkdir(parents=True)
        (folder / 'status.json').write_text(''.join(f'{json.dumps(stamped(**line))}\n' for line in lines), 'utf-8')
        os.utime(folder / 'status.json', (ended, ended))


def stamped(at: int, **line: object) -> dict[str, object]:
    """A line of a status file, with its time as a container in UTC writes it."""
    then = time.gmtime(at)
    date, clock = f'{then.tm_mon}/{then.tm_mday}/{then.tm_year}', f'{then.tm_hour}:{then.tm_min}:{then.tm_sec}'
    return {'date': date, 'time': clock, 'verbosity': 'INFO', **line}


def plain(text: str, home: Path) -> str:
    """The text without what differs from one reader to the next."""
    text = text.replace(str(home), '/home/user')
    text = re.sub(r'^(    |tao: )?[0-9a-f]{12}  ', r'\1$(ID)  ', text, flags=re.MULTILINE)
    text = re.sub(r'  \d+ s  ', '  1 s  ', text)
    text = re.sub(r'(since |until |done at )(?:[A-Z][a-z]{2} )?\d\d:\d\d', r'\g<1>09:00', text)
    text = re.sub(r'(?<=tao\.user=)\d+', '1000', text)
    text = re.sub(r'[0-9a-f]{12}(?=[.]built)', '0' * 12, text)
    text = re.sub(r'(?<=:jo-)\d{12}', 'YYYYMMDDHHMM', text)
    text = re.sub(r'(?<=\S) {2,}(?=\S)', '  ', text)  # columns are as wide as the paths in them
    text = re.sub(r'^[0-9a-f]{10}  \d{4}-\d\d-\d\d \d\d:\d\d', '$(LAUNCH)  $(DATE)', text, flags=re.MULTILINE)
    text = re.sub(r'(?<=  )\d+\.\ds(?=  tao )', '$(TOOK)', text)
    text = re.sub(r'(?<=launch )[0-9a-f]{10}|(?<=tao again )[0-9a-f]{10}', '$(LAUNCH)', text)
    return re.sub(r'(?<=tao\.plan=)[0-9a-f]{12}', '0' * 12, text)


def run(text: str, env: Mapping[str, str], home: Path) -> tuple[str, str]:
    """(what the commands of a transcript print, what it shows)."""
    commands = re.findall(r'^\$ (.*)$', text, re.MULTILINE)
    shown = re.sub(r'^\$ .*\n', '', text, flags=re.MULTILINE)
    done = subprocess.run(
        ['bash', '-c', '\n'.join(commands)], env=dict(env), cwd=home, stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding='utf-8', timeout=60,
    )
    return plain(done.stdout, home), plain(shown, home)


def transcript(name: str, env: Mapping[str, str], home: Path) -> tuple[str, str]:
    """The same for the transcript that is marked with that name: it needs another engine than docker here."""
    (text,) = blocks(f'console {name}')
    return run(text, env, home)


@pytest.mark.parametrize('transcript', [text for _, text in TRANSCRIPTS], ids=[name for name, _ in TRANSCRIPTS])
def test_a_transcript_is_what_happens(transcript: str, docker: Docker, home: Path) -> None:
    done, shown = run(transcript, docker.env, home)
    if NO_MEMLOCK in done:
        assert docker.run('run', '--rm', '--ulimit', 'memlock=-1', IMAGE, 'true', check=False).returncode == 125
        shown = NO_MEMLOCK + shown.replace('"memlock": -1, ', '')
    assert done == shown


def test_the_json_form_has_the_documented_keys(tao: Program, home: Path) -> None:
    done = tao('--dry-run=json', 'dino', 'train')
    documented = re.search(r'with\sthe\skeys\s(.*?);\skeys\sare\sonly\sever\sadded', EVERYTHING, re.DOTALL)
    assert documented
    names = re.findall(r'`(\w+)`', re.sub(r'\([^)]*\)', '', documented.group(1)))
    assert list(json.loads(done.stdout)) == names


def test_every_option_and_variable_that_is_named_exists(tao: Program, tao_pt: Program, docker: Docker) -> None:
    text = prose()
    verbs = ('list', 'stop', 'logs', 'attach', 'wait', 'exec', 'clean', 'progress', 'history', 'again', 'info',
             'images', 'pull', 'doctor', 'completion')
    steps = [('bundle', step, '--help') for step in ('save', 'verify', 'load')]
    steps += [('config', action, '--help') for action in ('init', 'validate', 'show')]
    steps += [('submit', engine, '--help') for engine in ('slurm', 'kubernetes')]
    helps = [*((verb, '--help') for verb in verbs), *steps]
    known = ''.join(tao(*words).stdout for words in [('--help', 'options'), *helps])
    known += ''.join(tao_pt(verb, '--help').stdout for verb in ('build', 'release', 'check'))
    known += Program('tao_ds', docker)('--help').stdout
    # docker's, apptainer's, sbatch's, git's, pip's, uv's, sudo's and the tasks'
    others = {
        '--cpus', '--memory', '--init', '--signal', '--gres', '--filter', '--find-links', '--no-index', '--use-pep517',
        '--results_dir', '--nv', '--compile-bytecode', '--attach', '--recurse-submodules', '--preserve-env',
    }
    for option in set(re.findall(r'(?<![\w-])--[a-z][a-z0-9_-]+', text)) - others:
        assert option in known, option
    environment = tao('--help', 'environment').stdout
    not_taken_over = {'TAO_CLIENT_TYPE'}
    for variable in set(re.findall(r'`((?:TAO|LAUNCHER|OVERRIDE)_[A-Z_]+)`', text)) - not_taken_over:
        assert variable in environment, variable
