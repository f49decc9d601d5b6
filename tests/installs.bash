# shellcheck shell=bash
# What the tests need of Debian, for tests/run, which defines say and tmp. What is installed is not started: neither now,
# for which Debian asks policy-rc.d, nor at the next boot, for which the links that it makes are removed again.
: "${etc:=/etc}" "${policy:=/usr/sbin/policy-rc.d}" "${tmp:=/tmp}"
policy_is_ours=''
# PROGRAM:PACKAGE, for each part of the tests
declare -A needs=(
    [unit]='zsh:zsh fish:fish strace:strace'
    [packaging]='man.REAL:man-db'
    [dockerd]='dockerd:docker.io iptables:iptables ip:iproute2 busybox:busybox-static make:make unshare:util-linux sudo:sudo
        git:git'
    [programs]='mmdebstrap:mmdebstrap'
    [engine]='podman:podman newuidmap:uidmap slirp4netns:slirp4netns fuse-overlayfs:fuse-overlayfs ssh:openssh-client
        sshd:openssh-server mmdebstrap:mmdebstrap slurmctld:slurmctld slurmd:slurmd sbatch:slurm-client munged:munge
        shellcheck:shellcheck kubectl:kubernetes-client'
)

# The packages that parts of the tests lack, one a line. A minimal system has a man that only says so, and puts the real
# one beside it.
lacking() { # PART...
    local part pair
    for part; do
        for pair in ${needs[$part]}; do
            [[ $pair != man.REAL:* || $(man --version 2>/dev/null) != man\ * ]] || continue
            type -P "${pair%:*}" >/dev/null || echo "${pair#*:}"
        done
    done | sort -u
}

# Says what it will install and installs it; what cannot be had is said, and makes tests skip.
install_for() { # PART...
    local packages
    mapfile -t packages < <(lacking "$@")
    ((!${#packages[@]})) || apt_install "${packages[@]}" || say "no ${packages[*]}"
}

starts_at_boot() { find "$etc/systemd" "$etc"/rc?.d -type l 2>/dev/null | sort; }

apt_install() {
    local status=0 options=(-qq -y -o DPkg::Lock::Timeout=120 --no-install-recommends --no-remove)
    if ((EUID)) || ! type -P apt-get >/dev/null; then
        say "missing, and only root with apt-get could install them: $*"
        return 1
    fi
    say "installing $*, which takes about $(($# / 8 + 1)) min; nothing of it is started, now or at the next boot"
    if [[ ! -e $policy ]]; then
        policy_is_ours=yes
        printf '#!/bin/sh\nexit 101\n' >"$policy"
        chmod 755 "$policy"
    fi
    starts_at_boot >"$tmp/boot"
    export DEBIAN_FRONTEND=noninteractive
    { apt-get -qq update && apt-get "${options[@]}" install "$@"; } </dev/null >"$tmp/apt.log" 2>&1 || status=$?
    undo_starts
    ((status == 0)) || tail -n 5 "$tmp/apt.log"
    return "$status"
}

# Also where apt_install was interrupted.
undo_starts() {
    local link name
    if [[ -e $tmp/boot ]]; then
        while read -r link; do
            name=${link##*/}
            case $link in
            "$etc"/rc?.d/S*) mv "$link" "${link%/*}/K${name#S}" ;; # as update-rc.d disables it
            "$etc"/rc?.d/*) ;;
            *) rm "$link" ;;
            esac
        done < <(comm -13 "$tmp/boot" <(starts_at_boot))
        rm "$tmp/boot"
    fi
    [[ ! $policy_is_ours ]] || rm -f "$policy"
    policy_is_ours=''
}
