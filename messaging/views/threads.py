from django.http import HttpResponse


def thread_list(request):
    return HttpResponse()
