"""One event to Olbrain with `requests` and urllib3's Retry, as near to the documented policy as they allow.

urllib3 always sends its first retry at once, and it ends by number and not by time: after that retry, 14 more with
delays of 2, 4, 8 ... 60 s make about ten minutes.
"""

import os
import uuid

import requests
from requests.adapters import HTTPAdapter
from urllib3.util.retry import Retry

SCALE = float(os.environ.get("HOOKPROOF_TIME_SCALE", "1"))

retries = Retry(
    total=15,
    backoff_factor=SCALE,
    backoff_max=60 * SCALE,
    status_forcelist=[502, 503, 504],
    allowed_methods=["POST"],
    raise_on_status=False,
)
session = requests.Session()
session.mount("http://", HTTPAdapter(max_retries=retries))
session.post(
    os.environ["HOOKPROOF_URL"],
    json={"message": "order received", "Idempotency-Key": str(uuid.uuid4())},
    headers={"Authorization": "Bearer " + os.environ["HOOKPROOF_API_KEY"]},
    timeout=30,
).raise_for_status()
