#!/bin/sh
set -e
# Services are neither enabled nor started: they need a configuration first. One that runs is
# restarted after an upgrade by whoever upgrades, after `starter migrate`.
if [ -z "$DPKG_ROOT" ] && [ -d /run/systemd/system ]; then
    systemctl daemon-reload || true
fi
if [ "$1" = configure ] && [ -z "$2" ] || [ "$1" = 1 ]; then
    echo "cloudsync: next, write /etc/cloudsync/environment and /etc/cloudsync/cloudsync.yaml, then type"
    echo "cloudsync: starter migrate, and systemctl enable --now cloudsync-worker cloudsync-serve"
    echo "cloudsync: (/usr/share/doc/cloudsync/docs/operations/install.md)"
fi
