"""Every error a caller can see.

    MatineeError                      code, status, category, title: from CATALOGUE by `code`
    ├── ValidationFailed              422, with errors[] pointing at the place
    ├── NotFound                      404 resource_not_found
    ├── Conflict                      409
    ├── Forbidden                     403
    ├── AuthenticationRequired        401
    ├── PreconditionFailed            412
    └── ... features subclass in their own `errors.py`, naming a code of CATALOGUE

One handler in `infra/http` turns any of them into `application/problem+json` (RFC 9457).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class ErrorSpec:
    """What is fixed about one error code."""

    status: int
    category: str
    title: str


@dataclass(frozen=True, slots=True)
class FieldError:
    """One wrong value. `location` is a path such as `query.limit` or `body.capabilities.max_height`."""

    location: str
    message: str
    code: str


CATALOGUE: Mapping[str, ErrorSpec] = {
    "authentication_required": ErrorSpec(401, "auth", "Sign in to do this"),
    "invalid_credentials": ErrorSpec(401, "auth", "The name or the password is wrong"),
    "second_factor_required": ErrorSpec(401, "auth", "A code is needed besides the password"),
    "second_factor_wrong": ErrorSpec(401, "auth", "The code is wrong"),
    "second_factor_needed": ErrorSpec(403, "auth", "Administrators need a second factor here"),
    "session_expired": ErrorSpec(401, "auth", "Your session has ended"),
    "token_revoked": ErrorSpec(401, "auth", "This token was revoked"),
    "plex_token_expired": ErrorSpec(401, "auth", "The Plex sign-in has expired"),
    "plex_sign_in_pending": ErrorSpec(202, "auth", "The Plex sign-in is not confirmed yet"),
    "oidc_failed": ErrorSpec(401, "auth", "The sign-in provider refused"),
    "identity_unknown": ErrorSpec(403, "auth", "No account here belongs to this sign-in"),
    "identity_taken": ErrorSpec(409, "conflict", "This identity belongs to another account here"),
    "authorization_pending": ErrorSpec(400, "auth", "The device is not approved yet"),
    "slow_down": ErrorSpec(400, "auth", "The device asks too often"),
    "device_code_expired": ErrorSpec(400, "auth", "The code of the device has expired"),
    "device_denied": ErrorSpec(403, "auth", "The device was refused"),
    "logout_token_invalid": ErrorSpec(400, "auth", "This is not a logout token for this server"),
    "api_key_invalid": ErrorSpec(401, "auth", "This API key is not valid"),
    "forbidden": ErrorSpec(403, "auth", "You may not do this"),
    "csrf_failed": ErrorSpec(403, "auth", "The request did not prove where it came from"),
    "address_blocked": ErrorSpec(403, "auth", "This address is blocked"),
    "tier_required": ErrorSpec(403, "auth", "Your plan does not include this"),
    "account_disabled": ErrorSpec(403, "auth", "This account is disabled"),
    "scope_missing": ErrorSpec(403, "auth", "The key lacks a scope"),
    "validation_failed": ErrorSpec(422, "validation", "Some values are not valid"),
    "malformed_request": ErrorSpec(400, "validation", "This is not a valid HTTP request"),
    "too_slow": ErrorSpec(408, "limit", "The request came too slowly"),
    "target_too_long": ErrorSpec(414, "validation", "The address is too long"),
    "headers_too_large": ErrorSpec(431, "validation", "The headers are too large, or too many"),
    "malformed_json": ErrorSpec(400, "validation", "The body is not valid JSON"),
    "unknown_parameter": ErrorSpec(400, "validation", "Unknown parameter"),
    "parameter_pollution": ErrorSpec(400, "validation", "A parameter was given more than once"),
    "unknown_field": ErrorSpec(400, "validation", "Unknown field"),
    "invalid_cursor": ErrorSpec(400, "validation", "The cursor does not belong to this list"),
    "payload_too_large": ErrorSpec(413, "validation", "The body is too large"),
    "unsupported_media_type": ErrorSpec(415, "validation", "This content type is not accepted"),
    "title_not_found": ErrorSpec(404, "not_found", "No such title"),
    "resource_not_found": ErrorSpec(404, "not_found", "Not found"),
    "method_not_allowed": ErrorSpec(405, "validation", "This method is not allowed here"),
    "not_acceptable": ErrorSpec(406, "validation", "No acceptable representation"),
    "conflict": ErrorSpec(409, "conflict", "This conflicts with what is there"),
    "already_requested": ErrorSpec(409, "conflict", "Already requested"),
    "already_available": ErrorSpec(409, "conflict", "Already available"),
    "precondition_failed": ErrorSpec(412, "conflict", "It has changed in the meantime"),
    "idempotency_mismatch": ErrorSpec(422, "conflict", "This idempotency key was used with another body"),
    "rate_limited": ErrorSpec(429, "limit", "Too many requests"),
    "quota_exceeded": ErrorSpec(429, "limit", "The quota is used up"),
    "upstream_unavailable": ErrorSpec(503, "upstream", "A service that this needs is unavailable"),
    "upstream_timeout": ErrorSpec(504, "upstream", "A service that this needs did not answer in time"),
    "upstream_rejected": ErrorSpec(502, "upstream", "A service that this needs refused the request"),
    "upstream_rate_limited": ErrorSpec(503, "upstream", "A service that this needs is limiting requests"),
    "circuit_open": ErrorSpec(503, "upstream", "A service that this needs is resting after failures"),
    "no_source": ErrorSpec(404, "playback", "There is no playable source for this title"),
    "transcode_capacity": ErrorSpec(503, "playback", "All transcoders are busy"),
    "transcode_failed": ErrorSpec(500, "playback", "The video could not be converted"),
    "media_unreadable": ErrorSpec(422, "playback", "The file cannot be read as a video"),
    "playback_url_expired": ErrorSpec(410, "playback", "This playback link has expired"),
    "range_not_satisfiable": ErrorSpec(416, "playback", "The range is outside the file"),
    "request_timeout": ErrorSpec(504, "server", "The request took too long"),
    "database_unavailable": ErrorSpec(503, "server", "The database is unavailable"),
    "maintenance": ErrorSpec(503, "server", "Maintenance in progress"),
    "internal_error": ErrorSpec(500, "server", "Something went wrong"),
}


class MatineeError(Exception):
    """An error with a stable code of `CATALOGUE`.

    `detail` is for the person who reads it. `retry_after` is in seconds. `headers` are added to the answer.
    """

    code: ClassVar[str] = "internal_error"

    def __init__(
        self,
        detail: str = "",
        *,
        retry_after: float | None = None,
        errors: Sequence[FieldError] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail or CATALOGUE[self.code].title)
        self.detail = detail or CATALOGUE[self.code].title
        self.retry_after = retry_after
        self.errors = tuple(errors)
        self.headers = dict(headers or {})

    @property
    def spec(self) -> ErrorSpec:
        """Status, category and title of this error's code."""
        return CATALOGUE[self.code]


class AuthenticationRequired(MatineeError):
    code = "authentication_required"


class Forbidden(MatineeError):
    code = "forbidden"


class TierRequired(MatineeError):
    code = "tier_required"


class AddressBlocked(MatineeError):
    code = "address_blocked"


class SecondFactorNeeded(MatineeError):
    """The account has not set up what this server asks of administrators."""

    code = "second_factor_needed"


class ScopeMissing(MatineeError):
    code = "scope_missing"


class CsrfFailed(MatineeError):
    code = "csrf_failed"


class ValidationFailed(MatineeError):
    code = "validation_failed"


class MalformedJson(MatineeError):
    code = "malformed_json"


class UnknownParameter(MatineeError):
    code = "unknown_parameter"


class ParameterPollution(MatineeError):
    code = "parameter_pollution"


class UnknownField(MatineeError):
    code = "unknown_field"


class InvalidCursor(MatineeError):
    code = "invalid_cursor"


class PayloadTooLarge(MatineeError):
    code = "payload_too_large"


class UnsupportedMediaType(MatineeError):
    code = "unsupported_media_type"


class NotFound(MatineeError):
    code = "resource_not_found"


class TitleNotFound(MatineeError):
    code = "title_not_found"


class MethodNotAllowed(MatineeError):
    code = "method_not_allowed"


class Conflict(MatineeError):
    code = "conflict"


class PreconditionFailed(MatineeError):
    code = "precondition_failed"


class NotAcceptable(MatineeError):
    code = "not_acceptable"


class RateLimited(MatineeError):
    code = "rate_limited"


class QuotaExceeded(MatineeError):
    code = "quota_exceeded"


class IdempotencyMismatch(MatineeError):
    code = "idempotency_mismatch"


class RequestTimeout(MatineeError):
    code = "request_timeout"


class DatabaseUnavailable(MatineeError):
    code = "database_unavailable"
