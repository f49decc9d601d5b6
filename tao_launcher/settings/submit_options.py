"""What `tao submit slurm` and `tao submit kubernetes` take after their name, beside the options of tao."""
from __future__ import annotations

from .option import Option
from .programs import KUBERNETES, SLURM

SUBMIT = (
    Option('--nodes', 'N', 'how many machines (default: 1)', programs=(SLURM, KUBERNETES)),
    Option('--gpus_per_node', 'G', 'GPUs on each of them, G or TYPE:G (default: 1)', programs=(SLURM,)),
    Option('--gpus_per_node', 'G', 'GPUs on each of them (default: 1)', programs=(KUBERNETES,)),
    Option('--time', 'LIMIT', 'time limit: minutes, H:M:S or D-H:M:S', programs=(SLURM,)),
    Option('--partition', 'NAME', 'partition of the cluster', programs=(SLURM,)),
    Option('--account', 'NAME', 'account that is charged', programs=(SLURM,)),
    Option('--sbatch-arg', 'WORD', 'pass a word such as --qos=low to sbatch', repeatable=True, programs=(SLURM,)),
    Option('--srun-arg', 'WORD', 'pass a word such as --cpu-bind=none to srun, which starts the containers',
           repeatable=True, programs=(SLURM,)),
    Option('--container', 'HOW', 'docker (default), apptainer, or pyxis where its Slurm plugin is', programs=(SLURM,),
           choices=(('docker', ''), ('apptainer', 'where there is no docker'), ('pyxis', 'a plugin of Slurm'))),
    Option('--wait', help='wait until the job has ended, exit with its code', programs=(SLURM, KUBERNETES)),
    Option('--follow', help="wait, and show the first node's log meanwhile", programs=(KUBERNETES,)),
    Option('--namespace', 'NAME', "namespace (default: that of kubectl's context)", programs=(KUBERNETES,)),
    Option('--pvc', 'NAME:DEST', 'mount a persistent volume claim', repeatable=True, programs=(KUBERNETES,)),
    Option('--image_pull_secret', 'NAME', 'secret for the registry of the image', programs=(KUBERNETES,)),
    Option('--patch', 'FILE', 'change the Job by a JSON merge patch; - is standard input', repeatable=True,
           programs=(KUBERNETES,)),
)
