"""How quick the portal is: every measure against a floor of the same run (`manage.py bench`)."""
