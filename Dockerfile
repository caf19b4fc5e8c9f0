# The API, the projection runner and the command line, in one image; PostgreSQL runs beside it.
FROM python:3.12-slim AS build
WORKDIR /app
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PYTHONUTF8=1
RUN python -m venv /opt/venv
COPY requirements/run.txt requirements/run.txt
RUN /opt/venv/bin/pip install --no-cache-dir --require-hashes -r requirements/run.txt
COPY pyproject.toml README.md LICENSE ./
COPY src src
COPY projections projections
RUN /opt/venv/bin/pip install --no-cache-dir --no-deps --no-build-isolation .

FROM python:3.12-slim
ENV PYTHONUTF8=1 PYTHONUNBUFFERED=1 PATH=/opt/venv/bin:$PATH
RUN useradd --create-home --uid 10001 ledger && mkdir -p /data && chown ledger /data
COPY --from=build /opt/venv /opt/venv
COPY examples /app/examples
WORKDIR /app
USER ledger
VOLUME /data
EXPOSE 8000
ENTRYPOINT ["assistance"]
CMD ["serve", "--host", "0.0.0.0"]
