/** The time left in an exam. A display: the server keeps the time. */

import { clockFace, warning } from "./clock.js";
import { setText } from "./dom.js";

const TICK = 250;
const LAST_CALL = 2000;
const HURRY = 5 * 60 * 1000;

export class Timer {
  #before = Infinity;
  #calledLast = false;

  /** Call `warn(words)`, `lastCall()` shortly before the end, and `end()` at it. */
  constructor({ face, clock, deadline, warn, lastCall, end }) {
    Object.assign(this, { face, clock, deadline, warn, lastCall, end });
    this.id = setInterval(() => this.#tick(), TICK);
    this.#tick();
  }

  stop() {
    clearInterval(this.id);
  }

  #tick() {
    const left = this.deadline - this.clock.now();
    setText(this.face, clockFace(left));
    this.face.parentElement.toggleAttribute("data-hurry", left <= HURRY);
    const words = Number.isFinite(this.#before) && warning(this.#before, left);
    if (words) this.warn(words);
    this.#before = left;
    if (left <= LAST_CALL && !this.#calledLast) {
      this.#calledLast = true;
      this.lastCall();
    }
    if (left > 0) return;
    this.stop();
    this.end();
  }
}
