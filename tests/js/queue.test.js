import assert from "node:assert/strict";
import { test } from "node:test";

import { ApiError } from "../../static/js/runner/api.js";
import { Queue, backoff } from "../../static/js/runner/queue.js";
import { MemoryStore } from "../../static/js/runner/store.js";

const ATTEMPT = 12;
const settle = () => new Promise((resolve) => setImmediate(resolve));
const answer = (question, choices, seq) => ({
  kind: "answer",
  question,
  choices,
  seq,
  seconds: 3,
});
const flag = (question, on, seq) => ({ kind: "flag", question, on, seq });

/** A server that keeps what it is sent; `failures` are thrown first, one a request. */
class FakeApi {
  requests = [];
  failures = [];

  async answer(capability, body) {
    this.#meet("answer", body);
    return this.#saved(body);
  }

  async sync(body, options) {
    this.#meet("sync", body, options);
    const answers = body.answers.map((one) => this.#saved(one));
    const { place = 0, seq = 0 } = body.position ?? {};
    return { answers, flags: {}, position: place, position_seq: seq };
  }

  async finish(body) {
    this.#meet("finish", body);
    return { state: "finished", url: "/attempts/12/result/" };
  }

  #meet(name, body, options) {
    this.requests.push({ name, body, options });
    const failure = this.failures.shift();
    if (typeof failure === "function") failure(body);
    else if (failure) throw failure;
  }

  #saved({ question, choices, seq }) {
    return { question, outcome: "saved", answer: { choices, seq }, verdict: null };
  }

  get names() {
    return this.requests.map((one) => one.name);
  }
}

function makeQueue({ mode = "exam", store = new MemoryStore(), place } = {}) {
  const api = new FakeApi();
  const events = [];
  const timers = [];
  const session = { renewals: 0, capability: async () => "capability" };
  session.renew = async () => {
    session.renewals += 1;
  };
  const later = (milliseconds, run) => {
    timers.push({ milliseconds, run });
    return () => timers.splice(0);
  };
  const queue = new Queue({
    attempt: ATTEMPT,
    mode,
    store,
    api,
    session,
    place,
    emit: (event) => events.push(event),
    later,
    random: () => 1,
    wall: () => 1000,
  });
  const tick = async () => {
    timers.shift().run();
    await settle();
  };
  const of = (type) => events.filter((event) => event.type === type);
  return { queue, api, store, session, events, timers, tick, of };
}

const offline = () => new ApiError("offline");

test("one answer is one small request, and is in the store before it", async () => {
  const { queue, api, store } = makeQueue();
  let stored = null;
  api.failures.push(() => {
    stored = store.all(ATTEMPT);
  });
  await queue.put(answer(3, [1], 100));
  await settle();
  assert.equal((await stored).length, 1);
  assert.deepEqual(api.requests, [
    {
      name: "answer",
      body: { question: 3, choices: [1], seq: 100, seconds: 3 },
      options: undefined,
    },
  ]);
  assert.ok(JSON.stringify(api.requests[0].body).length < 300);
  assert.deepEqual(await store.all(ATTEMPT), []);
});

test("what happened is told: sending, settled, idle", async () => {
  const { queue, events } = makeQueue();
  await queue.put(answer(3, [1], 100));
  await settle();
  assert.deepEqual(
    events.map((event) => event.phase ?? event.type),
    ["sending", "settled", "idle"],
  );
  assert.deepEqual(events[1].answer, { choices: [1], seq: 100 });
});

test("answers that failed wait, and go together when the connection is back", async () => {
  const { queue, api, store, tick, of } = makeQueue();
  api.failures.push(offline(), offline(), offline());
  for (const question of [0, 1, 2]) {
    await queue.put(answer(question, [1], 100 + question));
    await settle();
  }
  assert.equal(of("status").at(-1).answers, 3);
  assert.equal(of("status").at(-1).phase, "offline");
  assert.equal((await store.all(ATTEMPT)).length, 3);
  await tick();
  assert.equal(api.names.at(-1), "sync");
  assert.equal(api.requests.at(-1).body.answers.length, 3);
  assert.equal(of("settled").length, 3);
  assert.deepEqual(await store.all(ATTEMPT), []);
});

test("tries come further and further apart", async () => {
  const { queue, api, timers, tick } = makeQueue();
  api.failures.push(offline(), offline(), offline());
  await queue.put(answer(0, [1], 100));
  await settle();
  const waits = [timers[0].milliseconds];
  await tick();
  waits.push(timers[0].milliseconds);
  await tick();
  waits.push(timers[0].milliseconds);
  assert.deepEqual(waits, [1000, 2000, 4000]);
});

test("the server's Retry-After is obeyed, also by the next answer", async () => {
  const { queue, api, timers } = makeQueue();
  api.failures.push(new ApiError("slow", { retryAfter: 42_000 }));
  await queue.put(answer(0, [1], 100));
  await settle();
  assert.equal(timers[0].milliseconds, 42_000);
  await queue.put(answer(1, [1], 101));
  await settle();
  assert.equal(api.requests.length, 1);
});

test("exam: only the latest answer to a question is sent when several wait", async () => {
  const { queue, api } = makeQueue();
  api.failures.push(offline(), offline());
  await queue.put(answer(0, [1], 100));
  await settle();
  await queue.put(answer(0, [2], 101));
  await settle();
  await queue.put(answer(0, [3], 99));
  await settle();
  assert.deepEqual(api.requests.at(-1).body.choices, [2]);
  assert.equal(api.names.at(-1), "answer");
});

test("exam: a change during the request is sent after it and not lost", async () => {
  const { queue, api, store } = makeQueue();
  api.failures.push(() => queue.put(answer(0, [2], 101)));
  await queue.put(answer(0, [1], 100));
  await settle();
  await settle();
  assert.deepEqual(
    api.requests.map((one) => one.body.choices),
    [[1], [2]],
  );
  assert.deepEqual(await store.all(ATTEMPT), []);
});

test("practice: the first click stays, also against another tab's later one", async () => {
  const store = new MemoryStore();
  const one = makeQueue({ mode: "practice", store });
  const two = makeQueue({ mode: "practice", store });
  one.api.failures.push(offline());
  two.api.failures.push(offline());
  await one.queue.put(answer(0, [1], 100));
  await settle();
  const stands = await two.queue.put(answer(0, [3], 105));
  assert.deepEqual(stands.choices, [1]);
});

test("the next start sends what a killed tab left, duplicates included", async () => {
  const store = new MemoryStore();
  const dead = makeQueue({ store });
  dead.api.failures.push(offline(), offline());
  await dead.queue.put(answer(0, [1], 100));
  await dead.queue.put(flag(2, true, 101));
  await settle();
  const { queue, api } = makeQueue({ store });
  const records = await queue.load();
  await queue.run();
  assert.equal(records.length, 2);
  assert.deepEqual(api.requests[0].body, {
    answers: [{ question: 0, choices: [1], seq: 100, seconds: 3 }],
    flags: [{ question: 2, on: true, seq: 101 }],
  });
  assert.deepEqual(await store.all(ATTEMPT), []);
});

test("flags go by sync, and the position goes along when it is news", async () => {
  let news = { place: 4, seq: 90 };
  const { queue, api } = makeQueue({ place: () => news });
  await queue.put(flag(2, true, 101));
  await settle();
  assert.deepEqual(api.requests[0].body.position, { place: 4, seq: 90 });
  news = null;
  await queue.put(flag(2, false, 102));
  await settle();
  assert.equal("position" in api.requests[1].body, false);
});

test("the position alone is sent when asked for, and not when it is no news", async () => {
  let news = { place: 4, seq: 90 };
  const { queue, api } = makeQueue({ place: () => news });
  await queue.sendPosition();
  assert.deepEqual(api.requests[0].body.position, { place: 4, seq: 90 });
  news = null;
  await queue.sendPosition();
  assert.equal(api.requests.length, 1);
});

test("an expired capability is renewed once and the answer sent again", async () => {
  const { queue, api, session, of } = makeQueue();
  api.failures.push(new ApiError("signed-out"));
  await queue.put(answer(0, [1], 100));
  await settle();
  assert.equal(session.renewals, 1);
  assert.equal(api.requests.length, 2);
  assert.equal(of("settled").length, 1);
});

test("signed out: says so, keeps the queue, and goes on after signing in", async () => {
  const { queue, api, session, store, timers, of } = makeQueue();
  const renew = session.renew;
  session.renew = async () => {
    throw new ApiError("signed-out");
  };
  api.failures.push(new ApiError("signed-out"));
  await queue.put(answer(0, [1], 100));
  await settle();
  assert.equal(of("status").at(-1).phase, "signed-out");
  assert.equal(timers.length, 0);
  assert.equal((await store.all(ATTEMPT)).length, 1);
  session.renew = renew;
  await queue.run();
  assert.equal(of("status").at(-1).phase, "idle");
  assert.deepEqual(await store.all(ATTEMPT), []);
});

test("a refused answer is dropped and told, the others of its batch are saved", async () => {
  const { queue, api, store, tick, of } = makeQueue();
  api.failures.push(offline(), offline(), offline());
  for (const question of [0, 1, 2]) {
    await queue.put(answer(question, [1], 100 + question));
    await settle();
  }
  const refuse = (body) => {
    if (body.answers.some((one) => one.question === 1)) {
      throw new ApiError("refused", { message: "Choose 1 at most." });
    }
  };
  api.failures.push(refuse, refuse, refuse, refuse, refuse);
  await tick();
  await settle();
  assert.deepEqual(
    of("refused").map(({ record, message }) => [record.question, message]),
    [[1, "Choose 1 at most."]],
  );
  assert.deepEqual(
    of("settled")
      .map((event) => event.question)
      .sort(),
    [0, 2],
  );
  assert.deepEqual(await store.all(ATTEMPT), []);
});

test("closed elsewhere: tells how many answers came too late and empties the store", async () => {
  const { queue, api, store, of } = makeQueue();
  api.failures.push(offline(), new ApiError("closed"));
  await queue.put(answer(0, [1], 100));
  await settle();
  await queue.put(answer(1, [1], 101));
  await settle();
  assert.deepEqual(of("closed"), [{ type: "closed", lost: 2 }]);
  assert.deepEqual(await store.all(ATTEMPT), []);
  await queue.put(answer(2, [1], 102));
  await settle();
  assert.equal(api.requests.length, 2);
});

test("the finish takes the waiting answers along", async () => {
  const { queue, api, store, of } = makeQueue();
  api.failures.push(offline());
  await queue.put(answer(0, [1], 100));
  await settle();
  await queue.finish(200);
  await settle();
  assert.equal(api.names.at(-1), "finish");
  assert.equal(api.requests.at(-1).body.answers.length, 1);
  assert.equal(of("finished")[0].url, "/attempts/12/result/");
  assert.deepEqual(await store.all(ATTEMPT), []);
});

test("flags that wait are synced before the finish", async () => {
  const { queue, api } = makeQueue();
  api.failures.push(offline());
  await queue.put(flag(0, true, 100));
  await settle();
  await queue.finish(200);
  await settle();
  assert.deepEqual(api.names, ["sync", "sync", "finish"]);
});

test("a finish without a connection keeps trying, also after the next start", async () => {
  const store = new MemoryStore();
  const dead = makeQueue({ store });
  dead.api.failures.push(offline());
  await dead.queue.finish(200);
  assert.equal(dead.of("status").at(-1).finishing, true);
  assert.equal(dead.timers.length, 1);
  const { queue, of } = makeQueue({ store });
  await queue.load();
  assert.equal(queue.isFinishing, true);
  await queue.run();
  assert.equal(of("finished").length, 1);
});

test("a finish that waits can be called off", async () => {
  const { queue, api, store, tick } = makeQueue();
  api.failures.push(offline());
  await queue.finish(200);
  await queue.callOffFinish();
  await tick();
  assert.deepEqual(api.names, ["finish"]);
  assert.deepEqual(await store.all(ATTEMPT), []);
});

test("at the exit everything goes in one request that survives the page", async () => {
  const { queue, api } = makeQueue({ place: () => ({ place: 2, seq: 50 }) });
  api.failures.push(offline());
  await queue.put(answer(0, [1], 100));
  await settle();
  await queue.flushAtExit();
  const { name, body, options } = api.requests.at(-1);
  assert.equal(name, "sync");
  assert.deepEqual(options, { keepalive: true });
  assert.equal(body.answers.length, 1);
  assert.deepEqual(body.position, { place: 2, seq: 50 });
});

test("at the exit nothing is sent when there is nothing to say", async () => {
  const { queue, api } = makeQueue();
  await queue.flushAtExit();
  assert.equal(api.requests.length, 0);
});

test("waiting doubles up to half a minute, the second half of it by chance", () => {
  assert.equal(
    backoff(1, () => 0),
    500,
  );
  assert.equal(
    backoff(1, () => 1),
    1000,
  );
  assert.equal(
    backoff(3, () => 1),
    4000,
  );
  assert.equal(
    backoff(40, () => 1),
    30_000,
  );
  assert.equal(
    backoff(40, () => 0),
    15_000,
  );
});

// --- who is told that an answer was news -------------------------------------------

const practiceRecord = (queue) => queue.put(answer(3, [1], 100));

test("an answer's own first settlement is news", async () => {
  const { queue, of } = makeQueue({ mode: "practice" });
  await practiceRecord(queue);
  await settle();
  assert.deepEqual(
    of("settled").map((one) => one.isNews),
    [true],
  );
});

test("of two tabs that send the same answer one has the news", async () => {
  const store = new MemoryStore();
  const [one, two] = [0, 1].map(() => makeQueue({ mode: "practice", store }));
  one.api.failures.push(offline());
  await practiceRecord(one.queue);
  await settle();
  await two.queue.load();
  await Promise.all([two.queue.run(), one.tick()]);
  await settle();
  const news = [...one.of("settled"), ...two.of("settled")].map((said) => said.isNews);
  assert.deepEqual(news.sort(), [false, true]);
});

test("after a reload the answer that still waited is news, and then no more", async () => {
  const store = new MemoryStore();
  const before = makeQueue({ mode: "practice", store });
  before.api.failures.push(offline());
  await practiceRecord(before.queue);
  await settle();
  const after = makeQueue({ mode: "practice", store });
  await after.queue.load();
  await after.queue.run();
  assert.deepEqual(
    after.of("settled").map((one) => one.isNews),
    [true],
  );
  const later = makeQueue({ mode: "practice", store });
  await later.queue.load();
  await later.queue.run();
  assert.deepEqual(later.of("settled"), []);
});

test("an answer that another device gave is no news here", async () => {
  const { queue, api, of } = makeQueue({ mode: "practice" });
  api.answer = async () => ({
    question: 3,
    outcome: "unchanged",
    answer: { choices: [1], seq: 90 },
    verdict: null,
    reward: { xp: 10, coins: 5 },
  });
  await practiceRecord(queue);
  await settle();
  assert.deepEqual(
    of("settled").map((one) => one.isNews),
    [false],
  );
});

test("of a batch each answer is news", async () => {
  const { queue, api, tick, of } = makeQueue({ mode: "practice" });
  api.failures.push(offline(), offline());
  await queue.put(answer(3, [1], 100));
  await settle();
  await queue.put(answer(4, [1], 101));
  await settle();
  await tick();
  await settle();
  assert.equal(api.names.at(-1), "sync");
  assert.deepEqual(
    of("settled").map((one) => one.isNews),
    [true, true],
  );
});
