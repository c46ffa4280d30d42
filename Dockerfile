# One image, for `rewards serve` and every other command of `rewards`.

# The pages' style sheet is built aside, so that node stays out of the image.
FROM python:3.13-slim AS pages
WORKDIR /build
COPY package.json package-lock.json .npmrc requirements-node.lock ./
COPY app app
RUN python -m app.web.build_frontend

FROM python:3.13-slim AS build
WORKDIR /build
RUN python -m venv /opt/rewards
COPY requirements.lock ./
RUN /opt/rewards/bin/pip install --no-cache-dir --require-hashes -r requirements.lock
COPY pyproject.toml README.md LICENSE ./
COPY app app
COPY rules rules
COPY partners partners
COPY migrations migrations
COPY --from=pages /build/app/web/static/vendor app/web/static/vendor
RUN /opt/rewards/bin/pip install --no-cache-dir --no-deps --no-build-isolation .

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
# DATABASE_URL, SECRET_KEY and SIGNING_KEY come from the deployment; a missing secret is a clear error.
CMD ["rewards", "serve"]
