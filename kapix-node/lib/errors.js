'use strict';

const { types } = require('node:util');

/** What went wrong, where, and what to do. */
class KapixError extends Error {
  #body;

  /** Takes the HTTP status and the error as a door writes it. */
  constructor(status, body) {
    const { error } = JSON.parse(body);
    super(error.message);
    this.#body = body;
    this.code = error.code;
    this.cause = error.cause;
    this.fields = Object.freeze(error.fields);
    this.details = Object.freeze((error.details ?? []).map(Object.freeze));
    this.status = status;
    this.request_id = error.request_id;
    this.audit_id = error.audit_id;
    this.docs = error.docs;
  }

  /** The error as the JSON door writes it. */
  get json() {
    return this.#body;
  }

  toJSON() {
    return JSON.parse(this.#body);
  }
}

class ValidationError extends KapixError {}
class UnauthorizedError extends KapixError {}
class ForbiddenError extends KapixError {}
class EntityNotFoundError extends KapixError {}
class DuplicateRequestError extends KapixError {}
class InsufficientDataError extends KapixError {}
class RateLimitExceededError extends KapixError {}
class CancelledError extends KapixError {}
class InternalError extends KapixError {}
class ServiceUnavailableError extends KapixError {}

const CLASSES = {
  400: ValidationError,
  401: UnauthorizedError,
  403: ForbiddenError,
  404: EntityNotFoundError,
  409: DuplicateRequestError,
  422: InsufficientDataError,
  429: RateLimitExceededError,
  499: CancelledError,
  500: InternalError,
  503: ServiceUnavailableError,
};

for (const kind of [KapixError, ...Object.values(CLASSES)]) {
  Object.defineProperty(kind.prototype, 'name', { value: kind.name, configurable: true, writable: true });
}

/** Returns the error for a reply of a door. */
function fromReply(status, body) {
  const Kind = CLASSES[status] ?? KapixError;
  return new Kind(status, body);
}

/** Returns what the native half threw as an error of its class; any other error as it is. */
function thrown(error) {
  // Under a vm context, as in Jest, the errors of the native half are of another realm than this file.
  const status = types.isNativeError(error) && /^[1-5]\d\d$/.test(error.code) ? Number(error.code) : 0;
  return status === 0 || error instanceof KapixError ? error : fromReply(status, error.message);
}

/** Returns what `work` returns; what the native half throws gets its class. */
function calling(work) {
  try {
    return work();
  } catch (error) {
    throw thrown(error);
  }
}

module.exports = {
  calling,
  fromReply,
  thrown,
  classes: Object.fromEntries([KapixError, ...Object.values(CLASSES)].map((kind) => [kind.name, kind])),
};
