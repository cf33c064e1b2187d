#!/usr/bin/env bash
# Builds the image with buildah and runs the demonstration in it, on a machine without a container engine and without an
# image registry. Run by hand, as root, on Debian: docs/container.md. It takes about two minutes and a gigabyte.
#
#   WORK=/var/tmp/monitor-image bash tests/container/build.sh
#
# MIRROR names the Debian mirror for debootstrap; PIP_CONF a pip configuration to lend to the build, if pip needs one.
set -euo pipefail
cd "$(dirname "$0")/../.."

WORK=${WORK:-/var/tmp/monitor-image}
BASE=python:3.11-slim-bookworm   # the name that the Dockerfile's FROM uses
IMAGE=monitor:local
SHARED=/etc/ssl/certs            # so that a certificate of the local network counts inside, too
export BUILDAH_ISOLATION=chroot STORAGE_DRIVER=vfs

say() { printf '\n== %s\n' "$*"; }

mkdir -p "$WORK"
if ! buildah inspect --type image "$BASE" >/dev/null 2>&1; then
    say "base image by debootstrap"
    [ -d "$WORK/base/usr" ] || debootstrap --variant=minbase --include=python3,python3-venv,ca-certificates \
        bookworm "$WORK/base" ${MIRROR:-} >"$WORK/debootstrap.log"
    container=$(buildah from scratch)
    buildah add --quiet "$container" "$WORK/base" /
    buildah config --cmd python3 "$container"
    buildah commit --quiet --rm "$container" "$BASE"
fi

say "image from the Dockerfile"
# The docker format, since the OCI one has no HEALTHCHECK.
mounts=(--volume "$SHARED:$SHARED:ro")
[ -z "${PIP_CONF:-}" ] || mounts+=(--volume "$PIP_CONF:/etc/pip.conf:ro")
time buildah build --quiet --format docker --pull-never --tag "$IMAGE" "${mounts[@]}" .
buildah images "$IMAGE"

say "who runs, and what is inside"
container=$(buildah from --pull-never "$IMAGE")
trap 'buildah rm "$container" >/dev/null' EXIT
buildah inspect --type image --format '{{.Docker.Config.User}} {{.Docker.Config.Healthcheck}} {{.Docker.Config.Labels}}' "$IMAGE"
buildah run "$container" -- id
buildah run "$container" -- monitor --version

say "monitor demo, in the container, as its user"
time buildah run "$container" -- monitor demo
say "the health check: ill without a daemon, well with one, and SIGTERM ends it"
buildah run "$container" -- sh -euc '
    monitor doctor --health --config demo/monitor.toml && exit 1
    monitor daemon --config demo/monitor.toml & daemon=$!
    until monitor doctor --health --config demo/monitor.toml; do sleep 1; done
    kill -TERM "$daemon"
    wait "$daemon"
'
say "done"
