#!/bin/sh
# Builds the rte_acl driver into build/peers/ at the repository's root. Needs gcc, pkg-config and libdpdk-dev.
set -eu
cd "$(dirname "$0")"
out=../../../build/peers
if ! pkg-config --exists libdpdk; then
    echo "rte_acl is absent: no libdpdk here. sh bench/peers/install.sh installs it on Debian and Ubuntu." >&2
    exit 1
fi
mkdir -p "$out"
# shellcheck disable=SC2046  # pkg-config's words are meant to be split
${CC:-gcc} -O3 -march=native -Wall -Wextra $(pkg-config --cflags libdpdk) driver.c \
    -o "$out/rte_acl_driver" -lrte_acl $(pkg-config --libs libdpdk)
