"""GOV.UK Notify (https://docs.notifications.service.gov.uk/rest-api.html), by HTTP."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from http import HTTPStatus

import httpx
from joserfc import jwt
from joserfc.jwk import OctKey

from app.core.clock import Clock
from app.core.errors import Misconfigured
from app.notify.interface import Channel, Message, NotDeliverable, NotDelivered, Template

_UUID = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_API_KEY = re.compile(rf"(?:.+-)?(?P<service>{_UUID})-(?P<secret>{_UUID})", re.IGNORECASE)
_PATHS = {Channel.EMAIL: "/v2/notifications/email", Channel.TEXT: "/v2/notifications/sms"}
_FIELDS = {Channel.EMAIL: "email_address", Channel.TEXT: "phone_number"}
TIMEOUT = httpx.Timeout(10, connect=5)


def name_template(channel: Channel, template: Template) -> str:
    """The member of NOTIFY_TEMPLATES that holds the id of this template, such as sign_in_code.email."""
    return f"{template}.{channel}"


class GovukNotify:
    """One for the whole server; safe to use from many threads."""

    def __init__(self, http: httpx.Client, *, url: str, api_key: str, templates: str, clock: Clock) -> None:
        """Raises Misconfigured, repeating nothing of the key."""
        found = _API_KEY.fullmatch(api_key.strip())
        if found is None:
            raise Misconfigured("NOTIFY_API_KEY is not a key of GOV.UK Notify: NAME-SERVICE_ID-SECRET.")
        self._http, self._url, self._clock = http, url.rstrip("/"), clock
        self._service, self._key = found["service"], OctKey.import_key(found["secret"])
        self._templates = read_templates(templates)

    def send(self, message: Message) -> None:
        template = self._templates.get(name_template(message.channel, message.template))
        if template is None:
            raise NotDeliverable("NoTemplate")
        body = {
            _FIELDS[message.channel]: message.to,
            "template_id": template,
            "personalisation": dict(message.values),
            "reference": message.reference,
        }
        headers = {"Authorization": f"Bearer {self._sign()}"}
        try:
            answer = self._http.post(
                f"{self._url}{_PATHS[message.channel]}", json=body, headers=headers, timeout=TIMEOUT
            )
        except httpx.HTTPError as fault:
            raise NotDelivered(type(fault).__name__) from None
        if answer.status_code == HTTPStatus.TOO_MANY_REQUESTS or answer.is_server_error:
            raise NotDelivered(str(answer.status_code))
        if not answer.is_success:
            raise NotDeliverable(str(answer.status_code))

    def _sign(self) -> str:
        claims = {"iss": self._service, "iat": int(self._clock.now().timestamp())}
        return jwt.encode({"alg": "HS256", "typ": "JWT"}, claims, self._key, ["HS256"])


def read_templates(written: str) -> Mapping[str, str]:
    """Raises Misconfigured unless it is a JSON object with an id for every template that may be sent."""
    try:
        found = {str(name): str(value) for name, value in json.loads(written).items()}
    except (ValueError, AttributeError, RecursionError):
        raise Misconfigured("NOTIFY_TEMPLATES must be a JSON object from template name to its id.") from None
    missing = [name for kind in Template for one in Channel if (name := name_template(one, kind)) not in found]
    if missing:
        raise Misconfigured(f"NOTIFY_TEMPLATES lacks {', '.join(missing)}.")
    return found
