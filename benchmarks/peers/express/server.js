// What F2 is measured against: a cached title the way such a server is usually written. Express 5, helmet, compression, the value from
// Redis, parsed and sent as JSON. `REDIS_URL` and `PORT` come from the benchmark; nothing is logged.
import compression from "compression";
import express from "express";
import helmet from "helmet";
import { createClient } from "redis";

const cache = createClient({ url: process.env.REDIS_URL });
cache.on("error", (error) => {
  console.error(error);
  process.exit(1);
});
await cache.connect();

const app = express();
app.use(helmet());
app.use(compression());

app.get("/api/v1/movies/:id", async (request, response) => {
  const cached = await cache.get(`movie:${request.params.id}`);
  if (cached === null) {
    response.status(404).json({ code: "title_not_found" });
    return;
  }
  response.json(JSON.parse(cached));
});

const server = app.listen(Number(process.env.PORT), "127.0.0.1", () => {
  console.log(`listening on ${server.address().port}`);
});
