"""What the sandbox refuses with: Telegram's refusals, and its own to a wrong control verb."""


class ApiError(Exception):
    """Raised where Telegram would refuse a call; becomes its answer, word for word."""

    def __init__(self, code: int, description: str, retry_after: int | None = None) -> None:
        super().__init__(description)
        self.code = code
        self.description = description
        self.retry_after = retry_after


class SandboxError(Exception):
    """Raised when a control verb asks for what no phone could do (a button that is gone, say)."""


def bad_request(description: str) -> ApiError:
    """Telegram's 400: `description` without its "Bad Request: " in front."""
    return ApiError(400, f"Bad Request: {description}")


def forbidden(description: str) -> ApiError:
    """Telegram's 403: `description` without its "Forbidden: " in front."""
    return ApiError(403, f"Forbidden: {description}")


def too_many(seconds: int) -> ApiError:
    """Telegram's 429 that asks to wait `seconds`."""
    return ApiError(429, f"Too Many Requests: retry after {seconds}", seconds)
