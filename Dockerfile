# One image for serving and for `rewards migrate`. The pages' style sheet is built first, so that node is not in it.
FROM python:3.13-slim AS build
WORKDIR /build
RUN python -m venv /opt/rewards
COPY requirements.lock ./
RUN /opt/rewards/bin/pip install --no-cache-dir --require-hashes -r requirements.lock
COPY package.json package-lock.json .npmrc requirements-node.lock pyproject.toml README.md LICENSE ./
COPY app app
COPY rules rules
COPY partners partners
COPY migrations migrations
RUN PATH="/opt/rewards/bin:$PATH" python -m app.web.build_frontend \
    && /opt/rewards/bin/pip install --no-cache-dir --no-deps --no-build-isolation .

FROM python:3.13-slim
RUN useradd --system --uid 10001 --home-dir /var/lib/rewards --create-home rewards
COPY --from=build /opt/rewards /opt/rewards
ENV PATH="/opt/rewards/bin:$PATH" \
    PYTHONUNBUFFERED=1 \
    HOST=0.0.0.0 \
    PORT=8000 \
    DATA_DIR=/var/lib/rewards
USER rewards
WORKDIR /var/lib/rewards
EXPOSE 8000
STOPSIGNAL SIGTERM
# DATABASE_URL, SECRET_KEY and SIGNING_KEY come from the deployment; a missing one is a clear error.
CMD ["rewards", "serve"]
