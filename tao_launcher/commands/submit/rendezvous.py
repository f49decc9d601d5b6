"""The container that a pod of several runs first: it waits until the name of the first rank resolves.

A rank that cannot resolve MASTER_ADDR trains alone, and its Job is complete.
"""
from __future__ import annotations

from .pod import literal, part

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Dict

    Object = Dict[str, Any]

NAME = 'wait-for-rank-0'
LIMIT = 1800  # seconds: the first rank's node may have to pull the image
# $1 is the name, $2 the limit. An image with glibc has getent; busybox has only programs that resolve on the way.
SCRIPT = r"""
trap 'exit 143' TERM
for how in getent python3 python ping ''; do
    ! command -v "$how" >/dev/null 2>&1 || break
done
resolves() {
    case $how in
    getent) getent hosts "$1" >/dev/null 2>&1 ;;
    python*) "$how" -c 'import socket, sys; socket.getaddrinfo(sys.argv[1], None)' "$1" 2>/dev/null ;;
    *) case $(ping -c 1 -W 1 "$1" 2>&1) in
        *'bad address'* | *'not known'* | *'unknown host'* | *'name resolution'*) false ;;
        esac ;;
    esac
}
if [ -z "$how" ]; then
    echo "tao: this image has no getent, python or ping to find out whether $1 (MASTER_ADDR) resolves" >&2
    exit 1
fi
end=$(($(date +%s) + $2))
until resolves "$1"; do
    if [ "$(date +%s)" -ge "$end" ]; then
        echo "tao: $1 (MASTER_ADDR) does not resolve after $2 s: the first rank's pod has not started," \
            "or the cluster's DNS does not know its Service" >&2
        exit 1
    fi
    sleep 1
done
"""


def container(job: Object, address: str) -> Object:
    """The container that waits for a name, from that of the job; it has no GPU."""
    limits = {key: value for key, value in job.get('resources', {}).get('limits', {}).items() if '/' not in key}
    return {
        'name': NAME, 'image': job['image'], 'imagePullPolicy': job['imagePullPolicy'],
        'command': ['sh', '-c', literal(SCRIPT), 'sh', address, str(LIMIT)],
        'env': [{'name': 'NVIDIA_VISIBLE_DEVICES', 'value': 'void'}],
        # a quota of the namespace may ask it of every container
        **part('resources', {**part('limits', limits), **part('requests', dict(limits))}),
        'terminationMessagePolicy': 'FallbackToLogsOnError',  # kubectl describe shows the words then
    }
