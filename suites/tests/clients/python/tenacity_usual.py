"""One event to Olbrain with `requests` and `tenacity`, as its own documentation begins: a few tries, whatever went wrong.

Nothing here knows of a time scale; it is run with a clock that goes faster.
"""

import os

import requests
from tenacity import retry, stop_after_attempt, wait_exponential


@retry(stop=stop_after_attempt(5), wait=wait_exponential(multiplier=1, min=4, max=10))
def send():
    answer = requests.post(
        os.environ["HOOKPROOF_URL"],
        json={"message": "order received"},
        headers={"Authorization": "Bearer " + os.environ["HOOKPROOF_API_KEY"]},
        timeout=30,
    )
    answer.raise_for_status()


send()
