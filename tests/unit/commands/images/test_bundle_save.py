"""tao bundle save: the words for the engine, and one that fails."""
from __future__ import annotations

from pathlib import Path

from image_answers import DINO, OTHER, REPOSITORY, Engine, image
from support import tao


def test_podman_saves_several_images_as_several(engine: Engine) -> None:
    engine.has(image(DINO), image(f'{REPOSITORY}:7.1.0-deploy', id=OTHER))
    save = ['bundle', 'save', '--dry-run', 'b', 'dino']
    names = f'{DINO} {REPOSITORY}:7.1.0-deploy'
    assert tao(*save).out == f'docker save {names}\n'
    assert tao('--engine', 'podman', *save).out == f'podman save --multi-image-archive {names}\n'


def test_a_save_that_the_engine_fails(engine: Engine, tmp_path: Path) -> None:
    """No bundle, and nothing half; what it said is shown."""
    engine.has(image(DINO))
    for out, err, code, said in (
        ('', 'Error response from daemon: open /x: input/output error\n', 1, (
            'the images could not be saved\n    Error response from daemon: open /x: input/output error\n'
        )),
        ('no archive', '', 0, f'the engine saved no docker archive\n    {tmp_path}/bundle/images.tar\n'),
    ):
        engine.answers('save', out, err, code)
        done = tao('--quiet', 'bundle', 'save', f'{tmp_path}/bundle', 'model/dino')
        assert (done.code, done.out, done.err) == (125 if code else 1, '', f'tao: error: {said}')
        assert not (tmp_path / 'bundle' / 'SHA256SUMS').exists()
