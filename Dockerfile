# Two stages: the first installs exactly what requirements.lock names, the second holds the result and no tools.
# Builds with docker, podman and buildah alike; docs/container.md tells how, also without access to an image registry.
FROM python:3.11-slim-bookworm AS build
WORKDIR /src
RUN python3 -m venv /opt/monitor
COPY requirements.lock ./
RUN /opt/monitor/bin/python3 -m pip install --disable-pip-version-check --no-cache-dir --require-hashes -r requirements.lock
COPY pyproject.toml README.md LICENSE ./
COPY config ./config
COPY monitor ./monitor
RUN /opt/monitor/bin/python3 -m pip install --disable-pip-version-check --no-cache-dir --no-deps --no-build-isolation . \
    && /opt/monitor/bin/python3 -m pip uninstall --yes --quiet editables hatchling pathspec trove-classifiers pip

FROM python:3.11-slim-bookworm
LABEL org.opencontainers.image.title="monitor" \
      org.opencontainers.image.description="Watches news feeds for what supports, contradicts or overtakes the claims of an article" \
      org.opencontainers.image.licenses="MIT" \
      org.opencontainers.image.version="0.1.0"
# The number is fixed so that a volume keeps its owner from one image to the next.
RUN groupadd --gid 10001 monitor \
    && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /data --shell /usr/sbin/nologin monitor \
    && install --directory --owner=monitor --group=monitor --mode=0750 /data
COPY --from=build /opt/monitor /opt/monitor
ENV PATH=/opt/monitor/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    MONITOR_CONFIG=/data/config/monitor.toml
USER 10001:10001
WORKDIR /data
VOLUME /data
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=60s --timeout=20s --start-period=60s --retries=3 CMD ["monitor", "doctor", "--health"]
ENTRYPOINT ["monitor"]
CMD ["daemon"]
