"""What is offered at the cursor: the parsers accept all of it, and nothing is offered in a wrong place."""
from __future__ import annotations

import pytest
from completion_world import GROUPS, offered, world
from hypothesis import given
from hypothesis import strategies as st
from plans import CATALOGUE

from tao_launcher.base.errors import UsageError
from tao_launcher.commands.completion.offers import complete
from tao_launcher.settings import command_line
from tao_launcher.settings.options import of
from tao_launcher.settings.programs import KUBERNETES, RUNNERS, SLURM, VERBS


def test_first_word() -> None:
    words = offered('')
    assert words[:3] == GROUPS
    assert {*VERBS, 'help', 'dino', 'annotations', 'detectnet_v2'} <= {*words}
    assert len(words) == len({*words})
    assert not any(word.startswith('-') for word in words)


@pytest.mark.parametrize(('line', 'expected'), [
    (['mod'], ['model', 'model_agnostic']),
    (['dinov'], ['dinov3']),
    (['deploy', 'dino'], ['dino']),
    (['dataset', 'annot'], ['annotations']),
    (['--release', '4.0.1', 'dino'], []),
    (['--release', '5.5.0', 'dino'], ['dino']),
    (['dino', 'tra'], ['train']),
    (['deploy', 'dino', 'tra'], []),
    (['dino', 'gen'], ['gen_trt_engine']),
    (['dino', '--dry-run', 'tra'], ['train']),
    (['dino', 'r'], ['run']),
    (['--', 'dino', 'tra'], ['train']),
    (['dino', '--', 'tra'], []),
    (['dino', 'train', '--', '/w'], []),
    (['--gpus', '0', 'dino', 'eva'], ['evaluate']),
    (['nonsense', 'tra'], []),
    (['--nonsense', 'din'], []),
    (['--pull', 'a'], ['always']),
    (['--pull=n'], ['--pull=never']),
    (['--engine', '/usr/bin/podman', '--pull=n'], ['--pull=never', '--pull=newer']),
    (['--context', 'f'], ['far']),
    (['--engine', 'podman', '--context', 'f'], []),
    (['--gpus', ''], ['all', 'none', 'free', 'free:', 'count=']),
    (['--dry-run=p'], ['--dry-run=pretty']),
    (['--dry_run=j'], ['--dry_run=json']),
    (['--dry-run'], ['--dry-run', '--dry-run=shell', '--dry-run=pretty', '--dry-run=json']),
    (['--color', 'au'], ['auto']),
    (['--release', '5.5'], ['5.5.0']),
    (['--shm'], ['--shm_size']),
    (['--shm-'], ['--shm-size']),
    (['--no_'], ['--no_tty', '--no_check']),
    (['-'], None),
    (['--env', 'CUDA'], ['CUDA_VISIBLE_DEVICES']),
    (['--env', 'A=C'], []),
    (['--engine', 's'], ['sudo -n docker', 'singularity']),
    (['--image', 'nvcr.io/nvidia/tao/tao-toolkit:7.1.0-p'], ['nvcr.io/nvidia/tao/tao-toolkit:7.1.0-pyt']),
    (['--quiet', '--qui'], []),
    (['--volume', 'a:b', '--vol'], ['--volume']),
    (['dino', 'train', '--dry'], ['--dry-run']),
    (['dino', 'train', '--dry-run=s'], ['--dry-run=shell']),
    (['dino', 'train', '--mounts'], []),
    (['dino', 'train', '--gp'], []),
    (['dino', 'train', '--mounts_file', '/x', '-e', '/'], []),
    (['--mounts_file', '/da'], ['/data/']),
    (['--mounts_file', '/data/.'], ['/data/.hidden']),
    (['--mounts_file=/data/s'], ['--mounts_file=/data/spec.yaml', '--mounts_file=/data/straße/']),
    (['--mounts_file', ''], ['here/', 'it']),
    (['--volume', '/data/'], ['/data/a b/', '/data/spec.yaml:', '/data/straße/']),
    (['--volume', '/data:/w'], ['/data:/workspace/tao/']),
    (['--volume', '/data:/data'], []),
    (['--volume', '/data:/x:'], ['/data:/x:ro', '/data:/x:rw', '/data:/x:z', '/data:/x:Z']),
    (['dino', 'train', '--volume', '/da'], ['/data/']),
    (['help', 'optio'], ['options']),
    (['--help', 'exit'], ['exit-codes']),
    (['help', 'bundle', ''], ['save', 'verify', 'load']),
    (['help', 'deploy', 'din'], ['dino']),
    (['help', 'list', ''], []),
    (['bundle', ''], ['save', 'verify', 'load']),
    (['bundle', 'save', ''], ['here/']),
    (['bundle', 'save', 'x', 'deploy/din'], ['deploy/dino']),
    (['bundle', 'save', 'x', 'dino', 'dep'], ['depth_net', 'deploy/']),
    (['bundle', 'sav', ''], []),
    (['pull', '--all', '--a'], []),
    (['images', '--release', '7'], ['7.1.0']),
    (['list', '--format', ''], ['table', 'json', 'ids']),
    (['progress', 'n'], ['night']),
    (['progress', 'o'], ['over']),
    (['progress', 'h'], ['here/']),
    (['progress', '/data/s'], ['/data/spec.yaml', '/data/straße/']),
    (['progress', 'night', ''], ['f00dcafe0001', 'over', 'here/', 'it']),
    (['progress', '--plot', ''], []),
    (['list', '--format=j'], ['--format=json']),
    (['list', '--all-'], ['--all-users']),
    (['list', '--all_'], ['--all_users']),
    (['list', '--nonsense', '--f'], []),
    (['stop', ''], ['f00dcafe0001', 'night']),
    (['stop', 'night', ''], ['f00dcafe0001']),
    (['stop', '--all-users', 'th'], ['theirs']),
    (['stop', '--container_id', 'night', 'f'], ['f00dcafe0001']),
    (['stop', '--time', ''], []),
    (['stop', '--time', '5', 'ni'], ['night']),
    (['logs', ''], ['f00dcafe0001', 'night', 'over']),
    (['logs', '--tail', '3', '-f', 'ov'], ['over']),
    (['logs', 'night', 'o'], []),
    (['logs', '--', 'ni'], ['night']),
    (['attach', 'o'], []),
    (['wait', 'night', 'o'], ['over']),
    (['config', 'init', '--shm_size', '16'], ['16G']),
    (['config', 'init', '--data', '/da'], ['/data/']),
    (['config', 'init', '--volume', '/data:/o'], ['/data:/one.yaml']),
    (['config', 'validate', 'i'], ['it']),
    (['exec', 'ni'], ['night']),
    (['exec', '--dry'], ['--dry-run']),
    (['exec', 'night', '-'], []),
    (['exec', 'night', ''], []),
    (['completion', ''], ['bash', 'zsh', 'fish']),
    (['completion', 'zsh', '--i'], ['--install']),
    (['completion', 'zsh', ''], None),
    (['submit', ''], ['slurm', 'kubernetes']),
    (['submit', 'slurm', '--part'], ['--partition']),
    (['submit', 'kubernetes', '--part'], []),
    (['submit', 'kubernetes', '--patch', '/data/s'], ['/data/spec.yaml', '/data/straße/']),
    (['submit', 'kubernetes', '--fol'], ['--follow']), (['submit', 'kubernetes', '--wa'], ['--wait']),
    (['submit', 'slurm', '--nodes', '2', '--gpus', '0', 'dinov'], ['dinov3']),
    (['submit', 'slurm', '--container=p'], ['--container=pyxis']),
    (['submit', 'slurm', 'model', 'dino', 'tra'], ['train']),
    (['submit', 'slurm', 'list'], []),
    (['--release', '5.5.0', 'submit', 'kubernetes', 'dinov'], []),
])
def test_words(line: list[str], expected: list[str] | None) -> None:
    if expected is None:
        assert offered(*line)
        assert all(word.startswith('-') for word in offered(*line))
    else:
        assert offered(*line) == expected


@pytest.mark.parametrize(('line', 'expected'), [
    (['--vol'], ['--volume']), (['--rel'], []), ([''], ['build', 'release', 'check', '--']), (['--', ''], []),
    (['--shm_size', '16'], ['16G']), (['build', '--pu'], ['--push']),
    (['build', '--platform', 'linux/ar'], ['linux/arm64']), (['build', '--x'], ['--x86']), (['release', '--x'], []),
    (['build', '--platform=linux/amd64,'], ['--platform=linux/amd64,linux/arm64']),
    (['release', '--ba'], ['--base-digest']), (['release', '--build-secret', 'HOM'], ['HOME']),
    (['build', '--up'], ['--update-digests']), (['check', '--format', 'j'], ['json']),
    (['nonsense', ''], []), (['--', 'pytest', '/'], []),
])
@pytest.mark.parametrize('program', RUNNERS)
def test_words_of_a_runner(program: str, line: list[str], expected: list[str]) -> None:
    assert offered(*line, program=program) == expected


def test_help_is_told() -> None:
    found = complete('tao', [], '', world()).candidates
    helps = {each.text: each.help for each in found}
    expected = ('model, deploy (7.1.0)', 'list your jobs, and how far they are', 'group of tasks')
    assert (helps['dino'], helps['list'], helps['model']) == expected
    options = {each.text: each.help for each in complete('tao', [], '-', world()).candidates}
    assert all(options[option.name] == option.help for option in of('tao'))
    assert options['-q'] == options['--quiet']


def test_many_names_are_cut_to_those_that_begin_so() -> None:
    many = world()._replace(listing=lambda path: [(f'{letter}{i}', False) for letter in 'aAb' for i in range(600)])
    found = complete('tao', ['--mounts_file'], 'a', many)
    assert {each.text[0] for each in found.candidates} == {'a', 'A'}


@pytest.mark.parametrize('program', ['tao', *RUNNERS, SLURM, KUBERNETES])
def test_every_option_is_accepted(program: str) -> None:
    first, *before = program.split()
    start = program.split() if ' ' in program else []
    names = [word for word in offered(*start, '-', program='tao' if start else first) if word != '--']
    known = command_line.table(program)
    assert {known[name].key for name in names} == {option.key for option in known.values()}
    for name in names:
        command_line.parse([name, *(['1'] if known[name].value and not known[name].optional else [])], program)


nearly = st.sampled_from([
    'dino', 'model', 'train', 'run', '--', '-', '--volume', '--gpus', '--dry-run', '--dry-run=', '-e', '/',
    '/workspace/', 'results_dir=/', 'a=[', 'list', 'stop', 'exec', 'bundle', 'save', 'submit', 'slurm', '--format',
    '--help', 'help', '~', ':', 'a:b:c', '--release', '7.1.0', 'build', '', '\0', 'completion',
]) | st.text(max_size=8)


@given(words=st.lists(nearly, max_size=6), word=nearly, program=st.sampled_from(['tao', 'tao_pt', 'other', '']))
def test_any_words(words: list[str], word: str, program: str) -> None:
    found = complete(program, words, word, world())
    assert word.startswith(found.head)
    assert len({each.text for each in found.candidates}) == len(found.candidates)


def test_cli_refuses_what_is_not_offered() -> None:
    """The rules that the cursor follows are the parser's own."""
    with pytest.raises(UsageError):
        command_line.parse(['--gpus', '--quiet'], 'tao')
    assert offered('--gpus', '--quiet', '') == []


def test_what_was_added_can_be_removed() -> None:
    added = world()._replace(catalogue=lambda: CATALOGUE._replace(added={'7.2.0': '/f'}))
    found = complete('tao', ['catalogue', 'remove'], '', added).candidates
    assert [each.text for each in found if not each.text.startswith('-')] == ['7.2.0']
    assert '7.1.0' in offered('catalogue', 'show', '')
