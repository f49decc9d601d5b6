"""What is read out of versions and of nvidia-smi's answers."""
from __future__ import annotations

import pytest
from doctor_answers import A100, SMI_BROKEN

from tao_launcher.commands.doctor.findings import gpu_rows, numbers


@pytest.mark.parametrize(('text', 'found'), [
    ('535.104.05', (535, 104, 5)), ('20.10.24+dfsg1', (20, 10, 24)), ('1.2-rc3', (1, 2)), ('', ()), ('none', ()),
])
def test_numbers(text: str, found: tuple[int, ...]) -> None:
    assert numbers(text) == found


@pytest.mark.parametrize(('text', 'rows'), [
    ('0, NVIDIA A100, 81920, 535.1\n1, x,[N/A], 535.1', [['0', 'NVIDIA A100', '81920', '535.1'],
                                                       ['1', 'x', '[N/A]', '535.1']]),
    ('No devices were found\n', []), ('x, a, b, c\n', []), ('0, a, b\n', []), ('', []), (SMI_BROKEN, []),
])
def test_gpu_rows(text: str, rows: list[list[str]]) -> None:
    assert gpu_rows(text) == rows
    assert len(gpu_rows(A100)) == 8
