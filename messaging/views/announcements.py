from django.http import HttpResponse


def announcement_list(request):
    return HttpResponse()
