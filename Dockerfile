FROM python:3.13-slim-trixie AS build
ENV UV_COMPILE_BYTECODE=1 UV_LINK_MODE=copy UV_PYTHON_DOWNLOADS=never
RUN pip install --no-cache-dir --disable-pip-version-check uv==0.13.9
WORKDIR /app
# The dependencies change seldom: their layer stays when only our own code changes.
COPY pyproject.toml uv.lock README.md ./
RUN uv sync --locked --no-dev --no-install-project
COPY domain domain
COPY ledger ledger
COPY projections projections
COPY api api
COPY audit audit
COPY mingqian mingqian
COPY docs docs
RUN uv sync --locked --no-dev && chmod -R a+rX /app

FROM python:3.13-slim-trixie
# The numbers are high, so that they are nobody's on the host. Volumes take over owner and mode of these folders: the keys of
# the service, those of personal data, those that prove draws, and the socket between the two users, who share a group for
# nothing but that.
RUN groupadd --gid 10001 mingqian \
    && useradd --uid 10001 --gid 10001 --no-create-home --shell /usr/sbin/nologin mingqian \
    && useradd --uid 10002 --gid 10001 --no-create-home --shell /usr/sbin/nologin mingqian-prover \
    && install --directory --owner=10001 --group=10001 --mode=0700 /var/lib/mingqian \
    && install --directory --owner=10001 --group=10001 --mode=0700 /var/lib/mingqian-subjects \
    && install --directory --owner=10002 --group=10001 --mode=0700 /var/lib/mingqian-prover \
    && install --directory --owner=10002 --group=10001 --mode=0750 /run/mingqian
COPY --from=build /app /app
ENV PATH=/app/.venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
WORKDIR /var/lib/mingqian
USER 10001:10001
EXPOSE 8000
HEALTHCHECK --interval=15s --timeout=5s --start-period=60s --retries=3 CMD ["python", "-c", "import http.client as h, os, sys; c = h.HTTPConnection('127.0.0.1', int(os.environ.get('MINGQIAN_PORT', '8000')), timeout=4); c.request('GET', '/readyz'); sys.exit(c.getresponse().status != 200)"]
CMD ["mingqian", "serve"]
