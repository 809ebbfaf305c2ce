# What applications in Python do, with Debian's python3-stripe. Prints one line of JSON: what came of it.
import json
import sys

import stripe

stripe.api_base, stripe.api_key, flow = sys.argv[1:4]
stripe.max_network_retries = 0
stripe.enable_telemetry = False
sessions = stripe.identity.VerificationSession


def refused(work):
    try:
        work()
    except stripe.error.StripeError as error:
        return {
            "class": type(error).__name__,
            "status": error.http_status,
            # Not every class of this version says the code itself.
            "code": error.json_body["error"].get("code"),
            "param": getattr(error, "param", None),
        }
    return None


from_flow = sessions.create(
    verification_flow=flow,
    provided_details={"phone": "5555551212", "email": "user@domain.com"},
    client_reference_id="reference-token",
)
session = sessions.create(
    type="document",
    options={"document": {"require_matching_selfie": True, "require_live_capture": False}},
    metadata={"note": "two\nlines", "paid": True},
)
modified = sessions.modify(session.id, metadata={"note": ""})
canceled = sessions.cancel(session.id)
for _ in range(3):
    sessions.create(type="id_number")

endpoint = stripe.WebhookEndpoint.create(url="https://example.com/hook", enabled_events=["*"])
disabled = stripe.WebhookEndpoint.modify(endpoint.id, disabled=True)
enabled = stripe.WebhookEndpoint.modify(endpoint.id, disabled=False)
deleted = stripe.WebhookEndpoint.delete(endpoint.id)

print(
    json.dumps(
        {
            "version": stripe.version.VERSION,
            "from_flow": from_flow,
            "session": session,
            "modified": modified.metadata,
            "canceled": canceled.status,
            "redacted": sessions.redact(from_flow.id).redaction,
            "paged": len(list(sessions.list(limit=2).auto_paging_iter())),
            "delivered": len(stripe.Event.list(delivery_success=True).data),
            "undelivered": len(stripe.Event.list(delivery_success=False).data),
            "endpoints": [disabled.status, enabled.status, deleted.deleted],
            "missing": refused(lambda: sessions.retrieve("vs_none")),
            "wrong": refused(lambda: sessions.create(type="passport")),
            "other_account": refused(lambda: sessions.create(type="document", stripe_account="acct_1")),
            "same": sessions.create(type="document", idempotency_key="k").id
            == sessions.create(type="document", idempotency_key="k").id,
        }
    )
)
