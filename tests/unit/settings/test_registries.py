"""A registry that engines take for none, or that has no effect."""
from __future__ import annotations

import pytest
from support import tao

DRY = ('--no-check', '--dry-run')


@pytest.mark.parametrize(('engine', 'where'), [
    ('docker', 'on Docker Hub'), ('podman', 'in the registries of its registries.conf'), ('apptainer', 'on Docker Hub'),
])
@pytest.mark.parametrize(('given', 'instead'), [
    ('harbor', 'harbor:443, or a full name such as harbor.example.com'),
    ('harbor/p', 'harbor:443/p, or a full name such as harbor.example.com/p'),
])
def test_no_registry(engine: str, where: str, given: str, instead: str) -> None:
    """Whoever has the name there supplies the image; one that was given this name here is fine."""
    words = ('--engine', engine, '--gpus', 'none', *DRY, 'dino', 'train')
    said = (
        f'{engine} does not take "harbor" for a registry, and looks for harbor/… {where}; write {instead}\n'
    )
    done = tao('--registry', given, *words)
    assert (done.code, f'{given}/nvidia/tao/' in done.out) == (0, True)
    assert f'tao: notice: --registry: {said}' in done.err
    assert f'tao: notice: OVERRIDE_REGISTRY: {said}' in tao(*words, env={'OVERRIDE_REGISTRY': given}).err


@pytest.mark.parametrize('words', [
    ['--registry', 'harbor:443'], ['--registry', 'harbor.lab/p'], ['--registry', 'localhost'],
    ['--registry', 'harbor', '--pull', 'never'], ['--registry', 'harbor', '--quiet'],
])
def test_nothing_to_say(words: list[str]) -> None:
    assert tao(*words, *DRY, 'dino', 'train').err == ''


def test_an_image_that_is_named_as_a_whole() -> None:
    image = ('--image', 'a.b/c:1', *DRY, 'dino', 'train')
    assert tao('--registry', 'c.d', *image).err == (
        'tao: notice: --registry is ignored: --image names the whole image\n'
    )
    assert tao(*image, env={'OVERRIDE_REGISTRY': 'harbor'}).err == ''  # which may be set for all launches
