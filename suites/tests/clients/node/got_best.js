// One event to Olbrain with `got`, as near to the documented policy as it allows: methods, statuses and delays can be
// set, and the delay function also ends the tries by time.
import { randomUUID } from "node:crypto";
import got from "got";

const scale = Number(process.env.HOOKPROOF_TIME_SCALE ?? "1");
const began = performance.now();

const answer = await got.post(process.env.HOOKPROOF_URL, {
  json: { message: "order received", "Idempotency-Key": randomUUID() },
  headers: { authorization: `Bearer ${process.env.HOOKPROOF_API_KEY}` },
  throwHttpErrors: false,
  retry: {
    limit: 1000,
    methods: ["POST"],
    statusCodes: [502, 503, 504],
    calculateDelay: ({ attemptCount, computedValue, error }) => {
      const retried = [502, 503, 504].includes(error.response?.statusCode) || error.code === "ECONNRESET";
      const isOver = performance.now() - began >= 600_000 * scale;
      if (!retried || isOver) return 0;
      const delay = Math.min(60_000, 1000 * 2 ** (attemptCount - 1)) * scale;
      // computedValue is what Retry-After asks for, where there is one.
      return error.response?.headers["retry-after"] ? Math.max(delay, computedValue) : delay;
    },
  },
});
process.exitCode = answer.ok ? 0 : 1;
