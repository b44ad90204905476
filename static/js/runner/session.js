/** The right to answer (a capability) and its renewal through the ordinary session. */

import { ApiError } from "./api.js";

const MARGIN = 5000;

export class Session {
  #capability = null;
  #expires = 0;
  #renewal = null;

  /** `told` hears every state that the server sends. */
  constructor({ api, clock, told }) {
    Object.assign(this, { api, clock, told });
  }

  /** Take the capability out of a state. */
  accept(state) {
    this.#capability = state.capability;
    this.#expires = state.capability_expires ?? 0;
  }

  /** A capability that is good now; asks for the state only when it has to. */
  async capability() {
    if (!this.#capability || this.clock.now() > this.#expires - MARGIN) {
      await this.renew();
    }
    if (!this.#capability) throw new ApiError("closed");
    return this.#capability;
  }

  /** Get the state again: a new capability, and what other devices did. */
  renew() {
    this.#renewal ??= this.#fetch().finally(() => {
      this.#renewal = null;
    });
    return this.#renewal;
  }

  async #fetch() {
    const state = await this.api.state();
    this.accept(state);
    this.told(state);
  }
}
