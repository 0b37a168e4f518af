from django.http import HttpResponse


def term_list(request):
    return HttpResponse()
