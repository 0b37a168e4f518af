# The portal's web, worker, relay and beat: one image, four commands (compose.yaml).
# The tag follows Python's and Debian's security releases: build anew each month. docs/operate.md
FROM python:3.13-slim-trixie

ENV PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1
WORKDIR /srv/portal

# What letters as PDF are drawn with, Chinese ones too. (README, `manage.py doctor`)
RUN apt-get update \
    && apt-get install -y --no-install-recommends fonts-noto-cjk libharfbuzz-subset0 libpango-1.0-0 libpangoft2-1.0-0 \
    && rm -rf /var/lib/apt/lists/*

# Wheels only: nothing is compiled here, and no compiler is in the image.
COPY requirements.txt ./
RUN pip install --no-cache-dir --disable-pip-version-check --only-binary :all: -r requirements.txt

COPY . .
# The secrets it needs to read the settings are made up for this one command, and kept nowhere.
RUN python manage.py collectstatic --noinput \
    && python -m compileall -q homeschool visits counseling messaging \
    && chmod -R a+rX .

# The code and the static files belong to root: the portal reads them and writes nothing here.
RUN useradd --system --uid 10001 --no-create-home --shell /usr/sbin/nologin portal
USER 10001
ENV STATIC_FROM_SOURCE=0

EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s --retries=3 \
    CMD ["python", "-m", "homeschool.alive", "web"]
CMD ["gunicorn", "--config", "python:homeschool.gunicorn", "--bind", "0.0.0.0:8000", "homeschool.wsgi"]
