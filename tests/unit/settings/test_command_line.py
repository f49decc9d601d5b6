"""The command line: where options end, what the launcher still takes after the task, and what belongs to the task."""
from __future__ import annotations

import json
from typing import Any

import pytest
from plans import CATALOGUE, launch

from tao_launcher.base.errors import UsageError
from tao_launcher.base.host import package_data
from tao_launcher.settings import command_line
from tao_launcher.settings.options import OPTIONS
from tao_launcher.settings.programs import RUNNERS

SUBTASKS = CATALOGUE.subtasks_by_name()


def call(*words: str) -> Any:
    """(Call, options) of a command line."""
    options, rest = command_line.parse(words, 'tao')
    return command_line.call(rest, CATALOGUE.groups(), SUBTASKS, options), options


def refusal(*words: str) -> list[str]:
    """Every line of the usage error."""
    with pytest.raises(UsageError) as error:
        call(*words)
    return [error.value.what, *error.value.why, error.value.advice]


CALLS: list[Any] = [
    ('dino train', ('task', '', 'dino', 'train', ())),
    ('model dino train', ('task', 'model', 'dino', 'train', ())),
    ('deploy dino evaluate -e x', ('task', 'deploy', 'dino', 'evaluate', ('-e', 'x'))),
    ('dino train --gpus 2 --env A=1 --verbose --user x --name y --tag t', (
        'task', '', 'dino', 'train',
        ('--gpus', '2', '--env', 'A=1', '--verbose', '--user', 'x', '--name', 'y', '--tag', 't'))),
    ('dino train --help', ('task', '', 'dino', 'train', ('--help',))),
    ('dino train -- --dry-run', ('task', '', 'dino', 'train', ('--dry-run',))),
    ('dino train -- -- x', ('task', '', 'dino', 'train', ('--', 'x'))),
    ('dino train x -- --shm_size 1', ('task', '', 'dino', 'train', ('x', '--', '--shm_size', '1'))),
    ('dino train run', ('task', '', 'dino', 'train', ('run',))),
    ('dino', ('shell', '', 'dino', '', ())),
    ('dino --', ('shell', '', 'dino', '', ())),
    ('model dino', ('shell', 'model', 'dino', '', ())),
    ('dino run ls -l', ('run', '', 'dino', 'run', ('ls', '-l'))),
    ('dino run -- ls', ('run', '', 'dino', 'run', ('ls',))),
    ('dino run ls -- x', ('run', '', 'dino', 'run', ('ls', '--', 'x'))),
    ('dino run x --dry-run --volume a --shm_size --help', (
        'run', '', 'dino', 'run', ('x', '--dry-run', '--volume', 'a', '--shm_size', '--help'))),
    ('dino run --help', ('run', '', 'dino', 'run', ('--help',))),
    ('-- dino train --dry-run', ('task', '', 'dino', 'train', ('--dry-run',))),
    ('-- dino --help', ('task', '', 'dino', '', ('--help',))),
    ('dino --help', ('help', '', 'dino', '', ())),
    ('dino -h', ('help', '', 'dino', '', ())),
    ('model --help', ('help', 'model', '', '', ())),
    ('model dino --help', ('help', 'model', 'dino', '', ())),
    ('converter -k key -e out model.etlt', ('task', '', 'converter', '', ('-k', 'key', '-e', 'out', 'model.etlt'))),
    ('converter /m.etlt', ('task', '', 'converter', '', ('/m.etlt',))),
    ('converter -- -h', ('task', '', 'converter', '', ('-h',))),
    ('deploy trtexec --onnx=/m', ('task', 'deploy', 'trtexec', '', ('--onnx=/m',))),
]


@pytest.mark.parametrize(('line', 'expected'), CALLS)
def test_call(line: str, expected: Any) -> None:
    found, _ = call(*line.split())
    assert (found.form, found.group, found.task, found.subtask, found.words) == expected


def test_forced_subtask() -> None:
    assert call('dino', '--', 'tarin', 'x')[0] == command_line.Call('task', '', 'dino', 'tarin', ('x',), True)


@pytest.mark.parametrize(('line', 'key', 'value', 'words'), [
    ('dino train --dry-run', 'dry_run', True, ()),
    ('dino train --dry_run -e x', 'dry_run', True, ('-e', 'x')),
    ('dino train --dry-run=json x', 'dry_run', 'json', ('x',)),
    ('dino --dry-run train', 'dry_run', True, ()),
    ('dino train --volume /a:/b x --volume=/c:/d', 'volume', ['/a:/b', '/c:/d'], ('x',)),
    ('converter -x --dry-run', 'dry_run', True, ('-x',)),
])
def test_late_options(line: str, key: str, value: object, words: Any) -> None:
    found, options = call(*line.split())
    assert (options[key], found.words) == (value, words)


def test_late_volume_joins_the_early_ones() -> None:
    assert launch('--volume', '/a:/b', 'dino', 'train', '--volume', '/c:/d').before_image == ['-v', '/a:/b', '-v',
        '/c:/d']


@pytest.mark.parametrize('option', [
    '--mounts_file x', '--shm_size 1G', '--run_as_user', '--docker-arg x', '--no-check', '--engine podman',
    '--ulimit stack=1',
    '--mounts-file x', '--shm-size 1G', '--run-as-user', '--docker_arg x', '--no_check', '--shm_size=1G',
])
def test_misplaced_option(option: str) -> None:
    name = option.split('=')[0].split()[0]
    value = next(o.value for o in OPTIONS if o.key == name[2:].replace('-', '_'))
    example = f'{name} {value}'.rstrip()
    assert refusal('dino', 'train', '-e', 'x', *option.split()) == [
        f'{name}: launcher options go before the task name',
        f'to pass them to the task, put them after a bare "--": tao dino SUBTASK -- {example}',
        f'tao {example} dino …',
    ]
    assert call('dino', 'train', '--', *option.split())[0].words == tuple(option.split())


@pytest.mark.parametrize('option', ['--detach', '--name', '--tag=x', '--network', '--verbose', '--pull'])
def test_misplaced_where_a_subtask_is_missing(option: str) -> None:
    name = option.split('=')[0]
    value = next(o.value for o in OPTIONS if o.name == name)
    example = f'{name} {value}'.rstrip()
    assert refusal('dino', option) == [
        f'{name}: launcher options go before the task name',
        f'to pass them to the task, put them after a bare "--": tao dino SUBTASK -- {example}',
        f'tao {example} dino …',
    ]


@pytest.mark.parametrize(('line', 'names', 'examples'), [
    ('train --shm_size 1G -e x --no-check --ulimit=stack=1', '--shm_size, --no-check, --ulimit',
        '--shm_size SIZE --no-check --ulimit NAME=SOFT[:HARD]'),
    ('--detach train --engine podman', '--detach, --engine', '--detach --engine CMD'),
    ('train --docker-arg --network=host --shm-size 1G', '--docker-arg, --shm-size',
        '--docker-arg WORD --shm-size SIZE'),
    ('train --shm_size --no-check', '--shm_size, --no-check', '--shm_size SIZE --no-check'),
    ('train --shm_size -- --no-check', '--shm_size', '--shm_size SIZE'),
    ('train --no-check -- --shm_size 1G', '--no-check', '--no-check'),
    ('train --dry-run --no-check --volume /a:/b', '--no-check', '--no-check'),
])
def test_all_misplaced_options_at_once(line: str, names: str, examples: str) -> None:
    assert refusal('dino', *line.split()) == [
        f'{names}: launcher options go before the task name',
        f'to pass them to the task, put them after a bare "--": tao dino SUBTASK -- {examples}',
        f'tao {examples} dino …',
    ]


def test_a_docker_word_may_stand_for_itself() -> None:
    # --network is the launcher's own as well, and no forgotten value here
    words = ['--docker-arg', '--network=host', '--docker_arg', '--pull', 'dino', 'train']
    assert command_line.parse(words, 'tao') == ({'docker_arg': ['--network=host', '--pull']}, ['dino', 'train'])
    argv = launch('--docker-arg', '--network=host', 'dino', 'train').argv
    assert argv[argv.index('dino') - 2] == '--network=host'


@pytest.mark.parametrize('option', [option for option in OPTIONS if option.key not in ('help', 'version')],
    ids=lambda o: o.name)
def test_every_spelling(option: Any) -> None:
    program = option.programs[0]
    value = ['x'] if option.value and not option.optional else []
    expected: Any = (['x'] if option.repeatable else 'x') if value else True
    spellings = {option.name, f'--{option.key}', f'--{option.key.replace("_", "-")}',
        *([option.short] if option.short else [])}
    for name in spellings:
        assert command_line.parse([name, *value, 'dino'], program) == ({option.key: expected}, ['dino'])
        if option.value:
            joined = ['a=b'] if option.repeatable else 'a=b'
            assert command_line.parse([f'{name}=a=b', 'dino'], program)[0] == {option.key: joined}
        if name != option.short:
            with pytest.raises(UsageError):
                command_line.parse([name[:-1], *value], program)


@pytest.mark.parametrize(('line', 'lines'), [
    ('', ['which task?', 'tao --help']),
    ('--', ['which task?', 'tao --help']),
    ('model', ['which task of model?', 'tao model --help']),
    ('dino run', ['run what?', 'tao dino run COMMAND [ARGS...], or tao dino for a shell']),
    ('dino run --', ['run what?', 'tao dino run COMMAND [ARGS...], or tao dino for a shell']),
    ('--gpu 0 dino', ['unknown option --gpu', 'did you mean --gpus?', 'tao --help options']),
    ('--shm 1G dino', ['unknown option --shm', 'did you mean --shm_size?', 'tao --help options']),
    ('--vol a:/b --mounts x dino', ['unknown options --vol, --mounts', '--vol: did you mean --volume?',
                                    '--mounts: did you mean --mounts_file?', 'tao --help options']),
    ('--vol=a:/b --run_as_u --gpus 0 --shm-s 1G dino', [
        'unknown options --vol, --run_as_u, --shm-s', '--vol: did you mean --volume?',
        '--run_as_u: did you mean --run_as_user?', '--shm-s: did you mean --shm_size?', 'tao --help options']),
    ('--no dino', ['unknown option --no', 'did you mean --no-check, --no-tty?', 'tao --help options']),
    ('--no --vol a:/b dino', ['unknown options --no, --vol', '--no: did you mean --no-check, --no-tty?',
                              '--vol: did you mean --volume?', 'tao --help options']),
    # whether a value follows cannot be told
    ('--xyz --vol a:/b dino', ['unknown option --xyz', 'tao --help options']),
    ('--vol --mounts dino', ['unknown options --vol, --mounts', '--vol: did you mean --volume?',
                             '--mounts: did you mean --mounts_file?', 'tao --help options']),
    ('--mount_file x dino', ['unknown option --mount_file', 'did you mean --mounts_file?', 'tao --help options']),
    ('-x dino', ['unknown option -x', 'tao --help options']),
    ('--add-host=a:1 dino', [
        'unknown option --add-host', '--docker-arg passes an option on to docker run',
        'tao --docker-arg=--add-host=a:1 …']),
    ('-v /a:/b dino', [
        'unknown option -v', "docker run's -v is --volume here", 'tao --volume SRC[:DST[:MODE]] …']),
    ('--rm dino', [
        'unknown option --rm', "docker run's --rm is passed always, except with --detach", 'tao --help options']),
    ('-qh', ['unknown option -qh', 'tao --help options']),
    ('--gpus', ['--gpus needs a value: --gpus GPUS', '']),
    ('--gpus --tty dino', ['--gpus needs a value: --gpus GPUS', '']),
    ('--volume -- dino', ['--volume needs a value: --volume SRC[:DST[:MODE]]', '']),
    ('--tty=yes dino', ['--tty takes no value, found "yes"', '']),
    ('dino train --volume', ['--volume needs a value: --volume SRC[:DST[:MODE]]', '']),
    ('dino train --volume --dry-run', ['--volume needs a value: --volume SRC[:DST[:MODE]]', '']),
    ('--docker-arg', ['--docker-arg needs a value: --docker-arg WORD', '']),
    ('--docker-arg -- dino', ['--docker-arg needs a value: --docker-arg WORD', '']),
    ('--dry-run= dino train', ['--dry-run= needs a value, or no "="', '']),
    ('--dry_run= dino train', ['--dry_run= needs a value, or no "="', '']),
    ('dino --dry-run= train', ['--dry-run= needs a value, or no "="', '']),
    ('dino train --dry-run=', ['--dry-run= needs a value, or no "="', '']),
    ('dino train -e x --dry_run=', ['--dry_run= needs a value, or no "="', '']),
])
def test_refused(line: str, lines: list[str]) -> None:
    assert refusal(*line.split()) == lines


def test_dry_run_takes_its_form_by_an_equals_sign_only() -> None:
    assert command_line.parse(['--dry-run', 'json', 'train'], 'tao') == ({'dry_run': True}, ['json', 'train'])


def test_an_empty_value_is_a_value() -> None:
    assert command_line.parse(['--name', '', '--tag=', 'dino'], 'tao') == ({'name': '', 'tag': ''}, ['dino'])


def test_options_end_at_a_single_dash() -> None:
    assert command_line.parse(['-', '--tty'], 'tao') == ({}, ['-', '--tty'])


@pytest.mark.parametrize('program', RUNNERS)
def test_runners_have_no_release(program: str) -> None:
    assert '--release' not in command_line.table(program)
    flags = set(json.loads(package_data('runners.json'))[program]['flags']) - {'--run_as_service', '--ip',
        '--port_mapping'}
    assert flags <= set(command_line.table(program))


@pytest.mark.parametrize(('words', 'what'), [
    (['dino', ''], 'subtask'), (['dino', '', 'train'], 'subtask'), (['dino', '--', ''], 'subtask'),
    (['dino', '--dry-run', ''], 'subtask'), (['model', 'dino', 'run', ''], 'command'),
    (['dino', 'run', '--', '', 'x'], 'command'),
])
def test_an_empty_first_word(words: list[str], what: str) -> None:
    with pytest.raises(UsageError, match=f'the {what} is an empty word: was a variable not set'):
        command_line.call(words, ['model'], {}, {})


@pytest.mark.parametrize('words', [['train', ''], ['run', 'x', ''], ['run', '--', 'x', ''], ['--', 'x', '']])
def test_an_empty_later_word_is_passed_on(words: list[str]) -> None:
    assert command_line.call(['dino', *words], ['model'], {}, {}).words[-1] == ''


@pytest.mark.parametrize('words', [['', 'train'], ['model', ''], ['--', '', 'train'], ['']])
def test_an_empty_task(words: list[str]) -> None:
    with pytest.raises(UsageError, match='the task is an empty word: was a variable not set'):
        command_line.call(words, ['model'], {}, {})
