// One event to Olbrain with `got` as people usually write it: its defaults, with POST among the methods and five retries.
// Nothing here knows of a time scale; it is run with a clock that goes faster.
import got from "got";

await got.post(process.env.HOOKPROOF_URL, {
  json: { message: "order received" },
  headers: { authorization: `Bearer ${process.env.HOOKPROOF_API_KEY}` },
  retry: { limit: 5, methods: ["POST"] },
});
