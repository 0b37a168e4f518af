"""The addresses of what families see and say of the time after lessons, under /after-school/."""

urlpatterns: list = []
