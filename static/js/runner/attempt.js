/** The attempt under way in this tab: what the learner does, and what is heard back. */

import * as select from "./select.js";
import { reduce } from "./state.js";

// A learner who stays this long on a question is there, not passing by.
const REST = 4000;
const SILENT = { postMessage() {} };

export class Attempt {
  #resting = null;
  #earned = [];
  #isAway = false;

  /** `changed(state, before)` and `told(event)` are the page's ears. */
  constructor({ state, clock, stopwatch, changed, told }) {
    Object.assign(this, { state, clock, stopwatch, changed, told });
  }

  /** The queue and the other tabs need this attempt first, so they come after it. */
  connect({ queue, session, tabs }) {
    Object.assign(this, { queue, session, tabs });
  }

  get question() {
    return select.questionAt(this.state);
  }

  get isExam() {
    return this.state.mode === "exam";
  }

  dispatch(event) {
    const before = this.state;
    if (event.seq) this.clock.saw(event.seq);
    this.state = reduce(before, event);
    if (this.state !== before) this.changed(this.state, before);
  }

  // --- what the learner does ----------------------------------------

  /** Choose (or take back) a choice of the current question. */
  choose(choice) {
    const question = select.publicQuestion(this.state);
    const marked = select.chosen(this.state);
    if (["sent", "told"].includes(select.phase(this.state))) return;
    const { choices, refused } = select.toggled(
      question,
      marked,
      choice,
      !this.isExam,
    );
    if (refused) this.told({ type: "too-many", choose: question.choose });
    else this.#mark(choices);
    this.changed(this.state, this.state);
  }

  /** Take back all that is chosen; a submitted practice answer stays. */
  clear() {
    const isFinal = ["sent", "told"].includes(select.phase(this.state));
    if (!isFinal && select.chosen(this.state).length) this.#mark([]);
  }

  #mark(choices) {
    const { choose } = select.publicQuestion(this.state);
    const isWhole = choices.length === choose || choices.length === 0;
    if (this.isExam && isWhole) return this.#commit(choices);
    const draft = { question: this.question, choices, seq: this.clock.next() };
    this.dispatch({ type: "draft", ...draft });
    this.queue.keep({ kind: "draft", ...draft });
  }

  /** Practice: commit what is chosen, for good. */
  submit() {
    if (select.phase(this.state) !== "ready") return false;
    this.#commit(select.chosen(this.state));
    return true;
  }

  async #commit(choices) {
    const record = this.#answer(choices);
    const stands = await this.queue.put(record);
    // Another tab was faster with a practice question: its answer is the final one.
    if (stands.seq !== record.seq) this.dispatch({ type: "answer", ...stands });
  }

  /** Make an answer of the choices and show it; the record is for the queue. */
  #answer(choices) {
    const { question } = this;
    const seq = this.clock.next();
    const draft = this.state.drafts[question];
    if (draft) this.queue.drop({ kind: "draft", question, seq: draft.seq });
    const seconds = this.stopwatch.seconds(question);
    this.#share({ type: "answer", question, choices, seq });
    return { kind: "answer", question, choices, seq, seconds };
  }

  /** An exam's half-made choice counts as soon as the learner leaves the question. */
  #answerDraft() {
    const draft = this.state.drafts[this.question];
    return this.isExam && draft ? this.#answer(draft.choices) : null;
  }

  commitDraft() {
    const record = this.#answerDraft();
    if (record) this.queue.put(record);
  }

  flag() {
    const { question } = this;
    const on = !select.isFlagged(this.state);
    const seq = this.clock.next();
    this.#share({ type: "flag", question, on, seq });
    this.queue.put({ kind: "flag", question, on, seq });
  }

  /** Go to another place. No request: the server hears of it when we rest there. */
  move(place) {
    if (place === this.state.place || !(place in this.state.order)) return false;
    this.commitDraft();
    const seq = this.clock.next();
    this.dispatch({ type: "move", place, seq });
    this.stopwatch.start(this.question);
    this.queue.keep({ kind: "position", question: -1, place, seq });
    this.#keepTime();
    this.#rest();
    return true;
  }

  #rest() {
    clearTimeout(this.#resting);
    this.#resting = setTimeout(() => this.queue.sendPosition(), REST);
  }

  #keepTime() {
    const spent = this.stopwatch.all();
    this.queue.keep({ kind: "time", question: -1, spent, seq: this.clock.next() });
  }

  /** The position, if the server should hear of it (queue.js asks). */
  place() {
    if (!select.positionIsNews(this.state)) return null;
    return { place: this.state.place, seq: this.state.placeSeq };
  }

  finish() {
    this.commitDraft();
    clearTimeout(this.#resting);
    return this.queue.finish(this.clock.next());
  }

  // --- coming and going ----------------------------------------

  /** The page is hidden and may never be seen again. Browsers tell it once or twice. */
  leave() {
    if (this.#isAway) return;
    this.#isAway = true;
    this.stopwatch.stop();
    clearTimeout(this.#resting);
    const last = this.#answerDraft();
    if (last) this.queue.keep(last);
    this.#keepTime();
    this.queue.flushAtExit(last ? [last] : []);
  }

  /** The page is seen again: other tabs and devices may have gone on meanwhile. */
  comeBack() {
    this.#isAway = false;
    this.stopwatch.start(this.question);
    return this.reconnect();
  }

  async reconnect() {
    await this.refresh();
    await this.queue.load();
    this.queue.run();
  }

  /** Learn how things stand. Return what went wrong, as ApiError names it, or null. */
  async refresh() {
    try {
      await this.session.renew();
      return null;
    } catch (error) {
      if (!error.kind) console.error(error);
      return error.kind ?? "busy";
    }
  }

  // --- what is heard ----------------------------------------

  /** Another tab of this browser did something. */
  hear(event) {
    this.dispatch(event);
    if (event.type === "closed") this.queue.close();
  }

  /** The server told the whole state. */
  hearState(server) {
    this.clock.saw(server.last_seq);
    this.dispatch({ type: "server", server });
    if (server.state !== "open") this.queue.close();
  }

  /** Something happened to the queue. */
  hearQueue(event) {
    this.#hears[event.type]?.(event);
    this.told(event);
  }

  #hears = {
    status: () => this.#tellEarned(),
    settled: ({ question, outcome, answer, verdict, reward, isNews }) => {
      const told = { settled: true, verdict, reward };
      this.#share({ type: "answer", question, ...answer, ...told });
      if (reward && isNews) this.#earned.push(question);
      if (outcome === "superseded") this.refresh();
    },
    synced: (event) => {
      this.dispatch({ ...event, type: "flags" });
      this.dispatch(event);
    },
    refused: ({ record }) => {
      if (record.kind !== "answer") return;
      this.dispatch({ ...record, type: "refused" });
      this.refresh();
    },
    finished: () => this.tabs.tell({ type: "closed", status: "finished" }),
  };

  /** What was earned since the last time, of a flush all at once. */
  #tellEarned() {
    const questions = this.#earned.splice(0);
    if (questions.length) this.told({ type: "earned", questions });
  }

  #share(event) {
    this.dispatch(event);
    this.tabs.tell(event);
  }
}

/** Tells the other tabs of this browser what happened here. */
export class Tabs {
  constructor(attempt, heard) {
    const name = `testprep-attempt-${attempt}`;
    this.channel =
      "BroadcastChannel" in globalThis ? new BroadcastChannel(name) : SILENT;
    this.channel.onmessage = ({ data }) => heard(data);
  }

  tell(event) {
    this.channel.postMessage(event);
  }
}
