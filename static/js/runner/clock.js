/** The server's clock, sequence numbers made from it, and what shows and takes time. */

import { setText } from "./dom.js";

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const TICK = 250;
const LAST_CALL = 2000;
// More than this between two ticks is no drift: somebody changed the clock.
const JUMP = 2000;

export class Clock {
  #offset = 0;
  #error = Infinity;
  #highest = 0;

  constructor(wall = () => Date.now()) {
    this.wall = wall;
  }

  /** The estimated server time in milliseconds since the epoch. */
  now() {
    return this.wall() + this.#offset;
  }

  /**
   * Learn from a response: the server's time lay somewhere between sending and
   * receiving. A vaguer reading than the last one counts only if it contradicts it,
   * as after this device's own clock was changed.
   */
  learn(serverNow, sentAt, receivedAt) {
    const error = Math.max(receivedAt - sentAt, 0) / 2;
    const offset = serverNow - (sentAt + receivedAt) / 2;
    const contradicts = Math.abs(offset - this.#offset) > error + this.#error;
    if (error > this.#error && !contradicts) return;
    this.#offset = Math.round(offset);
    this.#error = error;
  }

  /** Note a sequence number that somebody used. */
  saw(seq) {
    this.#highest = Math.max(this.#highest, seq);
  }

  /** A new one: later than all seen, and near the server's time in milliseconds. */
  next() {
    this.#highest = Math.max(this.#highest + 1, Math.floor(this.now()));
    return this.#highest;
  }
}

/** Time spent per question in seconds; nothing counts while the page is hidden. */
export class Stopwatch {
  #spent;
  #running = null;
  #since = 0;

  constructor(spent = {}, wall = () => Date.now()) {
    this.#spent = { ...spent };
    this.wall = wall;
  }

  start(question) {
    this.stop();
    this.#running = question;
    this.#since = this.wall();
  }

  stop() {
    if (this.#running === null) return;
    // A laptop that slept did not think about the question for a day.
    const seconds = Math.min((this.wall() - this.#since) / SECOND, 3600);
    this.#spent[this.#running] = this.#exactly(this.#running) + Math.max(seconds, 0);
    this.#running = null;
  }

  /** Whole seconds spent on a question so far, as the API takes them. */
  seconds(question) {
    if (this.#running === question) this.start(question);
    return Math.min(Math.round(this.#exactly(question)), 86_400);
  }

  all() {
    return { ...this.#spent };
  }

  #exactly(question) {
    return this.#spent[question] ?? 0;
  }
}

/** "1:05:09" or "5:09"; a started second counts, so 0:00 means that it is over. */
export function clockFace(milliseconds) {
  const total = Math.ceil(Math.max(milliseconds, 0) / SECOND);
  const [hours, minutes] = [Math.floor(total / 3600), Math.floor(total / 60) % 60];
  const seconds = String(total % 60).padStart(2, "0");
  if (!hours) return `${minutes}:${seconds}`;
  return `${hours}:${String(minutes).padStart(2, "0")}:${seconds}`;
}

const WARNINGS = [
  [5 * MINUTE, "5 minutes left."],
  [MINUTE, "1 minute left."],
];

/** What to announce when the time left went from one value to another, or null. */
export function warning(before, after) {
  const crossed = WARNINGS.filter(([at]) => before > at && after <= at && after > 0);
  return crossed.length ? crossed.at(-1)[1] : null;
}

/**
 * The time left in an exam. A display: the server keeps the time. At zero, and when this
 * device's clock was changed or stood still, it only asks how late it is.
 */
export class Timer {
  #before = Infinity;
  #calledLast = false;
  #doubts = false;
  #asking = false;
  #asked = 0;
  #askAt = 0;
  #drift;

  /**
   * `warn(words)`, `lastCall()` shortly before the end, and `ask()`, which learns the
   * server's time and resolves to whether it could. It is called again, after
   * `wait(times)` milliseconds, while it cannot or the time is still up.
   */
  constructor({ steady = () => performance.now(), ...given }) {
    const { face, clock, deadline, warn, lastCall, ask, wait } = given;
    Object.assign(this, { face, clock, deadline, warn, lastCall, ask, wait, steady });
    this.#drift = this.#measure();
    this.id = setInterval(() => this.tick(), TICK);
    this.tick();
  }

  stop() {
    clearInterval(this.id);
  }

  /** Do not wait with a question that is due: there is a connection again. */
  hurry() {
    this.#askAt = 0;
  }

  tick() {
    if (this.#asking) return;
    this.#notice();
    const isDue = this.steady() >= this.#askAt;
    if (this.#doubts && isDue) return this.#ask();
    const left = this.deadline - this.clock.now();
    this.#show(left);
    if (left <= 0 && isDue) this.#ask();
  }

  /** Compare the clock that people can change with the one that they cannot. */
  #notice() {
    const drift = this.#measure();
    if (Math.abs(drift - this.#drift) > JUMP) {
      this.#doubts = true;
      this.#askAt = 0;
    }
    this.#drift = drift;
  }

  #measure() {
    return this.clock.wall() - this.steady();
  }

  #show(left) {
    setText(this.face, clockFace(left));
    this.face.parentElement.toggleAttribute("data-hurry", left <= 5 * MINUTE);
    const words = Number.isFinite(this.#before) && warning(this.#before, left);
    if (words) this.warn(words);
    this.#before = left;
    if (left <= LAST_CALL && !this.#calledLast) this.lastCall();
    this.#calledLast = left <= LAST_CALL;
  }

  async #ask() {
    this.#asking = true;
    let hasLearned = false;
    try {
      hasLearned = await this.ask();
    } finally {
      this.#asking = false;
      const isOpen = this.deadline > this.clock.now();
      if (hasLearned) this.#doubts = false;
      this.#asked = hasLearned && isOpen ? 0 : this.#asked + 1;
      this.#askAt = this.#asked ? this.steady() + this.wait(this.#asked) : 0;
    }
  }
}
