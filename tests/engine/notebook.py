"""A notebook that runs tasks, executed cell by cell in a real kernel."""
from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING, Sequence

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

RUN = '''
import json, sys, nbclient, nbformat
cells, folder = json.loads(sys.argv[1]), sys.argv[2]
notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
nbclient.NotebookClient(notebook, timeout=60, resources={"metadata": {"path": folder}}).execute()
json.dump(["".join(output["text"] for output in cell["outputs"]) for cell in notebook.cells], sys.stdout)
'''
SPEC, RESULTS = '/workspace/specs/dino.yaml', 'results_dir=/workspace/results'
CELLS = (
    'import json, os\n'
    'home = os.environ["HOME"]\n'
    'names = ("specs", "results")\n'
    'mounts = [{"source": f"{home}/{name}", "destination": f"/workspace/{name}"} for name in names]\n'
    'with open(f"{home}/.tao_mounts.json", "w") as f:\n'
    '    json.dump({"Mounts": mounts, "DockerOptions": {"shm_size": "1M"}}, f)\n',
    f'!tao dino train -e {SPEC} {RESULTS}',
    f'!tao dino export -e {SPEC} {RESULTS}',
)
WORDS = [['dino', subtask, '-e', SPEC, RESULTS] for subtask in ('train', 'export')]


def furnish(home: Path) -> None:
    """Make what the notebook's mounts name."""
    for name in ('specs', 'results'):
        (home / name).mkdir()
    (home / 'specs' / 'dino.yaml').touch()


def outputs(cells: Sequence[str], env: Mapping[str, str], folder: str, enter: Sequence[str] = ()) -> list[str]:
    """What each cell prints; `enter` are the words that enter another root."""
    env = {**env, 'IPYTHONDIR': f'{env["HOME"]}/ipython', 'PYTHONDONTWRITEBYTECODE': '1'}
    done = subprocess.run(
        [*enter, sys.executable, '-c', RUN, json.dumps(cells), folder], env=env, stdin=subprocess.DEVNULL,
        capture_output=True, encoding='utf-8', timeout=120,
    )
    assert done.returncode == 0, done.stderr
    found: list[str] = json.loads(done.stdout)
    return found
