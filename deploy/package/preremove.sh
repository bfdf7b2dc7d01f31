#!/bin/sh
set -e
# The first argument is remove (deb) or 0 (rpm) if the package goes, and not for an upgrade.
case "$1" in
remove | 0)
    if [ -z "$DPKG_ROOT" ] && [ -d /run/systemd/system ]; then
        systemctl disable --now cloudsync-worker.service cloudsync-serve.service
    fi
    ;;
esac
