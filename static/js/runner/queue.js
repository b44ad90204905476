/**
 * What waits to be told to the server. Every change is written to the store before the
 * network hears of it, sent at once, and tried again until the server has it; several
 * that wait go together. What happens is told through `emit`.
 */

import { ApiError } from "./api.js";
import { outranks } from "./state.js";

const SENT = ["answer", "flag"];
const FIRST = 1000;
const LONGEST = 30_000;
const keyOf = ({ kind, question }) => `${kind}/${question}`;

/** Say whether a stored record stays when a new one comes for the same thing. */
export function keeps(mode) {
  return (old, record) => {
    if (record.kind !== "answer") return old.seq >= record.seq;
    return mode === "practice" || !outranks(record, old);
  };
}

/**
 * Milliseconds to wait after `failures` failures in a row (from 1): doubling, up to half
 * a minute, the second half of it by chance so that a thousand browsers that lost the
 * same server do not come back in the same instant.
 */
export function backoff(failures, random = Math.random) {
  const most = Math.min(FIRST * 2 ** (failures - 1), LONGEST);
  return Math.round(most / 2 + (random() * most) / 2);
}

const answerBody = ({ question, choices, seq, seconds }) => ({
  question,
  choices,
  seq,
  seconds,
});
const flagBody = ({ question, on, seq }) => ({ question, on, seq });
const ofKind = (records, kind) => records.filter((one) => one.kind === kind);

/** A retry timer: returns how to call it off. */
function timer(milliseconds, run) {
  const id = setTimeout(run, milliseconds);
  return () => clearTimeout(id);
}

export class Queue {
  #waiting = new Map();
  #positionDue = false;
  #finish = null;
  #running = false;
  #failures = 0;
  #notBefore = 0;
  #callOff = () => {};
  #phase = "idle";
  #over = false;

  /** `place()` returns the position to tell, or null while the server need not know. */
  constructor({
    attempt,
    mode,
    store,
    api,
    session,
    emit,
    place = () => null,
    later = timer,
    random = Math.random,
    wall = () => Date.now(),
  }) {
    Object.assign(this, { attempt, store, api, session, emit, place });
    Object.assign(this, { later, random, wall });
    this.keeps = keeps(mode);
  }

  /** Read the store (at the start, and for what another tab left) and send. */
  async load() {
    const records = await this.store.all(this.attempt);
    for (const record of records) {
      if (SENT.includes(record.kind)) this.#take(record);
      if (record.kind === "finish") this.#finish = record;
    }
    return records;
  }

  /** Store an answer or a flag, then send it. Return the record that stands. */
  async put(record) {
    const stands = await this.store.put(
      { ...record, attempt: this.attempt },
      this.keeps,
    );
    this.#take(stands);
    this.run();
    return stands;
  }

  /** Store something of this device only: a draft, the position. */
  keep(record) {
    return this.store.put({ ...record, attempt: this.attempt }, this.keeps);
  }

  drop(record) {
    return this.store.remove({ ...record, attempt: this.attempt });
  }

  /** Send the position now; otherwise it goes along with the next sync. */
  sendPosition() {
    this.#positionDue = true;
    return this.run();
  }

  /** Finish the attempt with all that waits, now or when the connection is back. */
  async finish(seq) {
    const record = { attempt: this.attempt, kind: "finish", question: -1, seq };
    this.#finish = await this.store.put(record, this.keeps);
    return this.run();
  }

  async callOffFinish() {
    const record = this.#finish;
    this.#finish = null;
    if (record) await this.store.remove(record);
    this.#report(this.#phase);
  }

  get isFinishing() {
    return this.#finish !== null;
  }

  /**
   * The page may be about to die: send what waits in a request that survives it, and
   * `last`, what there is no time to store first.
   */
  async flushAtExit(last = []) {
    for (const record of last) this.#take({ ...record, attempt: this.attempt });
    const batch = [...this.#waiting.values()];
    const position = this.place();
    if (this.#over || !(batch.length || position)) return;
    // What fails here still waits, and is sent again.
    await this.#sync(batch, position, { keepalive: true }).catch(() => {});
  }

  /** Send until nothing is left or something fails; then try again later. */
  async run() {
    if (this.#running || this.#over) return;
    this.#callOff();
    const wait = this.#notBefore - this.wall();
    if (wait > 0) return this.#retryIn(wait);
    this.#running = true;
    try {
      while (this.#due()) {
        this.#report(this.#failures ? this.#phase : "sending");
        await this.#step();
        this.#failures = 0;
      }
      this.#report("idle");
    } catch (error) {
      await this.#failed(error);
    } finally {
      this.#running = false;
    }
  }

  #take(record) {
    const old = this.#waiting.get(keyOf(record));
    if (old && this.keeps(old, record)) return;
    this.#waiting.set(keyOf(record), record);
  }

  #due() {
    if (this.#over) return false;
    if (this.#waiting.size || this.isFinishing) return true;
    return this.#positionDue && Boolean(this.place());
  }

  async #step() {
    const batch = [...this.#waiting.values()];
    const answers = ofKind(batch, "answer");
    const onlyAnswers = answers.length === batch.length;
    if (this.isFinishing && onlyAnswers) return this.#sendFinish(answers);
    if (answers.length === 1 && onlyAnswers) return this.#sendOne(answers[0]);
    return this.#deliver(batch, this.place());
  }

  async #sendOne(record) {
    const body = answerBody(record);
    const send = async () => this.api.answer(await this.session.capability(), body);
    try {
      const outcome = await send().catch(async (error) => {
        if (error.kind !== "signed-out") throw error;
        await this.session.renew();
        return send();
      });
      await this.#settled(record, outcome);
    } catch (error) {
      if (error.kind !== "refused") throw error;
      await this.#refused(record, error);
    }
  }

  /** Sync a batch; one that is refused is halved until the culprit stands alone. */
  async #deliver(batch, position = null) {
    try {
      await this.#sync(batch, position);
    } catch (error) {
      if (error.kind !== "refused") throw error;
      this.#positionDue = false;
      if (batch.length === 1 && !position) return this.#refused(batch[0], error);
      const half = Math.ceil(batch.length / 2);
      if (half) await this.#deliver(batch.slice(0, half));
      if (batch.length > half) await this.#deliver(batch.slice(half));
    }
  }

  async #sync(batch, position, options) {
    const body = {
      answers: ofKind(batch, "answer").map(answerBody),
      flags: ofKind(batch, "flag").map(flagBody),
    };
    if (position) body.position = { place: position.place, seq: position.seq };
    const told = await this.api.sync(body, options);
    this.#positionDue = false;
    for (const record of batch) {
      const outcome = told.answers.find((one) => one.question === record.question);
      if (record.kind === "answer") await this.#settled(record, outcome);
      else await this.#done(record);
    }
    this.emit({ type: "synced", ...told });
  }

  async #sendFinish(answers) {
    try {
      const { url } = await this.api.finish({ answers: answers.map(answerBody) });
      await this.#end({ type: "finished", url });
    } catch (error) {
      if (error.kind !== "refused") throw error;
      // With nothing to save it would be our mistake, and again the same next time.
      if (!answers.length) throw new ApiError("busy", error);
      await this.#deliver(answers);
    }
  }

  /**
   * `isNews`: this very answer stands, and no other tab was told so before. Whoever
   * takes the record out of the store is the one, also after a reload.
   */
  async #settled(record, outcome) {
    const isFirst = await this.#done(record);
    const isNews = isFirst && outcome.answer.seq === record.seq;
    this.emit({ type: "settled", question: record.question, ...outcome, isNews });
  }

  async #refused(record, error) {
    await this.#done(record);
    this.emit({ type: "refused", record, message: error.message });
  }

  async #done(record) {
    if (this.#waiting.get(keyOf(record))?.seq === record.seq) {
      this.#waiting.delete(keyOf(record));
    }
    return this.store.remove(record);
  }

  async #failed(error) {
    if (this.#over) return;
    if (error.kind === "closed") return this.close();
    if (!(error instanceof ApiError)) console.error(error);
    const phase = error.kind ?? "busy";
    // Nothing that we can do brings these back: the learner has to.
    if (phase === "signed-out" || phase === "gone") return this.#report(phase);
    this.#failures += 1;
    const wait = Math.max(backoff(this.#failures, this.random), error.retryAfter ?? 0);
    if (error.retryAfter) this.#notBefore = this.wall() + wait;
    this.#retryIn(wait);
    this.#report(phase === "offline" ? "offline" : "busy");
  }

  #retryIn(milliseconds) {
    this.#callOff();
    this.#callOff = this.later(milliseconds, () => this.run());
  }

  /** The attempt was closed elsewhere; what still waited has nowhere to go. */
  async close() {
    if (this.#over) return;
    const lost = ofKind([...this.#waiting.values()], "answer").length;
    await this.#end({ type: "closed", lost });
  }

  async #end(event) {
    this.#over = true;
    this.#callOff();
    this.#waiting.clear();
    await this.store.clear(this.attempt);
    this.emit(event);
  }

  #report(phase) {
    if (this.#over) return;
    this.#phase = phase;
    const waiting = [...this.#waiting.values()];
    const answers = ofKind(waiting, "answer").length;
    const flags = waiting.length - answers;
    const finishing = this.isFinishing;
    this.emit({ type: "status", phase, answers, flags, finishing });
  }
}
