#!/bin/sh
set -e
# The first argument is remove (deb) or 0 (rpm) if the package goes, and not for an upgrade.
case "$1" in
remove | 0)
    if [ -z "$DPKG_ROOT" ] && [ -d /run/systemd/system ]; then
        # One that somebody has masked is no reason to stay.
        systemctl disable --now cloudsync-worker.service cloudsync-serve.service || true
    fi
    # Where systemd does not run, as in an image that is built, nobody else removes these.
    for unit in cloudsync-worker.service cloudsync-serve.service; do
        rm -f "$DPKG_ROOT/etc/systemd/system/multi-user.target.wants/$unit"
    done
    ;;
esac
