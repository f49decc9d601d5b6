"""The shell functions of an sbatch script, filled in by slurm.py with %."""
from __future__ import annotations

# A node's part of the job's GPUs. UUIDs are docker's names too; Slurm's numbers are device indices only without them,
# as a MIG device has a number of Slurm's own. Of the batch step's SLURM_JOB_GPUS only the first node may know.
GPUS = """\
    ids=${CUDA_VISIBLE_DEVICES-}
    [[ $ids =~ ^(GPU|MIG)-[0-9A-Za-z/-]+(,(GPU|MIG)-[0-9A-Za-z/-]+)*$ ]] || ids=${SLURM_STEP_GPUS-}
    [[ $ids || $SLURM_NODEID != 0 ]] || ids=${SLURM_JOB_GPUS-}
    [[ $ids ]] || { refuse 'Slurm gave no GPUs to this step'; return 2; }
    [[ $ids =~ ^[0-9A-Za-z:/,-]+$ ]] || { refuse "Slurm gave no numbers or UUIDs of GPUs: $ids"; return 2; }
"""
ARRAY = '    IFS=, read -ra gpus <<<"$ids"\n'
# What is run on every node.
NODE = """\
refuse() { echo "tao: error: $SLURMD_NODENAME: $1" >&2; }

launch() {
    exec %(command)s
}

remove() { { %(removal)s; } >/dev/null 2>&1; }

%(pause)s# While Slurm calls the job running, TERM is a warning: its grace before it is preempted, say, has begun.
is_warned() {
    local shown left=3 last=$((SECONDS + 3))
    # what is started here is one of the step's processes, and may get Slurm's signal as well
    while ! shown=$(timeout "$left" scontrol --oneliner show job "$SLURM_JOB_ID" 2>/dev/null); do
        sleep 0.2
        left=$((last - SECONDS))
        ((left > 0)) || return
    done
    shown=${shown#* JobState=}
    [[ ${shown%%%% *} == RUNNING ]]
}

# TERM: the job is cancelled or its time is over. HUP: another rank has failed. Slurm signals the client as well,
# which passes it on; what has not ended a little before Slurm kills is removed.
end() {
    local grace=%(stop_timeout)s begun=$SECONDS
    [[ ! $timer ]] || return 0
    if [[ $1 == TERM ]]; then
        warned=yes
        ! is_warned || return 0
        grace=$((SECONDS - begun < TAO_GRACE ? TAO_GRACE - SECONDS + begun : 0)) # since the signal came
    fi
    ended=$1
    trap '' TERM HUP INT # from its first moment: Slurm signals the processes of the step one after the other
    (
        sleep "$grace"
        remove
    ) >/dev/null 2>&1 &
    timer=$!
    disown "$timer" # else bash would report its end
}

container() {
%(checks)s    [[ ! $ended$warned ]] || return 129
    launch &
    client=$!
    # bash would say there that it was killed
    wait "$client" 2>/dev/null
    while kill -0 "$client" 2>/dev/null; do wait "$client" 2>/dev/null; done
    wait "$client" 2>/dev/null
}

node() {
    local ended='' warned='' timer='' client='' paused='' code=0%(locals)s
%(rank)s%(name)s    trap 'end TERM' TERM
    trap 'end HUP' HUP
%(traps)s    trap : INT QUIT USR1 USR2
    container || code=$?
    [[ ! $timer ]] || kill -KILL "$timer" 2>/dev/null
%(clean)s    if ((code && SLURM_STEP_NUM_NODES > 1)) && [[ ! $ended$warned ]]; then
        trap '' HUP
        scancel --signal=HUP "$SLURM_JOB_ID.$SLURM_STEP_ID"
    fi
    [[ $ended != HUP ]] || code=0 # the code of the rank that failed is the job's
    exit "$code"
}
"""
FUNCTIONS = 'refuse launch remove is_warned end container node'
# What of it a container of an engine needs, which is none of the step's processes.
NAME = """\
    export TAO_LAUNCH_ID=tao-slurm-$SLURM_JOB_ID-$SLURM_NODEID${SLURM_RESTART_COUNT:+-$SLURM_RESTART_COUNT}
"""
PAUSE = """\
# A suspended job's processes get TSTP, are stopped two seconds later, and get CONT at last; its container is none.
# A signal that comes meanwhile is handled as soon as the command has ended, so what it looks at is set before.
# CONT is trapped no longer than that: a job that Slurm ends gets it as well, and of two signals at once bash, while
# it waits, forgets the first, which would be TERM.
pause() {
    [[ $client ]] || return 0
    paused=yes
    trap unpause CONT
    %(engine)s pause "$TAO_LAUNCH_ID" >/dev/null 2>&1
}

unpause() {
    [[ $paused ]] || return 0
    paused=''
    trap - CONT
    %(engine)s unpause "$TAO_LAUNCH_ID" >/dev/null 2>&1
}

"""
PAUSES = 'pause unpause'
TRAPS = """\
    trap pause TSTP
"""
CLEAN = """\
    if [[ $client ]] && ((code)); then
        ((code < 129 || SECONDS > 4)) || sleep 2 # a client that was ended early may leave one that is still being made
        remove
    fi
"""
# What the script does once, on the first node; srun's signals are its own, and it is waited for whatever comes.
BATCH = """\
%(variables)s%(grace)strap : TERM HUP INT USR1 USR2
srun --export=%(export)s --ntasks-per-node=1 --wait=0 %(options)s \\
    %(command)s &
step=$!
wait "$step"
while kill -0 "$step" 2>/dev/null; do wait "$step"; done
wait "$step"
"""
# What the containers of several nodes have to know.
CONTRACT = """\
WORLD_SIZE=$SLURM_JOB_NUM_NODES
MASTER_ADDR=$(scontrol show hostnames "$SLURM_JOB_NODELIST" | head -n 1)
MASTER_PORT=$((20000 + SLURM_JOB_ID % 10000))
export WORLD_SIZE MASTER_ADDR MASTER_PORT
"""
RANK = '    export NODE_RANK=$SLURM_NODEID\n'
# How long a cancelled job has: a little less than Slurm gives it.
GRACE = """\
kill_wait=$(scontrol show config | sed -n 's/^KillWait *= *\\([0-9]*\\).*/\\1/p')
TAO_GRACE=$((${kill_wait:-30} > 6 ? ${kill_wait:-30} - 5 : 1))
%(limit)sexport TAO_GRACE
"""
LIMIT = '((TAO_GRACE < %(stop_timeout)s)) || TAO_GRACE=%(stop_timeout)s\n'
