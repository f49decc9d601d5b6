"""Nothing takes more time than its input is long: four times the input, about four times the time.

Something quadratic takes sixteen times as long; the limit lies far from both, for machines that do other things too.
"""
from __future__ import annotations

import json
from contextlib import suppress
from typing import Any, Callable

import pytest
from cpu import seconds
from engine_answers import container
from support import tao

from tao_launcher.base import masking, suggest, table, text
from tao_launcher.base.errors import ConfigError
from tao_launcher.base.json_text import loads, text_faults
from tao_launcher.commands.completion import shellwords
from tao_launcher.commands.jobs import find, job
from tao_launcher.commands.submit import slurm_answers
from tao_launcher.engine import answers, failures, pulls
from tao_launcher.launch import arguments, free_gpus, gpus, results
from tao_launcher.launch.paths import follow
from tao_launcher.settings import command_line, container_values
from tao_launcher.settings.mounts_file import parse
from tao_launcher.settings.ulimits import ulimit
from tao_launcher.settings.values import Gpus, Mount

TOO_MUCH = 9.0  # times, for four times the input
BRIEF = 0.02  # seconds, below which a time says nothing


def least(run: Callable[[Any], object], value: Any, times: int) -> float:
    """The least time of a few, of this process alone."""
    def once() -> None:
        with suppress(ValueError, ConfigError):
            run(value)

    return min(seconds(once) for _ in range(times))


def is_linear(run: Callable[[Any], object], make: Callable[[int], Any], size: int) -> None:
    said = []
    for times in (1, 3, 3):  # what is quadratic is so each time; a machine that does other things is not
        few, many = least(run, make(size), 3), least(run, make(4 * size), times)
        said.append(f'{size}: {few:.3f} s, {4 * size}: {many:.3f} s')
        if many < max(few, BRIEF) * TOO_MUCH:
            return
    raise AssertionError('; '.join(said))


def keys(count: int) -> bytes:
    return b'{' + b', '.join(b'"k%d": 1, "k%d": 2' % (i, i) for i in range(count)) + b'}'


def split(line: str) -> object:
    words = shellwords.split(line, 'bash', {'A': 'b'}, '/home/ann')
    return words[-1].raw, words[-1].value, words[-1].start(words[-1].value), words[-1].quoted_from


def candidates(line: str) -> object:
    done = tao('completion', '--complete', 'bash', line, line.rpartition(' ')[2])
    assert done.code == 0, done
    return done


def wide(line: str) -> object:
    return table.table([('A', 'B'), *[(line, line)] * 3], 80), text.cut(line, 60), text.width(line), text.plain(line)


def diagnosed(line: str) -> object:
    return failures.engine_failure(('docker',), 1, line, 'tcp://x'), pulls.trouble(line), pulls.platform(line)


def parsed(words: list[str]) -> object:
    return command_line.call(command_line.parse(words, 'tao')[1], ['model'], {'dino': ('train',)}, {})


def dry(words: list[str]) -> object:
    done = tao('--dry-run', '--no-check', *words)
    assert done.code in (0, 2), done.err[:500]
    return done


def checked(words: list[str]) -> object:
    return tao('--dry-run', '--volume', '/:/data', '--volume', '/usr:/data/usr', 'dino', 'train', *words)


CASES: dict[str, tuple[Callable[[Any], object], Callable[[int], Any], int]] = {
    'repeated keys': (lambda data: list(text_faults(loads(data, 'x'))), keys, 5000),
    'a long key': (
        lambda data: list(text_faults(loads(data, 'x'))), lambda n: b'{"%s": [%s 1]}' % (b'k' * n, b'1,' * n), 10000,
    ),
    'broken JSON': (lambda data: loads(data, 'x'), lambda n: b'{"Envs": [{"variable": "A"  ' * n, 2000),
    'spaces in JSON': (lambda data: loads(data, 'x'), lambda n: b'{"variable"' + b' ' * n + b'x', 40000),
    'unknown keys': (lambda data: parse(data, 'x', {}, '/'), lambda n: keys(n // 20), 5000),
    'masked words of colons': (lambda word: masking.masked_words([word]), lambda n: 'a:' * n + '@', 10000),
    'masked colons': (masking.masked, lambda n: 'a:' * n, 10000),
    'masked colons and @': (masking.masked, lambda n: ':' * n + '@', 10000),
    'masked users': (masking.masked, lambda n: 'a:b@' * n, 10000),
    'masked words of names': (masking.masked, lambda n: 'a' * n + '@', 10000),
    'masked addresses': (lambda word: masking.masked_words([word]), lambda n: '://a:' * n, 10000),
    'masked words': (masking.masked_words, lambda n: ['-k', 'a=b c', '://x:y@z'] * n, 3000),
    'masked blanks': (lambda word: masking.masked_words([word]), lambda n: 'a  ' * n, 10000),
    'masked tokens': (masking.masked_text, lambda n: 'eyJ-aaaaaaaa.sk-nvapi-' * n, 5000),
    'masked headers': (masking.masked_text, lambda n: 'Authorization: Bearer ' * n, 5000),
    'masked passwords': (masking.masked_text, lambda n: 'curl -u a:b wandb login ' * n, 3000),
    'gpu_ids': (lambda word: gpus.indices(Gpus('count', first=1), [word]), lambda n: f'gpu_ids=[{"9" * n}]', 5000),
    'many gpu_ids': (
        lambda word: gpus.indices(Gpus('count', first=1), [word]), lambda n: '.gpu_ids=[1, ' * n, 5000,
    ),
    'lists of arguments': (arguments.arguments, lambda n: [f'k=[{"a," * n}]', f'k={{{"a: [b," * n}}}'], 5000),
    'quotes of arguments': (arguments.arguments, lambda n: [f'k=[{chr(34) * n}]', f'k=[{"a b:" * n}]'], 10001),
    'a deep path': (
        lambda path: follow(path, [Mount('/h', '/d')], lambda where: None), lambda n: '/d' + '/x' * n, 500,
    ),
    'a spec file': (
        lambda text: results.in_spec(text, 'train'), lambda n: f'{"a" * n}\n{" " * n}a{" " * n}\nx: {"#" * n}', 20000,
    ),
    'a script': (
        lambda text: results.said(results.Ran('a/b/run', ('sh', '-c', text))), lambda n: 'a;"b c" results_dir=\\' * n,
        100,
    ),
    'a size': (container_values.size, lambda n: '9' * n, 20000),
    'a size of zeros': (container_values.size, lambda n: '0' * n + 'x', 20000),
    'a limit': (lambda word: ulimit('stack', word), lambda n: '9' * n, 20000),
    'a suggestion': (lambda word: suggest.nearest(word, ['detectnet_v2', word[1:]]), lambda n: 'ab' * n, 2000),
    'a table': (wide, lambda n: 'x' * n, 20000), 'a wide table': (wide, lambda n: '日本\x1b' * n, 5000),
    'a line of digits': (split, lambda n: '1' * n, 5000), 'a quoted line': (split, lambda n: '"' + 'a\\' * n, 5000),
    'a line of variables': (
        split, lambda n: '$A$B${' * n, 3000), 'a line of words': (split, lambda n: "a 'b' " * n, 3000,
    ),
    'completion of a word': (candidates, lambda n: 'tao dino train ' + 'x' * n, 5000),
    'completion of a path': (candidates, lambda n: 'tao --volume /' + 'x/' * n, 3000),
    'completion of many words': (candidates, lambda n: 'tao dino train ' + 'x ' * n, 5000),
    'options': (parsed, lambda n: ['--env=A=1'] * n + ['dino', 'train'], 10000),
    'words of a task': (parsed, lambda n: ['dino', 'train', *['a=b'] * n], 20000),
    'late options': (parsed, lambda n: ['dino', *['--volume=/a:/b'] * n, 'train'], 10000),
    'variables of a launch': (dry, lambda n: [*(f'--env=A{i}=1' for i in range(n)), 'dino', 'train'], 1500),
    'mounts of a launch': (dry, lambda n: [*(f'--volume=/a{i}:/b{i}' for i in range(n)), 'dino', 'train'], 1500),
    'one source for all mounts': (
        dry, lambda n: [*(f'--volume=/:/b{i}' for i in range(n)), 'dino', 'train', '/etc'], 1000,
    ),
    'paths of a launch': (checked, lambda n: [f'-e=/data/{i}' for i in range(n)], 1000),
    'host paths of a launch': (checked, lambda n: ['/usr/bin'] * n, 2000),
    'late options of submit': (dry, lambda n: ['submit', 'slurm', 'dino', 'train', *['--x=1'] * n], 500),
    'claims': (
        dry, lambda n: ['submit', 'kubernetes', *(f'--pvc=a{i}:/a{i}' for i in range(n)), 'dino', 'train'], 1000,
    ),
    'containers': (job.parse, lambda n: json.dumps([container()] * n), 1000),
    'jobs by their ids': (
        lambda jobs: find.chosen(jobs, [one.id for one in jobs], None, running=False),
        lambda n: job.parse(json.dumps([container(f'{i:064x}') for i in range(n)])), 500,
    ),
    'ids': (answers.ids, lambda n: f'{"a" * 64}\n x\n' * n, 5000),
    'digits': (answers.digits, lambda n: '9' * n, 50000),
    'an answer of scontrol': (slurm_answers.state, lambda n: 'JobState=A Reason=B ExitCode=' * n, 5000),
    'an answer of nvidia-smi': (lambda rows: free_gpus.pick_free(1, rows, rows), lambda n: '1,GPU-a\n' * n, 5000),
    'an error of the engine': (diagnosed, lambda n: 'context ' * n, 5000),
    'another error of the engine': (diagnosed, lambda n: 'manifest for ' * n, 5000),
    'lines of an error': (diagnosed, lambda n: 'destination \n' * n, 5000),
}


@pytest.mark.parametrize('name', CASES)
def test_linear(name: str) -> None:
    run, make, size = CASES[name]
    is_linear(run, make, size)


@pytest.mark.parametrize('words', [
    ['dino', 'train', f'gpu_ids=[{"9" * 5000}]'], ['--shm_size', '9' * 400, 'dino', 'train'],
    ['--shm_size', f'0.{"9" * 400}G', 'dino', 'train'], ['--ulimit', f'stack={"9" * 5000}', 'dino', 'train'],
    ['--gpus', '9' * 5000, 'dino', 'train'], ['--port', f'{"9" * 5000}:1', 'dino', 'train'],
    ['submit', 'kubernetes', '--shm_size', '9' * 19 + '.5P', 'dino', 'train'],
    ['submit', 'kubernetes', '--user', '1:1', '--docker-arg=--group-add=²', 'dino', 'train'],
], ids=lambda words: ' '.join(words)[:40])
def test_numbers_without_end(words: list[str]) -> None:
    done = tao('--gpus', '1', '--dry-run', *words)
    assert done.code in (0, 2) and 'a bug of' not in done.err, done


def test_an_address_is_masked_as_before() -> None:
    shown = {
        'ssh://ann:pw@gpu1': 'ssh://ann:***@gpu1', 'a b:c@d e:f@g': 'a b:***@d e:***@g', 'x@y': 'x@y', 'a:@b': 'a:@b',
        'nvcr.io/a:b@sha256:c': 'nvcr.io/a:b@sha256:c', 'a:b:c@d': 'a:***@d', '"u:p@h"': '"u:***@h"', ':p@h': ':***@h',
        'http://h:1/u:p@x': 'http://h:1/u:***@x', '': '', 'a:b@c:d@e': 'a:***@c:***@e',
    }
    assert {word: masking.masked(word) for word in shown} == shown
