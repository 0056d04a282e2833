// One event to Olbrain with `axios` and `axios-retry`, as its own documentation begins.
// Nothing here knows of a time scale; it is run with a clock that goes faster.
import axios from "axios";
import axiosRetry from "axios-retry";

axiosRetry(axios, { retries: 3, retryDelay: axiosRetry.exponentialDelay });

await axios.post(
  process.env.HOOKPROOF_URL,
  { message: "order received" },
  { headers: { authorization: `Bearer ${process.env.HOOKPROOF_API_KEY}` } },
);
