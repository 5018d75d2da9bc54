'use strict';

/** How often a long call tells its progress, in milliseconds. */
const POLL_MS = 50;
/** How long a call that ended waits for the caller's promise, in milliseconds. */
const PROMISE_MS = 1000;

/**
 * Tells a caller how far a call is. What the caller throws, and a promise of the caller that rejects, stop the call and
 * are its error; the next word waits for the promise of the last one.
 */
class Progress {
  #failure;
  #last = -1;
  #pending;
  #timer;

  constructor(onProgress, job) {
    Object.assign(this, { onProgress, job });
    if (onProgress !== undefined) this.#timer = setInterval(() => this.#tell(job.done, job.total), POLL_MS);
  }

  /** Tells the end of a call that went well, and throws what the caller threw. */
  async end(isDone, signal) {
    this.close();
    await this.#settled(signal);
    // A call that counts no steps is one.
    const total = this.job.total || 1;
    if (isDone) this.#tell(total, total);
    await this.#settled(signal);
    if (this.#failure !== undefined) throw this.#failure.error;
  }

  /** Tells nothing more. */
  close() {
    clearInterval(this.#timer);
  }

  /** Waits for the promise of the caller, for a while, or for an abort. */
  async #settled(signal) {
    if (this.#pending === undefined || signal?.aborted) return;
    let listener;
    let timer;
    const enough = new Promise((resolve) => {
      listener = resolve;
      timer = setTimeout(resolve, PROMISE_MS);
      signal?.addEventListener('abort', resolve, { once: true });
    });
    await Promise.race([this.#pending, enough]);
    clearTimeout(timer);
    signal?.removeEventListener('abort', listener);
  }

  #tell(done, total) {
    if (this.onProgress === undefined || this.#failure || this.#pending || total === 0 || done <= this.#last) return;
    this.#last = done;
    try {
      const result = this.onProgress(done, total);
      if (typeof result?.then === 'function') this.#pending = this.#watch(result);
    } catch (error) {
      this.#fail(error);
    }
  }

  async #watch(promise) {
    try {
      await promise;
    } catch (error) {
      this.#fail(error);
    }
    this.#pending = undefined;
  }

  #fail(error) {
    this.#failure ??= { error };
    this.job.cancel();
  }
}

module.exports = { Progress };
