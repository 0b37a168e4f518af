from django.http import HttpResponse


def suggestion_list(request):
    return HttpResponse()
