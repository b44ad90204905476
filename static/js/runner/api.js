/** The requests of the runner, what their failures mean, and the right to answer. */

const PATIENCE = 15_000;
const MARGIN = 5000;

const KINDS = {
  400: "refused",
  401: "signed-out",
  403: "signed-out",
  404: "gone",
  409: "closed",
  413: "refused",
  422: "refused",
  429: "slow",
};

/**
 * A request that did not do what was wanted. `kind` says what it means: "offline" (no
 * answer of ours came back), "busy" (the server failed), "slow" (it asks to wait
 * `retryAfter` milliseconds), "signed-out", "gone", "closed" or "refused".
 */
export class ApiError extends Error {
  constructor(kind, { message = kind, retryAfter = 0 } = {}) {
    super(message);
    this.kind = kind;
    this.retryAfter = retryAfter;
  }
}

async function failure(response) {
  const kind = KINDS[response.status] ?? "busy";
  const retryAfter = Number(response.headers.get("Retry-After")) * 1000 || 0;
  const body = await response.json().catch(() => ({}));
  return new ApiError(kind, { message: body.message, retryAfter });
}

export class Api {
  /** `urls` names state, answers, sync, finish and questions; `csrf()` the token. */
  constructor({ urls, csrf, clock, fetch = globalThis.fetch.bind(globalThis) }) {
    Object.assign(this, { urls, csrf, clock, fetch });
  }

  /** The public payload of the release; the browser keeps it for good. */
  questions() {
    return this.#request(this.urls.questions);
  }

  async state() {
    const sentAt = this.clock.wall();
    const state = await this.#request(this.urls.state, { cache: "no-store" });
    this.clock.learn(state.now, sentAt, this.clock.wall());
    return state;
  }

  /** One answer, by capability: it needs no cookie, so none is sent. */
  answer(capability, body) {
    const headers = { "X-Attempt-Capability": capability };
    return this.#post(this.urls.answers, body, { headers, credentials: "omit" });
  }

  sync(body, options = {}) {
    return this.#post(this.urls.sync, body, { ...options, headers: this.#token() });
  }

  finish(body) {
    return this.#post(this.urls.finish, body, { headers: this.#token() });
  }

  #token() {
    return { "X-CSRFToken": this.csrf() };
  }

  #post(url, body, { headers, ...options }) {
    return this.#request(url, {
      ...options,
      method: "POST",
      headers: { "Content-Type": "application/json", ...headers },
      body: JSON.stringify(body),
    });
  }

  async #request(url, options = {}) {
    const given = { credentials: "same-origin", ...options };
    const abort = new AbortController();
    const timer = setTimeout(() => abort.abort(), PATIENCE);
    try {
      const response = await this.fetch(url, { ...given, signal: abort.signal });
      if (!response.ok) throw await failure(response);
      return await response.json();
    } catch (error) {
      // Also what a hotel's sign-in page sends in place of our JSON.
      throw error instanceof ApiError ? error : new ApiError("offline");
    } finally {
      clearTimeout(timer);
    }
  }
}

/** The CSRF token: the cookie is right even after a sign-in in another tab. */
export function csrfToken(page = document) {
  const cookie = page.cookie.match(/(?:^|; )csrftoken=([^;]+)/);
  return cookie?.[1] ?? page.querySelector('meta[name="csrf-token"]')?.content ?? "";
}

/** The right to answer (a capability), renewed through the ordinary session. */
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
