from django.http import HttpResponse


def news_list(request):
    return HttpResponse()
