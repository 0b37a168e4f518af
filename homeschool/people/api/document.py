"""The OpenAPI document, closed to strangers: it says what the portal holds about whom."""

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.generators import SchemaGenerator
from rest_framework.response import Response
from rest_framework.views import APIView

NOES = {
    "400": "A parameter of the address is not right; “fields” says which, and why.",
    "401": "No token, or one that opens nothing.",
    "403": "The token lacks the scope of this part.",
    "404": "There is nothing at this address for you: it does not exist, or it is not yours.",
    "429": "Too many requests in this minute; “Retry-After” says how many seconds to wait.",
}
NO = {
    "type": "object",
    "required": ["code", "detail"],
    "properties": {
        "code": {"type": "string"},
        "detail": {
            "type": "string",
            "description": "A sentence in the language that was asked for.",
        },
        "fields": {
            "type": "object",
            "additionalProperties": {"type": "array", "items": {"type": "string"}},
        },
    },
}


class TokenScheme(OpenApiAuthenticationExtension):
    """How the document speaks of tokens."""

    target_class = "homeschool.people.api.door.TokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema):
        return {"type": "http", "scheme": "bearer", "description": "A token from your own page."}


def tell_noes(result, generator, request, public):
    """Write down for every operation how it says no."""
    result.setdefault("components", {}).setdefault("schemas", {})["No"] = NO
    content = {"application/json": {"schema": {"$ref": "#/components/schemas/No"}}}
    for path in result["paths"].values():
        for operation in path.values():
            told = {
                code: {"description": words, "content": content} for code, words in NOES.items()
            }
            operation["responses"] |= told
    return result


class Document(APIView):
    """The document itself, for every token."""

    scope = ""
    schema = None

    def get(self, request):
        return Response(SchemaGenerator().get_schema(request=request, public=True))


document = Document.as_view()
