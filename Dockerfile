# Three stages: npm packs htmx and the font, Python installs from the lock by hash, the image that runs has neither npm nor a compiler.
FROM node:22-slim AS npm
WORKDIR /pack
RUN npm pack --silent htmx.org@4.0.1 @fontsource-variable/inter@5.3.0

FROM python:3.13-slim AS build
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
RUN python -m venv /venv
WORKDIR /app
COPY requirements.lock ./
RUN /venv/bin/pip install --quiet --require-hashes --only-binary :all: -r requirements.lock
COPY pyproject.toml README.md LICENSE scoring_rules.toml ./
COPY tools tools
COPY --from=npm /pack /tmp/pack
RUN python tools/vendor.py --packed /tmp/pack
COPY static static
COPY templates templates
COPY migrations migrations
COPY app app
# Installed in place: templates, static, migrations and the shipped rules are found next to app/.
RUN /venv/bin/pip install --quiet --no-deps --no-build-isolation -e . \
 && /venv/bin/python -m compileall -q app migrations \
 && chmod -R a+rX /app

FROM python:3.13-slim
LABEL org.opencontainers.image.title="Assembly Week" \
      org.opencontainers.image.description="A week of customer-support rotations as a game" \
      org.opencontainers.image.licenses="MIT"
RUN useradd --uid 10001 --user-group --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin assembly \
 && install -d -o assembly -g assembly -m 0750 /data \
 && install -d -o assembly -g assembly -m 0700 /backups
COPY --from=build /venv /venv
COPY --from=build /app /app
# Written at build time and never after: the root file system may be read-only, only /data grows; and /backups, where
# ASSEMBLY_WEEK_BACKUP_DIR names it and a volume is mounted there.
ENV PATH=/venv/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    ASSEMBLY_WEEK_DATA_DIR=/data
WORKDIR /app
USER 10001:10001
VOLUME /data
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 \
  CMD ["python", "/app/tools/healthcheck.py"]
CMD ["assembly-week", "serve", "--host", "0.0.0.0", "--port", "8000"]
