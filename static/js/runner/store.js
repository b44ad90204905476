/**
 * What must survive a killed tab, in IndexedDB: answers and flags on their way, drafts,
 * the position, a finish that waits. A record has `attempt` (what attemptKey returns),
 * `kind`, `question` (-1 when it is about no question) and `seq`. Where a browser keeps
 * nothing (private windows), memory takes its place.
 */

const DATABASE = "testprep-runner";
const RECORDS = "records";
const PATIENCE = 2000;
const KEPT = 90 * 24 * 3600 * 1000;

/** An id alone may come again: after a restore, or in a new database. */
export function attemptKey({ id, started_at: startedAt }) {
  return `${id}@${startedAt}`;
}

const idOf = (attempt) => attempt.split("@")[0];

const keyOf = ({ attempt, kind, question }) => [attempt, kind, question];

const result = (request) =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

const done = (transaction) =>
  new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onabort = () => reject(transaction.error);
  });

export class Store {
  #database;

  constructor(database) {
    this.#database = database;
  }

  all(attempt) {
    const range = IDBKeyRange.bound([attempt], [attempt, []]);
    return result(this.#records("readonly").getAll(range));
  }

  /** Write a record unless `keeps(old, record)`; return the one that stands. */
  async put(record, keeps) {
    const records = this.#records("readwrite");
    const finished = done(records.transaction);
    const old = await result(records.get(keyOf(record)));
    if (old && keeps(old, record)) return old;
    records.put(record);
    await finished;
    return record;
  }

  /**
   * Take a record away, unless a newer one took its place meanwhile. Return whether it
   * was there: of several tabs one takes it.
   */
  async remove(record) {
    const records = this.#records("readwrite");
    const finished = done(records.transaction);
    const old = await result(records.get(keyOf(record)));
    const isHere = old?.seq === record.seq;
    if (isHere) records.delete(keyOf(record));
    await finished;
    return isHere;
  }

  async clear(attempt) {
    const records = this.#records("readwrite");
    records.delete(IDBKeyRange.bound([attempt], [attempt, []]));
    await done(records.transaction);
  }

  /** Forget the attempts that had this one's id before. */
  dropNamesakes(attempt) {
    const isNamesake = (one) => idOf(one.attempt) === idOf(attempt);
    return this.#drop((one) => isNamesake(one) && one.attempt !== attempt);
  }

  /** Forget what is older than a moment; sequence numbers are near milliseconds. */
  prune(before) {
    return this.#drop((one) => one.seq < before);
  }

  async #drop(isDue) {
    const records = this.#records("readwrite");
    const finished = done(records.transaction);
    for (const record of await result(records.getAll())) {
      if (isDue(record)) records.delete(keyOf(record));
    }
    await finished;
  }

  #records(mode) {
    return this.#database.transaction(RECORDS, mode).objectStore(RECORDS);
  }
}

export class MemoryStore {
  #records = new Map();

  async all(attempt) {
    return [...this.#records.values()].filter((one) => one.attempt === attempt);
  }

  async put(record, keeps) {
    const old = this.#records.get(String(keyOf(record)));
    if (old && keeps(old, record)) return old;
    this.#records.set(String(keyOf(record)), record);
    return record;
  }

  async remove(record) {
    const key = String(keyOf(record));
    return this.#records.get(key)?.seq === record.seq && this.#records.delete(key);
  }

  async clear(attempt) {
    for (const record of await this.all(attempt)) await this.remove(record);
  }

  /** There are none: memory ends with the page. */
  async dropNamesakes() {}
}

/** A store that heals: a lost connection is opened anew, and if that fails as well
 * (no room, no permission) memory serves, so that nobody is stopped from answering. */
class SafeStore {
  #memory = new MemoryStore();

  constructor(store, open) {
    this.store = store;
    this.open = open;
    for (const name of ["all", "put", "remove", "clear", "dropNamesakes"]) {
      this[name] = (...given) => this.#try(name, given);
    }
  }

  async #try(name, given) {
    try {
      return await this.store[name](...given);
    } catch {
      // iOS cuts the connection of a page that was in the background for long.
      this.store = await this.open().catch(() => this.#memory);
      return this.store[name](...given).catch(() => this.#memory[name](...given));
    }
  }
}

async function openDatabase() {
  const request = indexedDB.open(DATABASE, 2);
  request.onupgradeneeded = ({ oldVersion }) => {
    const keyPath = ["attempt", "kind", "question"];
    // The first version's records do not say which attempt of an id they belong to.
    if (oldVersion) request.result.deleteObjectStore(RECORDS);
    request.result.createObjectStore(RECORDS, { keyPath });
  };
  // Safari has been seen never to answer.
  const tooLate = new Promise((_, reject) => setTimeout(reject, PATIENCE));
  const database = await Promise.race([result(request), tooLate]);
  // Do not stand in the way of a later version of the page in another tab.
  database.onversionchange = () => database.close();
  return new Store(database);
}

/** Open the store of this browser, without what nobody came back for in three months. */
export async function openStore(now = Date.now()) {
  try {
    const store = await openDatabase();
    await store.prune(now - KEPT);
    return new SafeStore(store, openDatabase);
  } catch {
    return new MemoryStore();
  }
}
