import assert from "node:assert/strict";
import { test } from "node:test";

import {
  Clock,
  Stopwatch,
  Timer,
  clockFace,
  warning,
} from "../../static/js/runner/clock.js";

const handClock = (start = 1_000_000) => {
  const hand = { now: start, wall: () => hand.now };
  return hand;
};

test("the server's time is read in the middle of the round trip", () => {
  const hand = handClock();
  const clock = new Clock(hand.wall);
  clock.learn(5_000_100, 1_000_000, 1_000_200);
  assert.equal(clock.now(), 5_000_000);
  hand.now += 750;
  assert.equal(clock.now(), 5_000_750);
});

test("a slow response does not spoil a good estimate", () => {
  const clock = new Clock(handClock().wall);
  clock.learn(5_000_050, 1_000_000, 1_000_100);
  const before = clock.now();
  clock.learn(5_000_100, 1_000_000, 1_009_000);
  assert.equal(clock.now(), before);
});

test("a slow response that contradicts the estimate corrects it", () => {
  const clock = new Clock(handClock().wall);
  clock.learn(1_000_050, 1_000_000, 1_000_100);
  clock.learn(4_600_000, 1_000_000, 1_002_000);
  assert.equal(clock.now(), 1_000_000 + 4_600_000 - 1_001_000);
});

test("sequence numbers follow the server's clock", () => {
  const hand = handClock();
  const clock = new Clock(hand.wall);
  clock.learn(9_000_000, 1_000_000, 1_000_000);
  assert.equal(clock.next(), 9_000_000);
});

test("sequence numbers grow within one millisecond and when the clock goes back", () => {
  const hand = handClock();
  const clock = new Clock(hand.wall);
  const first = clock.next();
  const second = clock.next();
  hand.now -= 500_000;
  const third = clock.next();
  assert.ok(first < second && second < third);
});

test("a sequence number is later than every one that was seen", () => {
  const clock = new Clock(handClock().wall);
  clock.saw(2_000_000);
  clock.saw(1_500_000);
  assert.equal(clock.next(), 2_000_001);
});

test("a sequence number is a whole number that the API takes", () => {
  const clock = new Clock(() => 1_763_826_000_500.7);
  const seq = clock.next();
  assert.ok(Number.isSafeInteger(seq) && seq > 0);
});

test("the stopwatch adds up what was spent on a question", () => {
  const hand = handClock();
  const watch = new Stopwatch({ 3: 10 }, hand.wall);
  watch.start(3);
  hand.now += 4000;
  watch.start(5);
  hand.now += 2000;
  watch.start(3);
  hand.now += 1400;
  assert.equal(watch.seconds(3), 15);
  assert.equal(watch.seconds(5), 2);
  assert.equal(watch.seconds(7), 0);
});

test("the stopwatch does not count a hidden page or a night's sleep", () => {
  const hand = handClock();
  const watch = new Stopwatch({}, hand.wall);
  watch.start(1);
  hand.now += 3000;
  watch.stop();
  hand.now += 60_000;
  assert.equal(watch.seconds(1), 3);
  watch.start(1);
  hand.now += 30 * 3600 * 1000;
  assert.equal(watch.seconds(1), 3603);
});

test("the clock face shows hours only when there are some", () => {
  assert.equal(clockFace(0), "0:00");
  assert.equal(clockFace(-5), "0:00");
  assert.equal(clockFace(1), "0:01");
  assert.equal(clockFace(59_001), "1:00");
  assert.equal(clockFace(5 * 60_000), "5:00");
  assert.equal(clockFace(3_909_000), "1:05:09");
});

test("five minutes and one minute are announced once", () => {
  assert.equal(warning(300_400, 299_900), "5 minutes left.");
  assert.equal(warning(299_900, 298_900), null);
  assert.equal(warning(60_500, 59_500), "1 minute left.");
  assert.equal(warning(1000, 0), null);
});

test("after a sleep only the warning that still helps is announced", () => {
  assert.equal(warning(600_000, 30_000), "1 minute left.");
  assert.equal(warning(600_000, -1), null);
});

const MINUTE = 60_000;

/** A timer of 25 minutes, whose hands the test moves, and what it called. */
function makeTimer(context, answers = []) {
  context.mock.timers.enable({ apis: ["setInterval"] });
  const hand = { wall: 1_000_000, steady: 0, server: 1_000_000 };
  const clock = new Clock(() => hand.wall);
  clock.learn(hand.server, hand.wall, hand.wall);
  const called = { ask: 0, lastCall: 0, warn: [] };
  const timer = new Timer({
    face: { textContent: "", parentElement: { toggleAttribute() {} } },
    clock,
    deadline: hand.server + 25 * MINUTE,
    warn: (words) => called.warn.push(words),
    lastCall: () => (called.lastCall += 1),
    ask: async () => {
      called.ask += 1;
      const learns = answers.shift() ?? true;
      if (learns) clock.learn(hand.server, hand.wall, hand.wall);
      return learns;
    },
    wait: (times) => 1000 * times,
    steady: () => hand.steady,
  });
  const pass = async (milliseconds) => {
    for (const name of ["wall", "steady", "server"]) hand[name] += milliseconds;
    timer.tick();
    await null;
    await null;
  };
  return { timer, hand, called, pass, face: () => timer.face.textContent };
}

test("a timer at zero asks, and asks again later while the time is still up", async (context) => {
  const { called, pass } = makeTimer(context, [false, true]);
  await pass(25 * MINUTE - 2000);
  assert.deepEqual(called, { ask: 0, lastCall: 1, warn: ["1 minute left."] });
  await pass(2000);
  assert.equal(called.ask, 1);
  await pass(500);
  assert.equal(called.ask, 1, "not yet");
  await pass(500);
  assert.equal(called.ask, 2);
  assert.equal(called.lastCall, 1);
});

test("a timer that can ask again at once does not wait", async (context) => {
  const { timer, called, pass } = makeTimer(context, [false]);
  await pass(25 * MINUTE);
  timer.hurry();
  await pass(1);
  assert.equal(called.ask, 2);
});

for (const minutes of [26, -26]) {
  test(`a clock that was changed by ${minutes} minutes ends nothing`, async (context) => {
    const { hand, called, pass, face } = makeTimer(context);
    await pass(MINUTE);
    hand.wall += minutes * MINUTE;
    await pass(250);
    await pass(250);
    assert.equal(face(), "24:00");
    assert.deepEqual(called, { ask: 1, lastCall: 0, warn: [] });
  });
}

test("a clock that was changed without a connection is asked about again", async (context) => {
  const { hand, called, pass, face } = makeTimer(context, [false]);
  hand.wall += 26 * MINUTE;
  await pass(250);
  await pass(250);
  assert.equal(face(), "0:00", "by this device");
  await pass(1000);
  await pass(250);
  assert.equal(face(), "24:59");
  assert.equal(called.ask, 2);
});
