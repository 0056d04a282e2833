// One event to Olbrain with `axios` and `axios-retry`, as near to the documented policy as they allow: condition and delay
// are functions of one's own, so that the tries can end by time and Retry-After is heeded.
import { randomUUID } from "node:crypto";
import axios from "axios";
import axiosRetry from "axios-retry";

const scale = Number(process.env.HOOKPROOF_TIME_SCALE ?? "1");
const began = performance.now();

axiosRetry(axios, {
  retries: 1000,
  retryCondition: (error) => {
    const retried = [502, 503, 504].includes(error.response?.status) || error.code === "ECONNRESET";
    return retried && performance.now() - began < 600_000 * scale;
  },
  retryDelay: (count, error) => {
    const delay = Math.min(60_000, 1000 * 2 ** (count - 1)) * scale;
    const asked = Number(error.response?.headers["retry-after"] ?? "0") * 1000;
    return Math.max(delay, asked);
  },
});

await axios.post(
  process.env.HOOKPROOF_URL,
  { message: "order received", "Idempotency-Key": randomUUID() },
  { headers: { authorization: `Bearer ${process.env.HOOKPROOF_API_KEY}` } },
);
