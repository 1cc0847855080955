# Ascolto as an image: `docker compose up --build` uses it. One process a container; the data lies in a volume.
FROM debian:bookworm-slim

RUN apt-get update \
    && apt-get install -y --no-install-recommends ca-certificates python3.11 python3.11-venv \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --home-dir /var/lib/ascolto --create-home ascolto

WORKDIR /srv/ascolto
COPY tools/install.py tools/install.py
COPY requirements.lock ./
RUN python3.11 tools/install.py /srv/ascolto/.venv requirements.lock
COPY ascolto ascolto

USER ascolto
ENV PATH=/srv/ascolto/.venv/bin:$PATH ASCOLTO_DATA=/var/lib/ascolto PYTHONDONTWRITEBYTECODE=1
VOLUME /var/lib/ascolto
EXPOSE 8000
STOPSIGNAL SIGTERM
CMD ["ascolto", "up"]
