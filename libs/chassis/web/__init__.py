"""The web side of a service: its application, who is calling, and what is said when something fails.

How a service uses it::

    # settings.py
    class RequestsSettings(ServiceSettings):
        model_config = settings_for("REQUESTS_")

    # pages.py: every route declares who may call it, through the parameter that receives the caller
    router = APIRouter()

    @router.get("/requests/new")
    async def new_request(
        request: Request, lang: Lang, caller: Annotated[Caller, Depends(Allow("applicant"))]
    ) -> HTMLResponse:
        form = Form.posted((await kept_answers(request)).multi_items())  # what a login interrupted
        return page(request, caller, "new.html", form=form)

    @router.post("/requests/new")  # a form posts to its own page's path, so that answers find their way back
    async def submit(request: Request, caller: Annotated[Caller, Depends(Allow("applicant"))]) -> Response:
        form = Form.posted((await request.form()).multi_items())
        ...
        return RedirectResponse(f"/requests/{request_id}", status_code=303)

    @router.post("/staff/certificates/{certificate_id}/sign")  # asks for the secret again after five minutes
    async def sign(caller: Annotated[Caller, Depends(Fresh(5, "signatory"))]) -> Response: ...

    @router.post("/staff/requests/{request_id}/scans", max_body_size=11 * 1024 * 1024)  # else 256 KiB
    async def add_scan(...): ...

    # main.py
    settings = read_settings(RequestsSettings)
    sessions = Sessions(TokenReader(keys, ended, clock), staff)
    parts = WebParts(
        sessions=sessions, health=Health({"mongo": ping}), clock=clock, translate=pages.word,
        on_error=error_page, gate=relay.accepts_writes, kept=MongoKeptAnswers(...),
        failures={PyMongoError: DependencyDown},
    )
    app = create_app("requests", settings, [api.router, pages.router], parts)
    await serve(app, settings.http_host, settings.http_port, stop)

Other declarations: `AnyCaller` (public), `SignedInCaller`, `Internal()` for probes. The request's id and
`traceparent` are in `libs.chassis.correlation`. Any `ServiceError` raised becomes a page or a problem.
"""
