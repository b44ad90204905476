import assert from "node:assert/strict";
import { test } from "node:test";

import { Api, Session, csrfToken } from "../../static/js/runner/api.js";
import { Clock } from "../../static/js/runner/clock.js";

const urls = {
  state: "/api/attempts/12",
  answers: "/api/attempts/12/answers",
  sync: "/api/attempts/12/sync",
  finish: "/api/attempts/12/finish",
  questions: "/api/releases/7/questions?length=25",
};

function makeApi(...responses) {
  const calls = [];
  const fetch = async (url, options) => {
    calls.push({ url, ...options });
    const response = responses.shift();
    if (response instanceof Error) throw response;
    return response;
  };
  const clock = new Clock(() => 1000);
  return { api: new Api({ urls, csrf: () => "token", clock, fetch }), calls, clock };
}

const json = (body, status = 200, headers = {}) =>
  new Response(JSON.stringify(body), { status, headers });

test("an answer carries the capability and no cookie", async () => {
  const { api, calls } = makeApi(json({ outcome: "saved" }));
  await api.answer("signed", { question: 3 });
  assert.equal(calls[0].credentials, "omit");
  assert.equal(calls[0].headers["X-Attempt-Capability"], "signed");
  assert.equal("X-CSRFToken" in calls[0].headers, false);
});

test("a sync carries the session and the CSRF token", async () => {
  const { api, calls } = makeApi(json({}));
  await api.sync({ answers: [] }, { keepalive: true });
  assert.equal(calls[0].credentials, "same-origin");
  assert.equal(calls[0].headers["X-CSRFToken"], "token");
  assert.equal(calls[0].keepalive, true);
});

for (const [status, kind] of [
  [401, "signed-out"],
  [403, "signed-out"],
  [404, "gone"],
  [409, "closed"],
  [413, "refused"],
  [422, "refused"],
  [429, "slow"],
  [500, "busy"],
  [503, "busy"],
]) {
  test(`${status} means ${kind}`, async () => {
    const { api } = makeApi(json({ code: "x", message: "Words." }, status));
    await assert.rejects(api.sync({}), { kind, message: "Words." });
  });
}

test("an error page that is no JSON still has its meaning", async () => {
  const { api } = makeApi(new Response("<h1>Bad gateway</h1>", { status: 502 }));
  await assert.rejects(api.sync({}), { kind: "busy" });
});

test("no connection, or a page in place of our JSON, is offline", async () => {
  const { api } = makeApi(new TypeError("Failed to fetch"), new Response("<html>"));
  await assert.rejects(api.sync({}), { kind: "offline" });
  await assert.rejects(api.sync({}), { kind: "offline" });
});

test("Retry-After is given in milliseconds", async () => {
  const { api } = makeApi(json({}, 429, { "Retry-After": "7" }));
  await assert.rejects(api.sync({}), { kind: "slow", retryAfter: 7000 });
});

test("the state teaches the clock", async () => {
  const { api, clock } = makeApi(json({ now: 5000 }));
  await api.state();
  assert.equal(clock.now(), 5000);
});

test("the CSRF token is the cookie's, else the page's", () => {
  const meta = { querySelector: () => ({ content: "from-meta" }) };
  assert.equal(csrfToken({ ...meta, cookie: "a=1; csrftoken=abc; b=2" }), "abc");
  assert.equal(csrfToken({ ...meta, cookie: "xcsrftoken=no" }), "from-meta");
});

function makeSession(states) {
  const told = [];
  const clock = new Clock(() => 1000);
  const api = { calls: 0 };
  api.state = async () => {
    api.calls += 1;
    return states.shift();
  };
  const session = new Session({ api, clock, told: (state) => told.push(state) });
  return { session, api, told };
}

test("a capability is used while it is good and renewed shortly before its end", async () => {
  const { session, api, told } = makeSession([
    { capability: "second", capability_expires: 300_000 },
  ]);
  session.accept({ capability: "first", capability_expires: 60_000 });
  assert.equal(await session.capability(), "first");
  session.accept({ capability: "old", capability_expires: 5500 });
  assert.equal(await session.capability(), "second");
  assert.equal(api.calls, 1);
  assert.equal(told.length, 1);
});

test("several that need a renewal at once share one request", async () => {
  const { session, api } = makeSession([{ capability: "x", capability_expires: 1e9 }]);
  await Promise.all([session.capability(), session.renew(), session.capability()]);
  assert.equal(api.calls, 1);
});

test("an attempt that gives no capability any more is closed", async () => {
  const { session } = makeSession([{ capability: null, capability_expires: null }]);
  await assert.rejects(session.capability(), { kind: "closed" });
});
