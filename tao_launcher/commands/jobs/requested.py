"""Which GPUs a container asked for, as its engine shows it. Pure."""
from __future__ import annotations

from ...engine import answers

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence


def gpus(container: object) -> str:
    """The GPUs a container asked for: all, none, 0,1 or "first 2".

    Podman shows devices by their description (CDI) only in the command that created the container.
    """
    requests = answers.entries(container, 'HostConfig', 'DeviceRequests')
    if requests:
        count = answers.number(requests[0], 'Count')
        return _unqualified(answers.texts(requests[0], 'DeviceIDs')) or ('all' if count == -1 else f'first {count}')
    devices = [answers.text(device, 'PathOnHost') for device in answers.entries(container, 'HostConfig', 'Devices')]
    created = answers.texts(container, 'Config', 'CreateCommand')
    devices += [word for option, word in zip(created, created[1:]) if option == '--device']
    cdi = _unqualified([device for device in devices if device.startswith('nvidia.com/gpu=')])
    environment = answers.texts(container, 'Config', 'Env')
    named = [word.partition('=')[2] for word in environment if word.startswith('NVIDIA_VISIBLE_DEVICES=')]
    visible = named[-1] if named else ''
    return cdi or ('none' if visible in ('', 'void') else visible)


def _unqualified(devices: Sequence[str]) -> str:
    """GPU ids, also of nvidia.com/gpu=0 (CDI)."""
    return ','.join(device.rpartition('=')[2] for device in devices)
