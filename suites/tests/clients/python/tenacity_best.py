"""One event to Olbrain with `requests` and `tenacity`, as near to the documented policy as they allow.

Everything of the policy can be said: statuses, start, cap, end, and the key in the body. HOOKPROOF_TIME_SCALE makes a
test of ten minutes last seconds; without it the client keeps the documented times.
"""

import os
import uuid

import requests
import tenacity

SCALE = float(os.environ.get("HOOKPROOF_TIME_SCALE", "1"))
RETRIED = (502, 503, 504)

session = requests.Session()
body = {"message": "order received", "Idempotency-Key": str(uuid.uuid4())}


@tenacity.retry(
    retry=tenacity.retry_if_result(lambda answer: answer.status_code in RETRIED)
    | tenacity.retry_if_exception_type(requests.ConnectionError),
    wait=tenacity.wait_exponential(multiplier=SCALE, max=60 * SCALE),
    stop=tenacity.stop_after_delay(600 * SCALE),
    retry_error_callback=lambda state: state.outcome.result(),
)
def send():
    return session.post(
        os.environ["HOOKPROOF_URL"],
        json=body,
        headers={"Authorization": "Bearer " + os.environ["HOOKPROOF_API_KEY"]},
        timeout=30,
    )


send().raise_for_status()
