from django.http import HttpResponse


def resource_list(request):
    return HttpResponse()
