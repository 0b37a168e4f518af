# Doors for those who think in make; the work is in manage.py.
PYTHON ?= python3

.PHONY: check lint test screenshots

check: lint test

lint test screenshots:
	$(PYTHON) manage.py $@
