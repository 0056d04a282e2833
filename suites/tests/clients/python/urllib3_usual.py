"""One event to Olbrain with `requests` and the usual recipe for urllib3's Retry: five tries, a factor, some statuses.

Nothing here knows of a time scale; it is run with a clock that goes faster.
"""

import os

import requests
from requests.adapters import HTTPAdapter
from urllib3.util.retry import Retry

retries = Retry(
    total=5,
    backoff_factor=1,
    status_forcelist=[429, 500, 502, 503, 504],
    allowed_methods=["POST"],
)
session = requests.Session()
session.mount("http://", HTTPAdapter(max_retries=retries))
session.post(
    os.environ["HOOKPROOF_URL"],
    json={"message": "order received"},
    headers={"Authorization": "Bearer " + os.environ["HOOKPROOF_API_KEY"]},
    timeout=30,
).raise_for_status()
