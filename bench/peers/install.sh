#!/bin/sh
# Installs what the peers need beside Python: a C compiler and DPDK's rte_acl, on Debian and Ubuntu. Run as root.
set -eu
export DEBIAN_FRONTEND=noninteractive
apt-get update
apt-get install --yes --no-install-recommends gcc libc6-dev pkg-config libdpdk-dev python3-dev
